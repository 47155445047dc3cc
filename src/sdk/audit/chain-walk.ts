import type { EventsReply } from '../../../schemas/owner-event.ts';
import { base64, fromBase64, hex } from '../../core/bytes.ts';
import { isMemSyncError, MemSyncError } from '../../core/errors.ts';
import type { Instant } from '../../core/instant.ts';
import { type LedgerEvent, linkHash, NO_PREVIOUS, parseStoredEvent } from '../../memory/event.ts';
import { advanceHead, foldGenesis, foldGrantEvent, foldJobEvent } from '../../memory/fold.ts';
import { foldOwnerEvent } from '../../memory/fold-owner.ts';
import { parseOwnerPayload, verifyGenesis, verifyOwnerEvent } from '../../memory/owner-chain.ts';
import { decodeState, encodeState } from '../../memory/state-codec.ts';
import type { VaultState } from '../../memory/state.ts';
import { ChainIndex } from './chain-index.ts';
import { Demotions } from './demotions.ts';
import type { FindingList } from './finding.ts';
import type { AuditProgress } from './progress.ts';
import { reported } from './reported.ts';
import type { AuditProgressNote, AuditSource } from './source.ts';

const PAGE = 1000;

type StoredEvent = EventsReply['events'][number];
type Kept = AuditProgress['chain'];

/** A head of the vault that is remembered from before. */
interface Remembered {
  readonly seq: number;
  readonly hash: string;
}

/** Walks a vault's whole ledger: links, the owner's signatures and order, times, and the ground of every demotion. Needs no key. */
export class ChainWalk {
  readonly #source: AuditSource;
  readonly #findings: FindingList;
  readonly #vault: string;
  readonly index: ChainIndex;
  readonly demotions: Demotions;
  #state: VaultState | null;
  #lastAt: Instant;
  #policies: Kept['policies'];
  #restored: number[];
  #stoppedAt: number | null;
  #whole = false;

