import { equalBytes } from '../../core/bytes.ts';
import type { Clock } from '../../core/clock.ts';
import type { Instant } from '../../core/instant.ts';
import { encodeCosignerKey } from '../../log/cosigner-key.ts';
import { parseNote } from '../../log/note.ts';
import { type PolicyWitness, quorumInWords, type WitnessPolicy } from '../../log/policy.ts';
import type { VerifierKey } from '../../log/verifier-key.ts';
import type { StoredLog } from '../../store/records.ts';
import type { StoreReader } from '../../store/store.ts';
import type { StoredWitness, WitnessStore } from '../../store/witnesses.ts';
import type { PostToWitness } from '../../witness/face.ts';
import { type Answered, askWitness } from './ask.ts';
import type { CosignedCheckpoints } from './cosigned.ts';
import type { WitnessNews } from './news.ts';
import { reasonFrom, type RefusalReason } from './refusal.ts';

/** How long a witness that has refused is left alone, in milliseconds: doubled each time, up to the second. */
const REST_MS = [10_000, 600_000] as const;

/** What an operator has set up. */
export interface WitnessSettings {
  readonly policy: WitnessPolicy;
  readonly post: PostToWitness;
}

/** What asking witnesses goes by. */
export interface WitnessParts extends WitnessSettings {
  readonly store: Pick<StoreReader, 'log' | 'tile'> & { readonly witnesses: WitnessStore };
  readonly log: VerifierKey;
  readonly clock: Clock;
  readonly cosigned: CosignedCheckpoints;
}

/** How it stands with one witness. */
export interface WitnessStatus {
  /** By the policy's name. */
  readonly witness: string;
  /** Its own, under which it cosigns. */
  readonly name: string;
  /** Whether it is asked: it has a URL. */
  readonly asked: boolean;
  /** The size that it has cosigned last, as far as is known. */
  readonly size: number;
  readonly cosignedAt: Instant | null;
  readonly refusal: { readonly reason: RefusalReason; readonly since: Instant } | null;
}

/** How it stands with all of them. */
export interface WitnessesStatus {
  readonly quorum: string;
  /** The size of the largest checkpoint that the quorum has cosigned; 0 for none. */
  readonly witnessed: number;
  readonly witnesses: readonly WitnessStatus[];
}

/** A witness that is asked. */
type Asked = PolicyWitness & { readonly url: string };

/** Offers the log's checkpoints to the policy's witnesses, keeps what they cosign, and says where they do not. */
export class Witnesses {
  readonly #parts: WitnessParts;
  readonly #asked: readonly Asked[];
  readonly #stop = new AbortController();
  readonly #told = new Map<string, RefusalReason>();
  #quorumMissing = false;
  #listener: (news: WitnessNews) => void = () => undefined;
  #running: Promise<AskReport> | null = null;

  constructor(parts: WitnessParts) {
    this.#parts = parts;
    this.#asked = parts.policy.witnesses.flatMap((witness) => (witness.url === null ? [] : [{ ...witness, url: witness.url }]));
  }

  /** Has somebody told what begins and ends. */
  listen(listener: (news: WitnessNews) => void): void {
    this.#listener = listener;
  }

