import type { Claim } from '../../schemas/receipt.ts';
import type { ClaimName } from '../../schemas/vocabulary.ts';
import type { ClaimText } from './claim-text.ts';
import { ENCLAVE } from './enclave.ts';
import { EXCHANGE } from './exchange.ts';
import { EXTERNAL_DATA } from './external-data.ts';
import { MEMORY, memoryAtIssue, type Served } from './memory.ts';
import { MODE } from './mode.ts';
import { MODEL } from './model.ts';
import { OUTPUT, outputAtIssue, type OutputGiven } from './output.ts';
import { PAYMENT } from './payment.ts';
import type { RequestSent } from './request.ts';
import { ROUTE } from './route.ts';
import { SETTLEMENT } from './settlement.ts';

const TEXTS = {
  memory: MEMORY,
  output: OUTPUT,
  payment: PAYMENT,
  enclave: ENCLAVE,
  exchange: EXCHANGE,
  mode: MODE,
  settlement: SETTLEMENT,
  model: MODEL,
  route: ROUTE,
  external_data: EXTERNAL_DATA,
} satisfies Record<ClaimName, ClaimText>;

/** Every claim that a receipt can carry, in the order in which they are always shown. */
export const CLAIMS: readonly ClaimText[] = Object.values(TEXTS);

/** What there is to say when a receipt is issued. Each claim reads its own part and no other. */
export interface IssueInput {
  /** For `memory`. */
  readonly served: Served;
  /** For `memory`, its check `injected`. */
  readonly request?: RequestSent | undefined;
  /** For `output`. */
  readonly output: OutputGiven;
}

/**
 * The ten claims as they stand at issue, in the order of `CLAIMS`. What has no evidence yet is `absent`, not doubted and not believed.
 * @throws {MemSyncError} `text_not_unicode` when the output has a lone surrogate.
 */
export function claimsAtIssue(input: IssueInput): Claim[] {
  return CLAIMS.map((text) => {
    if (text.claim === 'memory') return memoryAtIssue(input.served, input.request);
    return text.claim === 'output' ? outputAtIssue(input.output) : absentClaim(text);
  });
}

/** A claim for which nothing was handed in. */
export function absentClaim(text: ClaimText): Claim {
  return { ...text, status: 'absent', checks: [], evidence: [] };
}
