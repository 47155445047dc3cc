import type { ClaimText } from './claim-text.ts';

/** The model artefact: bytes behind a Walrus blob ID or a SHA-256 (FORMATS, "Model artefact"). */
export const MODEL: ClaimText = {
  claim: 'model',
  proves: 'That an artefact at hand has the blob ID or the digest that the receipt names: these bytes and that name belong together.',
  doesNotProve:
    'That this inference used the artefact, that anybody can still fetch it, or that the label is its true name. A label is not an ' +
    'artefact: without one it is the app’s word.',
};
