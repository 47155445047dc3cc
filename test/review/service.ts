import type { DecisionPayload, Seen } from '../../schemas/decision.ts';
import type { ClaimStanding } from '../../schemas/claims.ts';
import type { CaseHappening, CaseRow } from '../../schemas/case.ts';
import type { GatePolicy } from '../../schemas/gate.ts';
import { Redacted } from '../../src/core/redacted.ts';
import { utf8 } from '../../src/core/bytes.ts';
import { sha256 } from '../../src/crypto/sha256.ts';
import { signingKeyFromSeed, type SigningKey } from '../../src/crypto/ed25519.ts';
import { requireAllowed } from '../../src/review/allowed.ts';
import { afterHappening, foldCase, type FoldedCase, type Happening } from '../../src/review/case.ts';
import { decisionKey, signDecision, verifyDecision } from '../../src/review/decision.ts';
import { evaluateGate, gateSha256, type GateStanding } from '../../src/review/gate.ts';
import { statusesAt, unheard } from '../../src/review/unheard.ts';
import { type Came, claimsAfter, ids, NOW, RECEIPT_INDEX } from './samples.ts';

export const keyOf = (n: number): SigningKey => signingKeyFromSeed(new Redacted(sha256(utf8(`reviewer ${n}`))));

/** What a reviewer asks for; the rest is filled in from what the case shows. */
export interface Asked extends Partial<Pick<DecisionPayload, 'override' | 'basis' | 'reason'>> {
  readonly decision: DecisionPayload['decision'];
  readonly reviewer: number;
  /** Another's key, where it is to be one. */
  readonly key?: number;
  readonly seen?: Seen;
}

/** A service with one receipt and one case, as little of it as there can be: a log that counts, evidence, and what reviewers do. */
export class PaperDesk {
  readonly gate: GatePolicy;
  readonly rows: CaseRow[];
  rowsGone = 0;
  readonly came: Came[] = [];
  readonly happenings: Happening[] = [];
  folded: FoldedCase;
  /** How each decision in force found the gate, by its place in the log. */
  readonly found = new Map<number, GateStanding>();
  #size = RECEIPT_INDEX + 1;
  #told = 0;
  #movedAt = 0;

  constructor(gate: GatePolicy, rows: readonly CaseRow[] = []) {
    this.gate = gate;
    this.rows = [...rows];
    const opened = { desk: ids.desk(1), vault: 'ab'.repeat(32), gate, gateSha256: gateSha256(gate), note: null };
    this.happenings.push({ number: 0, at: NOW, logIndex: this.#size++, by: ids.grant(1), happened: { kind: 'opened', ...opened } });
    this.folded = foldCase(this.happenings);
    this.#movedAt = this.revision;
  }

  get revision(): number {
    return this.folded.revision + this.#told;
  }

  get size(): number {
    return this.#size;
  }

  get claims(): ClaimStanding[] {
    return claimsAfter(this.came);
  }

  standing(): GateStanding {
    const { state, rejected } = this.folded;
    return evaluateGate(this.gate, {
      claims: this.claims,
      rows: this.rows,
      rowsGone: this.rowsGone,
      state,
      rejected: rejected !== null,
      now: NOW,
    });
  }

  /** What a screen shows now. */
  seen(): Seen {
    return { revision: this.revision, logSize: this.#size, claims: statusesAt(this.claims), gateOpen: this.standing().open };
  }

  /** A piece of evidence; what fails a claim reopens a case that is clear. Says whether it did. */
  add(one: Omit<Came, 'logIndex'>): boolean {
    const before = statusesAt(this.claims)[one.claim];
    this.came.push({ ...one, logIndex: this.#size++ });
    this.#told += 1;
    this.#movedAt = this.revision;
    const hasFailed = before !== 'failed' && statusesAt(this.claims)[one.claim] === 'failed';
    if (!hasFailed || this.folded.state !== 'clear') return false;
    this.#happen('service', { kind: 'reopened', claim: one.claim, addendum: ids.addendum(this.came.length) });
    return true;
  }

  /** What the reviewer is shown: the viewing itself is among it. */
  view(reviewer: number): Seen {
    const screen = { ...this.seen(), revision: this.revision + 1 };
    this.#happen(ids.reviewer(reviewer), { kind: 'viewed', screen });
    return screen;
  }

  handOver(from: number, to: number): void {
    this.#happen(ids.reviewer(from), { kind: 'handed_over', to: ids.reviewer(to), note: null });
  }

  /** The payload that a reviewer would sign. */
  payload({
    decision,
    reviewer,
    override = null,
    basis = { claims: [], rows: [] },
    reason = 'As it stands.',
    seen,
  }: Asked): DecisionPayload {
    return {
      decisionId: ids.decision(1000 + this.happenings.length),
      case: ids.case(1),
      desk: ids.desk(1),
      receipt: ids.receipt(1),
      reviewer: ids.reviewer(reviewer),
      decision,
      reason,
      basis,
      gateSha256: gateSha256(this.gate),
      seen: seen ?? this.seen(),
      override,
      signedAt: NOW,
    };
  }

  /** Decides, if that is allowed; gives the decision's id. @throws what `requireAllowed` does */
  decide(asked: Asked, payload = this.payload(asked)): string {
    const key = keyOf(asked.key ?? asked.reviewer);
    const envelope = signDecision(key, payload);
    const signed = { payload: verifyDecision(envelope, key.publicKey), key: decisionKey(envelope) };
    const gate = this.standing();
    const about = { id: ids.case(1), receipt: ids.receipt(1), folded: this.folded, movedAt: this.#movedAt };
    const { effective } = requireAllowed(signed, about, gate, this.seen());
    this.found.set(this.#size, gate);
    const missing = [...unheard(this.claims, this.gate, this.#size)];
    this.#happen(payload.reviewer, { kind: 'decided', envelope, gateOpen: gate.onEvidence, unheard: missing, effective });
    return payload.decisionId;
  }

  #happen(by: string, happened: CaseHappening): void {
    const happening: Happening = { number: this.folded.revision, at: NOW, logIndex: this.#size++, by, happened };
    this.happenings.push(happening);
    this.folded = afterHappening(this.folded, happening);
    if (happened.kind !== 'viewed') this.#movedAt = this.revision;
  }
}
