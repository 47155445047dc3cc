import type { ClaimKind } from '../../../../src/claims/kind.ts';
import { PAYMENT } from '../../../../src/claims/texts.ts';
import { stub } from '../stub.ts';

export const kind: ClaimKind = { text: PAYMENT, order: 2, artifacts: { stub } };
