import type { ClaimText } from './claim-text.ts';

/** The declared mode of execution: VANILLA, TEE or ZKML (FORMATS, "OpenGradient's signed inference", modes). */
export const MODE: ClaimText = {
  claim: 'mode',
  proves: 'That the evidence named here is of the kind that the declared mode of execution calls for, and verifies by itself.',
  doesNotProve:
    'That the whole inference ran in that mode. VANILLA calls for a signature or for nothing at all. A declared ZKML stays `asserted`: ' +
    'we know of no proof format for it that can be checked offline.',
};
