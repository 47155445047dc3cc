import type { ClaimText } from './claim-text.ts';

/** A Nitro attestation document (FORMATS, "Trusted execution"). */
export const ENCLAVE: ClaimText = {
  claim: 'enclave',
  proves:
    'That a key belongs to an enclave whose image has these PCRs, at the time that the attestation document states, by certificates that ' +
    'lead to the hardware vendor’s root.',
  doesNotProve:
    'That the image is a sound one, that the model was the one labelled, that the weights were these, or that the answer is right. ' +
    'Nor that this inference went through the enclave: that is the claim `exchange`.',
};
