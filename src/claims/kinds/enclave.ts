import type { ClaimKind } from '../kind.ts';
import { ENCLAVE } from '../texts.ts';

/** A Nitro attestation document (FORMATS, "Trusted execution"). */
export const kind: ClaimKind = { text: ENCLAVE, order: 3, artifacts: {} };
