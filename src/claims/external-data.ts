import type { ClaimText } from './claim-text.ts';

/** Content that a gateway fetched and signed, a web search say (FORMATS, "OpenGradient's signed inference", data nodes). */
export const EXTERNAL_DATA: ClaimText = {
  claim: 'external_data',
  proves: 'That this content came through the gateway that holds the signing key: its signature covers the content’s bytes.',
  doesNotProve:
    'That the content is true, complete or current, or that the source it names ever said so: the truth of a source is never verified. ' +
    'Citations are not covered by the signature.',
};
