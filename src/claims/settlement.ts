import type { ClaimText } from './claim-text.ts';

/** Settlement of an exchange on a chain, alone or in a batch (FORMATS, "OpenGradient's signed inference", settlement). */
export const SETTLEMENT: ClaimText = {
  claim: 'settlement',
  proves:
    'That a leaf with the hashes of this exchange, its signature good, lies under the root that a settlement event on that chain has recorded.',
  doesNotProve:
    'That the chain checked the inference: the contract checks no signatures. That anybody was paid: that is the claim `payment`. ' +
    'A transaction hash alone is `pending`, because it is computed before a broadcast that may fail.',
};
