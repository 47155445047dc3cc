import type { AddendumReason } from '../../schemas/claims.ts';
import type { Instant } from '../core/instant.ts';
import type { Judgement } from './kind.ts';

/** One addendum, as far as the status of its claim goes by it. */
export interface Piece {
  /** Of the receipt's addenda, from 1 on, in the log's order. */
  readonly number: number;
  readonly addendum: string;
  readonly at: Instant;
  readonly logIndex: number;
  /** The grant that handed it in, or `service`. */
  readonly by: string;
  readonly claim: string;
  readonly reason: AddendumReason;
  /** The addendum whose evidence was looked at again; null for new evidence. */
  readonly of: string | null;
  readonly evidence: { readonly kind: string; readonly digest: string; readonly erased: boolean };
  readonly judgement: Judgement;
  /** Of the operator's trust by which it was judged. */
  readonly trustSha256: string;
  /** When it is looked at again, where it is pending and somebody will. */
  readonly nextLookAt: Instant | null;
}
