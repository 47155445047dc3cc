import type { ClaimName } from '../../schemas/vocabulary.ts';

/**
 * The fixed words of one claim (DESIGN, promise 7): what the status `verified` settles, and what it leaves open. They stand beside the
 * status wherever it is shown; a status never goes out alone.
 */
export interface ClaimText {
  readonly claim: ClaimName;
  readonly proves: string;
  readonly doesNotProve: string;
}
