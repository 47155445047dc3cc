import type { Artifact } from '../../../schemas/evidence.ts';
import { KINDS } from '../../claims/all-kinds.ts';
import { requireBoundedJson } from '../../claims/bounded-json.ts';
import type { ClaimKind, Given, Judgement } from '../../claims/kind.ts';
import type { ClaimTrust } from '../../claims/trust.ts';
import { MemSyncError } from '../../core/errors.ts';
import type { Instant } from '../../core/instant.ts';
import type { PostJson } from '../../reach/face.ts';
import { JUDGING_BOUNDS, type JudgingBounds, JudgingPool } from './pool.ts';
import { reachWithin } from './reach-within.ts';

const GATHER_MS = 20_000;
/** How many pieces of evidence are looked up outside at a time. */
const GATHERING = 64;

/** The claims that are judged, and the folder where threads find them; null for that of this build. */
export interface JudgedKinds {
  readonly all: readonly ClaimKind[];
  readonly folder: URL | null;
}

/** What judging takes. */
export interface JudgeParts {
  readonly trust: ClaimTrust;
  /** Null where nothing is reached outside. */
  readonly post: PostJson | null;
  readonly kinds?: JudgedKinds;
  readonly bounds?: JudgingBounds;
  /** How long everything that one piece of evidence wants from outside may take, in milliseconds. */
  readonly gatherMs?: number;
}

/** Judges evidence by the operator's trust, in threads of its own, and gathers what that takes from outside. */
export class Judge {
  readonly #trust: ClaimTrust;
  readonly #post: PostJson | null;
  readonly #kinds: readonly ClaimKind[];
  readonly #pool: JudgingPool;
  readonly #gatherMs: number;
  readonly #stopping = new AbortController();
  #gathering = 0;

  constructor({ trust, post, kinds = { all: KINDS, folder: null }, bounds = JUDGING_BOUNDS, gatherMs = GATHER_MS }: JudgeParts) {
    this.#trust = trust;
    this.#post = post;
    this.#kinds = kinds.all;
    this.#pool = new JudgingPool(kinds.folder, bounds);
    this.#gatherMs = gatherMs;
  }

  /** How many threads there are: none before there was something to judge. */
  get threads(): number {
    return this.#pool.size;
  }

  /** @throws {MemSyncError} as `JudgingPool.judge` */
  judge(claim: string, given: Given<Artifact>, at: Instant): Promise<Judgement> {
    return this.#pool.judge({ claim, given, trust: this.#trust.of(claim), at });
  }

  /**
   * What the evidence's kind brings from outside to judge it by, from addresses that the trust names and from no others; undefined where it
   * wants nothing, and where nothing came in time. @throws {MemSyncError} `judging_busy` when too much is being gathered, `shutting_down`
   */
  async gather(claim: string, artifact: Artifact): Promise<unknown> {
    const kind = this.#kinds.find(({ text }) => text.claim === claim);
    const gather = kind !== undefined && Object.hasOwn(kind.artifacts, artifact.kind) ? kind.artifacts[artifact.kind]?.gather : undefined;
    if (gather === undefined) return undefined;
    if (this.#stopping.signal.aborted) throw new MemSyncError('shutting_down', 'The service is stopping.');
    if (this.#gathering >= GATHERING)
      throw new MemSyncError('judging_busy', `${GATHERING} pieces of evidence are being looked up already.`);
    const stop = AbortSignal.any([this.#stopping.signal, AbortSignal.timeout(this.#gatherMs)]);
    const trust = this.#trust.of(claim);
    this.#gathering += 1;
    try {
      const gathered: unknown = await Promise.race([gather(artifact, trust, reachWithin(trust, this.#post, stop)), stopped(stop)]);
      if (gathered !== undefined) requireBoundedJson(gathered);
      return gathered;
    } catch {
      // What went wrong may spell out addresses: that nothing came is all that is told.
      return undefined;
    } finally {
      this.#gathering -= 1;
    }
  }

  /** Ends what is being judged and gathered. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#pool.stop();
  }
}

function stopped(stop: AbortSignal): Promise<undefined> {
  if (stop.aborted) return Promise.resolve(undefined);
  return new Promise((resolve) => stop.addEventListener('abort', () => resolve(undefined), { once: true }));
}
