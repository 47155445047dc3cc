import type { Claim, TagRecord } from '../../schemas/receipt.ts';
import type { ErrorCode } from '../core/errors.ts';
import { isMemSyncError } from '../core/errors.ts';
import type { Instant } from '../core/instant.ts';
import type { VerdictAddendum } from './verify-addenda.ts';
import type { Witnessing } from './witness-check.ts';
import type { OpenedRow } from './disclosed-row.ts';

/**
 * How the owner's word for a row stands: `verified` by the owner's own signature, `asserted` by the service alone, `failed` where the
 * evidence does not hold, `none` where the row says that it was never validated.
 */
export type ValidationStatus = 'verified' | 'asserted' | 'failed' | 'none';

/** A row as it was served. `ageSecondsThen` and `unvalidatedForSeconds` are as of that moment. */
export interface DisclosedRow extends Pick<
  TagRecord,
  'tag' | 'row' | 'version' | 'placement' | 'tier' | 'standing' | 'origin' | 'lastValidatedAt' | 'unvalidatedForSeconds' | 'cited'
> {
  readonly disclosed: true;
  readonly ageSecondsThen: number;
  readonly validation: ValidationStatus;
  /** Its line of the context block, as it was served, without its line end, where the block opens what was signed and the line is shown. */
  readonly line: string | null;
  /** The row's own words, where it was opened and they are what its commitment was made of. */
  readonly opened: OpenedRow | null;
}

/** A row that was served and of which nothing is shown (or nothing that opens what was signed): only its signed digest is known. */
export interface WithheldRow {
  readonly disclosed: false;
  readonly digest: string;
}

export type VerdictRow = DisclosedRow | WithheldRow;

export interface Failure {
  readonly code: ErrorCode;
  readonly detail: string;
}

/**
 * What a bundle comes to, line by line. There is no overall mark of trust: `ok` says that nothing that was checked has failed, and not
 * that any row, or the output, is true. Instants in milliseconds. Fields are null where the receipt's signature does not hold.
 */
export interface Verdict {
  readonly ok: boolean;
  /** The instant as of which the verifier was asked. */
  readonly at: Instant;
  readonly receipt: string | null;
  readonly vault: string | null;
  readonly issuedAt: Instant | null;
  /** When the rows were served; their ages count to here. */
  readonly evaluatedAt: Instant | null;
  readonly outputSha256: string | null;
  /** The receipt's place in the log; null unless the inclusion proof holds. */
  readonly log: { readonly origin: string; readonly index: number; readonly size: number } | null;
  /** Who has cosigned the log's checkpoint; null where no policy was given, or there is nothing to judge. */
  readonly witnesses: Witnessing | null;
  /** In the order of the signed digests. */
  readonly rows: readonly VerdictRow[];
  /** All ten, each from its own evidence, with its fixed texts. */
  readonly claims: readonly Claim[];
  /** Evidence that came later, shown to be in the log, in its order. */
  readonly addenda: readonly VerdictAddendum[];
  /** What was checked and holds. */
  readonly verified: readonly string[];
  /** What rests on the word of the service or the app. */
  readonly asserted: readonly string[];
  /** What could not be known here. */
  readonly unknown: readonly string[];
  readonly failures: readonly Failure[];
}

/** What a verification has come to so far. */
export class Findings {
  readonly verified: string[] = [];
  readonly asserted: string[] = [];
  readonly unknown: string[] = [];
  readonly failures: Failure[] = [];

  fail(code: ErrorCode, detail: string): void {
    this.failures.push({ code, detail });
  }

  /** What `check` gives, or null once its error is among the failures. An error of no known kind is one too: a verdict never throws. */
  attempt<T>(check: () => T): T | null {
    try {
      return check();
    } catch (error) {
      if (isMemSyncError(error)) this.fail(error.code, error.message);
      else this.fail('internal', 'A check could not be carried out.');
      return null;
    }
  }
}
