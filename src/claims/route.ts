import type { ClaimText } from './claim-text.ts';

/** The way that a request took: OHTTP relay and provider (FORMATS, "OpenGradient's signed inference", OHTTP relay). */
export const ROUTE: ClaimText = {
  claim: 'route',
  proves: 'That the key configuration of the gateway behind the relay is signed by the key that the evidence names.',
  doesNotProve:
    'That the request went that way, that nobody on the way could tell whose it was, or which provider answered: these stay `asserted`.',
};
