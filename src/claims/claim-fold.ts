import type { Fact } from '../../schemas/evidence.ts';
import type { Check, Claim } from '../../schemas/receipt.ts';
import type { ClaimStatus } from '../../schemas/vocabulary.ts';
import type { Instant } from '../core/instant.ts';
import type { Judgement } from './kind.ts';
import type { Piece } from './piece.ts';

/** What is made of the best piece; `failed` is not among them, as no other piece outweighs it. */
const RISING: readonly ClaimStatus[] = ['absent', 'asserted', 'pending', 'verified'];

/** One piece of evidence as it was last looked at. */
interface Line {
  readonly judgement: Judgement;
  readonly nextLookAt: Instant | null;
}

/** The word for the receipt itself among those who state facts. */
const RECEIPT = 'the receipt';

/** One claim while its pieces are taken, one after another. What it costs grows with how much they state, not with its square. */
export class ClaimFold {
  readonly #issued: Claim;
  /** By the addendum that brought the evidence. */
  readonly #lines = new Map<string, Line>();
  /** Who states what now: by name, by value, by addendum. */
  readonly #stated = new Map<string, Map<string, Set<string>>>();
  readonly #failures: Check[] = [];
  /** By the fact's name: the first time that it was stated otherwise. */
  readonly #contradictions = new Map<string, Check>();
  #failed: boolean;
  #status: ClaimStatus;

  constructor(issued: Claim, states: readonly Fact[]) {
    this.#issued = issued;
    this.#failed = issued.status === 'failed';
    this.#status = issued.status;
    this.#state(RECEIPT, states);
  }

  /** The claim's from here on. */
  get status(): ClaimStatus {
    return this.#status;
  }

  /** Those of the receipt, then those of the pieces that the status is of. */
  get checks(): Check[] {
    const lines = [...this.#lines.values()].filter(({ judgement }) => judgement.status === this.#status);
    const deciding = this.#failed ? this.#failures : lines.flatMap(({ judgement }) => judgement.checks);
    return [...this.#issued.checks, ...deciding, ...this.#contradictions.values()];
  }

  /** What is stated, by the receipt and by each piece as it was last looked at; each once. */
  get facts(): Fact[] {
    return [...this.#stated].flatMap(([name, values]) => [...values.keys()].map((value) => ({ name, value })));
  }

  /** The soonest; null where nobody looks at anything again. */
  get nextLookAt(): Instant | null {
    const looks = [...this.#lines.values()].flatMap(({ judgement, nextLookAt }) =>
      judgement.status === 'pending' && nextLookAt !== null ? [nextLookAt] : [],
    );
    return looks.length === 0 ? null : looks.reduce((a, b) => Math.min(a, b));
  }

  /** Goes on by one piece; they come in the log's order. */
  take(piece: Piece): void {
    const { judgement, nextLookAt } = piece;
    const opens = piece.reason === 'evidence';
    const name = opens ? piece.addendum : (piece.of ?? piece.addendum);
    const before = this.#lines.get(name);
    if (opens) this.#put(name, { judgement, nextLookAt });
    else if (before?.judgement.status === 'pending') this.#put(name, again(piece, before));
    if (judgement.status === 'failed') {
      this.#failed = true;
      for (const one of judgement.checks) this.#failures.push(one);
      // Also where it has taken nobody's place.
      this.#state(name, judgement.facts);
    }
    if (this.#contradictions.size > 0) this.#failed = true;
    this.#status = this.#failed ? 'failed' : this.#best();
  }

  #put(name: string, line: Line): void {
    const before = this.#lines.get(name);
    this.#lines.set(name, line);
    for (const fact of before?.judgement.facts ?? []) this.#withdraw(name, fact);
    this.#state(name, line.judgement.facts);
  }

  #state(by: string, facts: readonly Fact[]): void {
    for (const { name, value } of facts) {
      const values = this.#stated.get(name) ?? new Map<string, Set<string>>();
      this.#stated.set(name, values);
      values.set(value, (values.get(value) ?? new Set()).add(by));
      if (values.size > 1 && !this.#contradictions.has(name)) this.#contradictions.set(name, contradiction(name, by, values, value));
    }
  }

  #withdraw(by: string, { name, value }: Fact): void {
    const values = this.#stated.get(name);
    const sayers = values?.get(value);
    sayers?.delete(by);
    if (sayers?.size === 0) values?.delete(value);
  }

  #best(): ClaimStatus {
    const all = [this.#issued.status, ...[...this.#lines.values()].map(({ judgement }) => judgement.status)];
    return all.reduce((a, b) => (RISING.indexOf(b) > RISING.indexOf(a) ? b : a));
  }
}

/** A pending piece, looked at again, or no more. */
function again({ reason, judgement, nextLookAt }: Piece, before: Line): Line {
  if (reason !== 'given_up') return { judgement, nextLookAt };
  return { judgement: { status: 'asserted', checks: judgement.checks, facts: before.judgement.facts }, nextLookAt: null };
}

function contradiction(name: string, by: string, values: ReadonlyMap<string, ReadonlySet<string>>, value: string): Check {
  const [other = by] = [...values].filter(([one]) => one !== value).flatMap(([, sayers]) => [...sayers]);
  const who = other === by ? `${by} states “${name}” in two ways` : `${by} states “${name}” otherwise than ${other}`;
  return { check: 'contradiction', status: 'failed', detail: `${who}.` };
}
