import type { ClaimKind } from '../../../../src/claims/kind.ts';
import { ROUTE } from '../../../../src/claims/texts.ts';
import { stub } from '../stub.ts';

export const kind: ClaimKind = { text: ROUTE, order: 8, artifacts: { stub } };