  constructor(source: AuditSource, findings: FindingList, vault: string, kept: Kept) {
    this.#source = source;
    this.#findings = findings;
    this.#vault = vault;
    this.#state = kept.state === null ? null : decodeState(fromBase64(kept.state));
    this.#lastAt = this.#state?.lastAt ?? Number.NEGATIVE_INFINITY;
    this.#policies = [...kept.policies];
    this.#restored = [...kept.restored];
    this.#stoppedAt = kept.stoppedAt;
    this.index = new ChainIndex(source, vault, kept.marks, headOf(this.#state));
    this.demotions = new Demotions(findings, kept);
  }

  /** What is to be kept of it. */
  get kept(): Kept {
    return {
      state: this.#state === null ? null : base64(encodeState(this.#state)),
      marks: this.index.marks,
      policies: this.#policies,
      restored: this.#restored,
      stoppedAt: this.#stoppedAt,
      ...this.demotions.kept,
    };
  }

  /** The vault as it stands at the last event that verifies; null where not even the first does. */
  get state(): VaultState | null {
    return this.#state;
  }

  /** The event at which the ledger no longer verifies, or null. */
  get stoppedAt(): number | null {
    return this.#stoppedAt;
  }

  /** Whether all of it has been walked, and verifies. */
  get whole(): boolean {
    return this.#whole;
  }

  /** Where the ledger says that it was restored from a backup. */
  get restored(): readonly number[] {
    return this.#restored;
  }

  /** The hash of the policy in force at an event; null for the one that holds before any is set. */
  policyAt(seq: number): string | null {
    return this.#policies.findLast((one) => one.seq <= seq)?.sha256 ?? null;
  }

  /** Walks to the end of the ledger. `seen` are heads that are remembered. `save` is called now and then. */
  async walk(seen: readonly Remembered[], note: AuditProgressNote, save: () => void): Promise<void> {
    for (let more = this.#stoppedAt === null; more;) {
      const from = (this.#state?.headSeq ?? -1) + 1;
      const page = await reported(this.#findings, { seq: from }, () => this.#source.events(this.#vault, { from, limit: PAGE }));
      if (page === null) break;
      for (const event of page.events) {
        if (await this.#take(event)) continue;
        this.#stoppedAt = (this.#state?.headSeq ?? -1) + 1;
        break;
      }
      const at = this.#state?.headSeq ?? -1;
      more = this.#stoppedAt === null && page.events.length > 0 && at < page.head.seq;
      if (this.#stoppedAt === null && !more) this.#whole = this.#requireHead(page.head);
      note('ledger', at + 1, page.head.seq + 1);
      save();
    }
    for (const one of seen) await this.#requireLeadsThrough(one);
  }

  #requireHead(head: Remembered): boolean {
    const { headSeq, headHash } = this.#state ?? { headSeq: -1, headHash: NO_PREVIOUS };
    if (headSeq >= head.seq && (headSeq !== head.seq || hex(headHash) === head.hash)) return true;
    this.#findings.add('answer_malformed', { seq: headSeq }, 'The service names another head than the one that its events lead to.');
    return false;
  }

  async #requireLeadsThrough({ seq, hash }: Remembered): Promise<void> {
    const head = this.#state?.headSeq ?? -1;
    if (seq > head) {
      if (this.#stoppedAt === null)
        this.#findings.add('chain_cut', { seq: head }, `The vault is at event ${head}; event ${seq} has been seen before.`);
      return;
    }
    const there = await reported(this.#findings, { seq }, () => this.index.at(seq));
    if (there !== null && hex(there.hash) !== hash)
      this.#findings.add('chain_forked', { seq }, `Event ${seq} is another than the one that has been seen before.`);
  }

  /** Takes in the event that follows; false where it does not verify. */
  async #take(event: StoredEvent): Promise<boolean> {
    const seq = (this.#state?.headSeq ?? -1) + 1;
    const before = this.#state?.headHash ?? NO_PREVIOUS;
    let stored: Uint8Array;
    let parsed: LedgerEvent;
    try {
      stored = fromBase64(event.stored);
      parsed = parseStoredEvent(stored);
    } catch (error) {
      return this.#broken(seq, error);
    }
    const hash = linkHash(seq, before, stored);
    if (event.seq !== seq || event.hash !== hex(hash)) {
      this.#findings.add('chain_broken', { seq }, `Event ${seq} does not follow on the one before it.`);
      return false;
    }
    if (parsed.at < this.#lastAt) this.#findings.add('time_backward', { seq }, `Event ${seq} is dated before event ${seq - 1}.`);
    this.#lastAt = Math.max(this.#lastAt, parsed.at);
    try {
      await this.#fold(seq, hash, parsed, event.leaves ?? []);
    } catch (error) {
      return this.#broken(seq, error);
    }
    this.index.add(seq, hash, parsed.at);
    return true;
  }

  #broken(seq: number, error: unknown): false {
    if (!isMemSyncError(error) || error.code === 'service_unreachable') throw error;
    const forged = error.code !== 'ledger_broken';
    this.#findings.add(forged ? 'owner_event_forged' : 'chain_broken', { seq }, `Event ${seq}: ${error.message}`);
    return false;
  }

  async #fold(seq: number, hash: Uint8Array, parsed: LedgerEvent, leaves: NonNullable<StoredEvent['leaves']>): Promise<void> {
    const state = this.#state;
    if (state === null) {
      this.#state = openGenesis(this.#vault, parsed, hash);
      return;
    }
    if (parsed.by === 'grant') foldGrantEvent(state, parsed.event, seq);
    else if (parsed.by === 'job') {
      const { event } = parsed;
      if (event.kind === 'demoted') this.demotions.look(state, event, seq, this.#policies.length);
      else if (event.kind === 'restored') this.#restored.push(seq);
      else if (!state.ownerHashes.has(event.event) && this.#restored.length === 0)
        this.#findings.add('erasure_unexplained', { seq }, `Event ${seq} erases rows for an order that is not in your ledger.`);
      foldJobEvent(state, event, seq);
    } else {
      const seen = parseOwnerPayload(parsed.signed.payload).seenHead;
      const there = seen.seq < seq ? await this.index.at(seen.seq) : null;
      const payload = verifyOwnerEvent(state, parsed.signed, there?.hash ?? null, parsed.at);
      foldOwnerEvent(state, payload, parsed.signed, seq, parsed.at, leaves);
      if (payload.kind === 'policy_set') this.#policies.push({ seq, sha256: state.policy.sha256, policy: state.policy.policy });
    }
    advanceHead(state, hash, parsed.at);
  }

  /** The policies that there have been, in order; each with where it was set. */
  get policies(): Kept['policies'] {
    return this.#policies;
  }
}

function headOf(state: VaultState | null): { seq: number; hash: Uint8Array } | null {
  return state === null ? null : { seq: state.headSeq, hash: state.headHash };
}

/** @throws {MemSyncError} `event_signature_invalid` and others when it is not this vault's genesis */
function openGenesis(vault: string, parsed: LedgerEvent, hash: Uint8Array): VaultState {
  if (parsed.by !== 'owner') throw new MemSyncError('ledger_broken', 'The ledger does not begin with a genesis.');
  const genesis = verifyGenesis(parsed.signed);
  if (genesis.vault !== vault) throw new MemSyncError('event_vault_mismatch', 'The genesis is another vault’s.');
  if (genesis.payload.signedAt !== parsed.at)
    throw new MemSyncError('ledger_broken', 'The genesis is stamped with another time than its own.');
  return foldGenesis(vault, parsed.signed, genesis.payload, hash, parsed.at);
}
