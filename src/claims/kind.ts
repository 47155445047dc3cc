import type { z } from 'zod';
import type { Fact } from '../../schemas/evidence.ts';
import type { Check, Claim, ReceiptPredicate } from '../../schemas/receipt.ts';
import type { ClaimStatus } from '../../schemas/vocabulary.ts';
import type { Instant } from '../core/instant.ts';
import type { ClaimText } from './claim-text.ts';
import type { IssueInput } from './issue-input.ts';

/** What a receipt says of its answer, for evidence to be held against. */
export interface ReceiptFacts extends Pick<
  ReceiptPredicate,
  'receipt' | 'vault' | 'issuedAt' | 'model' | 'conversation' | 'app' | 'tools'
> {
  /** The receipt's entry in the log, 64 hexadecimal digits: what it is known by outside. */
  readonly entry: string;
  /** Of the output, 64 hexadecimal digits. */
  readonly outputSha256: string;
  /** Of what the app said that it sent to the model; null where it said nothing, or where it is not known any more. */
  readonly requestSha256: string | null;
  /** The context block as it was served; null where some of it has been erased, or is not for the one who asks. */
  readonly context: string | null;
}

/** What one piece of evidence comes to by itself. */
export interface Judgement {
  /** `failed` when a check has failed; `verified` takes a check that is. */
  readonly status: Exclude<ClaimStatus, 'absent'>;
  readonly checks: readonly Check[];
  /**
   * What it states, at most `LIMITS.facts`, each name once: two pieces of one claim that state a fact otherwise contradict each other. A fact
   * counts as much as the check of the same name, or of what stands before a dot in it; where there is none, as the piece: what stays the app's
   * word wants a check that says so.
   */
  readonly facts: readonly Fact[];
}

/** What a verifier is given. */
export interface Given<A> {
  readonly artifact: A;
  /** What `gather` brought back; undefined where there was nothing to gather, or nothing came. */
  readonly gathered: unknown;
  readonly receipt: ReceiptFacts;
}

/** The world outside, as far as the operator's trust names it. Handed in; bounded in time and size. */
export interface Reach {
  /**
   * Posts JSON to an address that stands in the claim's part of the trust, to the letter, and gives the JSON that it answers.
   * @throws when the trust does not name it, and when it gives no such answer in time
   */
  postJson(url: string, body: unknown): Promise<unknown>;
}

/** One kind of evidence: how it is read, and how it is judged. */
export interface ArtifactKind {
  /** What an artefact of this kind holds, `kind` included; strict. */
  readonly schema: z.ZodType;
  /** Fetches what judging takes from outside; what it gives is kept with the artefact. Called again while the judgement is `pending`. */
  readonly gather?: (artifact: unknown, trust: unknown, reach: Reach) => Promise<unknown>;
  /**
   * Pure: evidence, trust and time in, judgement out. Evidence that does not hold is a judgement, `failed`, with the check that has. What it
   * throws is our own fault, and leaves the piece `pending`; but for `evidence_malformed` and `evidence_misplaced`, which refuse the evidence.
   */
  readonly judge: (given: Given<unknown>, trust: unknown, at: Instant) => Judgement | Promise<Judgement>;
}

/** An `ArtifactKind` out of its typed parts. `trust` reads the claim's part of the operator's trust, and gives what holds where there is none. */
export function artifactKind<A, T>(own: {
  readonly schema: z.ZodType<A>;
  readonly trust: z.ZodType<T>;
  readonly gather?: (artifact: A, trust: T, reach: Reach) => Promise<unknown>;
  readonly judge: (given: Given<A>, trust: T, at: Instant) => Judgement | Promise<Judgement>;
}): ArtifactKind {
  const { schema, trust: trusted, gather, judge } = own;
  return {
    schema,
    ...(gather === undefined
      ? {}
      : { gather: (artifact: unknown, trust: unknown, reach: Reach) => gather(schema.parse(artifact), trusted.parse(trust), reach) }),
    judge: ({ artifact, gathered, receipt }, trust, at) =>
      judge({ artifact: schema.parse(artifact), gathered, receipt }, trusted.parse(trust), at),
  };
}

/** How a claim stands when its receipt is issued. */
export type AtIssue = Pick<Claim, 'status' | 'checks' | 'evidence'>;

/**
 * One claim: its words, the kinds of evidence that it is judged by, and what a receipt says of it by itself. Each is one file of `kinds/`,
 * which exports it as `kind`; nothing else has to know of it.
 */
export interface ClaimKind {
  readonly text: ClaimText;
  /** Where it is shown among the others. */
  readonly order: number;
  /** What a chronology calls it when it comes to be verified; `proved` where nothing is said. */
  readonly milestone?: 'paid' | 'signed' | 'settled';
  /** By the artefact's `kind`. Evidence of any other kind is kept, and the claim stays asserted. */
  readonly artifacts: Readonly<Record<string, ArtifactKind>>;
  /** The claim's part of the operator's trust; without it there is none. */
  readonly trust?: z.ZodType;
  /** What the receipt itself states that evidence can contradict. */
  readonly states?: (receipt: ReceiptFacts) => readonly Fact[];
  /** How it stands at issue; null, or nothing, where nothing is said of it. */
  readonly atIssue?: (input: IssueInput) => AtIssue | null;
}
