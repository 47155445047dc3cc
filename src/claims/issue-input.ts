import type { ReceiptPredicate } from '../../schemas/receipt.ts';
import type { OutputGiven } from './output-given.ts';
import type { Served } from './served.ts';
import type { RequestSent } from './request.ts';

/** What there is to say when a receipt is issued. Each claim reads its own part and no other. */
export interface IssueInput {
  /** For `memory`. */
  readonly served: Served;
  /** For `memory`, its check `injected`. */
  readonly request?: RequestSent | undefined;
  /** For `output`. */
  readonly output: OutputGiven;
  /** For `model` its label and artefact, for `route` the provider. */
  readonly model: ReceiptPredicate['model'];
}
