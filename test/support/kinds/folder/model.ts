import type { ClaimKind } from '../../../../src/claims/kind.ts';
import { MODEL } from '../../../../src/claims/texts.ts';
import { stub } from '../stub.ts';

export const kind: ClaimKind = { text: MODEL, order: 7, artifacts: { stub } };