  /** Whether there is a witness to be asked: the log has moved, or the witness has not cosigned all of it, and is not being left alone. */
  async due(): Promise<boolean> {
    const log = await this.#parts.store.log();
    return log !== null && (await this.#due(log)).length > 0;
  }

  /**
   * Asks every witness that is due, all at once, each one time at a time: whoever calls meanwhile waits for the same run.
   * @throws {MemSyncError} what the store throws; a witness's refusal is no error
   */
  ask(): Promise<AskReport> {
    this.#running ??= this.#run().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  async status(): Promise<WitnessesStatus> {
    const { policy, cosigned } = this.#parts;
    const known = await this.#known();
    const witnesses = policy.witnesses.map(({ name, key, url }): WitnessStatus => {
      const { size = 0, cosignedAt = null, refusal = null } = known.get(encodeCosignerKey(key)) ?? {};
      const told = refusal && { reason: reasonFrom(refusal.reason), since: refusal.since };
      return { witness: name, name: key.name, asked: url !== null, size, cosignedAt, refusal: told };
    });
    return { quorum: quorumInWords(policy), witnessed: (await cosigned.met())?.size ?? 0, witnesses };
  }

  /** Asks nobody any more, and resolves once what was being asked has been given up. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running?.catch(() => undefined);
  }

  async #run(): Promise<AskReport> {
    const log = await this.#parts.store.log();
    if (log === null || this.#stop.signal.aborted) return { asked: 0, cosigned: 0, refused: 0 };
    const [due, known] = [await this.#due(log), await this.#known()];
    const asks = due.map((witness) => this.#askOne(witness, known.get(encodeCosignerKey(witness.key))));
    const outcomes: (Answered['outcome'] | null)[] = [];
    for (const settled of await Promise.allSettled(asks)) {
      if (settled.status === 'rejected') throw settled.reason;
      outcomes.push(settled.value);
    }
    if (due.length > 0 && !this.#stop.signal.aborted) await this.#tellQuorum(log.size);
    const count = (outcome: Answered['outcome']): number => outcomes.filter((one) => one === outcome).length;
    return { asked: due.length, cosigned: count('cosigned'), refused: count('refused') };
  }

  async #askOne(witness: Asked, known: StoredWitness | undefined): Promise<Answered['outcome']> {
    const { store, log, clock, post, cosigned } = this.#parts;
    const { key, url } = witness;
    const parts = { store, post, now: () => clock.now(), stop: this.#stop.signal };
    const answered: Answered = this.#isInPolicy()
      ? await askWitness(parts, { key, url }, known?.size ?? 0)
      : { outcome: 'refused', size: known?.size ?? 0, reason: 'log_not_in_policy' };
    if (answered.outcome === 'nothing') return 'nothing';
    const now = clock.now();
    const cosigner = encodeCosignerKey(key);
    const { size } = answered;
    if (answered.outcome === 'cosigned') {
      if (!(await cosigned.add(size, answered.checkpoint, answered.line))) return 'nothing';
      await store.witnesses.noteWitness(log.name, { cosigner, size, askedAt: now, cosignedAt: now, refusal: null });
      this.#tell(witness.name, null);
      return 'cosigned';
    }
    const { reason } = answered;
    const before = known?.refusal ?? null;
    const refusal = { reason, since: before?.reason === reason ? before.since : now, times: (before?.times ?? 0) + 1 };
    await store.witnesses.noteWitness(log.name, { cosigner, size, askedAt: now, cosignedAt: known?.cosignedAt ?? null, refusal });
    this.#tell(witness.name, reason);
    return 'refused';
  }

  async #due(log: StoredLog): Promise<Asked[]> {
    const known = await this.#known();
    const cosigners = await this.#parts.cosigned.cosignersOf(log.size, parseNote(log.checkpoint).text);
    const now = this.#parts.clock.now();
    return this.#asked.filter(({ name, key }) => {
      const { askedAt = 0, refusal = null } = known.get(encodeCosignerKey(key)) ?? {};
      if (log.size === 0 || (cosigners.has(name) && refusal === null)) return false;
      return refusal === null || now < askedAt || now >= askedAt + restOf(refusal.times);
    });
  }

  /** What is remembered of each, by its key. */
  async #known(): Promise<Map<string, StoredWitness>> {
    const { store, log } = this.#parts;
    return new Map((await store.witnesses.witnesses(log.name)).map((one) => [one.cosigner, one]));
  }

  /** A policy that names logs is one for those alone. */
  #isInPolicy(): boolean {
    const { policy, log } = this.#parts;
    return policy.logs.length === 0 || policy.logs.some(({ key }) => key.name === log.name && equalBytes(key.publicKey, log.publicKey));
  }

  #tell(witness: string, reason: RefusalReason | null): void {
    const before = this.#told.get(witness) ?? null;
    if (before === reason) return;
    if (reason === null) this.#told.delete(witness);
    else this.#told.set(witness, reason);
    this.#listener(reason === null ? { kind: 'cosigns again', witness } : { kind: 'refused', witness, reason });
  }

  async #tellQuorum(size: number): Promise<void> {
    const { policy, cosigned } = this.#parts;
    const witnessed = (await cosigned.met())?.size ?? 0;
    const missing = policy.quorum !== null && witnessed < size;
    if (missing === this.#quorumMissing) return;
    this.#quorumMissing = missing;
    this.#listener(
      missing ? { kind: 'quorum missing', size, witnessed, quorum: quorumInWords(policy) } : { kind: 'quorum met again', size: witnessed },
    );
  }
}

/** What a run came to, in witnesses. */
export type AskReport = Readonly<Record<'asked' | 'cosigned' | 'refused', number>>;

function restOf(times: number): number {
  const [first, most] = REST_MS;
  return Math.min(most, first * 2 ** Math.min(times - 1, 30));
}
