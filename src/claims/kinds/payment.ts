import type { ClaimKind } from '../kind.ts';
import { PAYMENT } from '../texts.ts';

/** x402 (FORMATS, "Payment"): `authorization` can be checked offline, `settlement` needs the chain. */
export const kind: ClaimKind = { text: PAYMENT, order: 2, artifacts: {} };
