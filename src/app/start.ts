import { readClaimTrust } from '../claims/trust.ts';
import type { Clock } from '../core/clock.ts';
import type { Random } from '../core/random.ts';
import { Redacted } from '../core/redacted.ts';
import type { Embedder } from '../embed/face.ts';
import type { KeyHistory } from '../log/key-history.ts';
import type { NoteSigner } from '../log/note.ts';
import type { PostJson } from '../reach/face.ts';
import type { Store } from '../store/store.ts';
import { CaseNews } from './cases/news.ts';
import { FoldCheckpoints } from './checkpoints/fold-checkpoints.ts';
import { CheckedValidations } from './checkpoints/validations.ts';
import { KnownReviewers } from './desks/known-reviewers.ts';
import { ForkGuard } from './fork-guard.ts';
import { LogKeeper } from './log-keeper.ts';
import { namedSigner } from './log-name.ts';
import { Embeddings } from './embeddings/embeddings.ts';
import { type ErasureJournal, MemoryJournal } from './erase/known.ts';
import { EvidenceTeller } from './evidence/news.ts';
import { Judge, type JudgedKinds } from './judging/judge.ts';
import type { JudgingBounds } from './judging/pool.ts';
import type { HeadMarks } from './marks.ts';
import type { MirrorFiles } from './mirror/files.ts';
import type { ReceiptSigner, Services } from './services.ts';
import { RowSnapshots } from './snapshots/row-snapshots.ts';
import { requireStatedKeys, takeOverLog } from './stated-keys.ts';
import { type VaultLimits, Vaults } from './vaults.ts';
import { openWitnesses } from './witnesses/open.ts';
import type { WitnessSettings } from './witnesses/witnesses.ts';
import { Writer } from './writer.ts';

/** How long stopping may take to keep checkpoints, in milliseconds. */
const STOP_MS = 3000;

/** What the service is made of, before it is put together. */
export interface Parts {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly marks: HeadMarks;
  readonly logSigner: NoteSigner;
  readonly receiptSigner: ReceiptSigner;
  /** What the operator's root has stated of the two; null, or nothing, where there is none. */
  readonly history?: KeyHistory | null;
  /** What checkpoints of the fold are sealed under; none are kept where it is not given. */
  readonly foldSecret?: Redacted;
  /** What desks' cases are sealed under; one that ends with the process where none is given. */
  readonly deskKey?: Redacted;
  readonly limits: VaultLimits;
  /** Where erasures are remembered apart from the data; in memory alone where none is given. */
  readonly journal?: ErasureJournal;
  /** The operator's trust, as its file says it; null, or nothing, for none. */
  readonly claimTrust?: unknown;
  /** What evidence is looked up with outside; null, or nothing, for not at all. */
  readonly reach?: PostJson | null;
  /** Other claims than those of this build, and other bounds in judging their evidence. */
  readonly judging?: { readonly kinds?: JudgedKinds; readonly bounds?: JudgingBounds };
  /** Where the log is published to as files; null, or nothing, for nowhere. */
  readonly mirror?: MirrorFiles | null;
  /** Who is asked to cosign the log's checkpoints; null, or nothing, for nobody. */
  readonly witnesses?: WitnessSettings | null;
  /** What takes it out of memory that something is gone; nothing does where none is given. */
  readonly forgetSoon?: () => void;
  /** What turns texts into vectors; null, or nothing, for none. */
  readonly embedder?: Embedder | null;
  readonly build: string;
}

/**
 * Puts the use cases' services together on a store.
 * @throws {MemSyncError} `log_broken` when the stored log does not verify; `keys_unstated`; `config_invalid` for a trust that does not read
 */
export async function startServices(parts: Parts): Promise<Services> {
  const { store, clock, random, marks, logSigner, receiptSigner, limits, build } = parts;
  const journal = parts.journal ?? new MemoryJournal();
  const forgetSoon = parts.forgetSoon ?? ((): void => undefined);
  const history = parts.history ?? null;
  requireStatedKeys(history, logSigner, receiptSigner);
  const claimTrust = readClaimTrust(parts.claimTrust ?? null, parts.judging?.kinds?.all);
  const signer = await namedSigner(store, logSigner);
  await takeOverLog(store, signer, history);
  const witnessing = openWitnesses(parts.witnesses ?? null, store, signer, clock);
  const log = await LogKeeper.open(store, signer, marks, witnessing?.cosigned ?? null);
  const checkpoints = new FoldCheckpoints(store, random, parts.foldSecret ?? null);
  const validations = new CheckedValidations(store, (state) => checkpoints.unsealedAt(state));
  const snapshots = new RowSnapshots(store, random, parts.foldSecret ?? null);
  const vaults = new Vaults(store, clock, marks, limits, checkpoints, snapshots, forgetSoon);
  const forks = new ForkGuard(store, marks, log.origin);
  const caseNews = new CaseNews();
  const writer = new Writer(store, log, clock, vaults, forks, caseNews);
  const embedder = parts.embedder ?? null;
  const embeddings = embedder === null ? null : new Embeddings({ embedder, store, clock, random, vaults, writer });
  return {
    store,
    clock,
    random,
    vaults,
    checkpoints,
    snapshots,
    validations,
    embeddings,
    writer,
    log,
    marks,
    forks,
    receiptSigner,
    history,
    deskKey: parts.deskKey ?? new Redacted(random.bytes(32)),
    reviewers: new KnownReviewers(),
    caseNews,
    journal,
    claimTrust,
    evidenceTeller: new EvidenceTeller(),
    judge: new Judge({ trust: claimTrust, post: parts.reach ?? null, ...parts.judging }),
    mirror: parts.mirror ?? null,
    witnesses: witnessing?.witnesses ?? null,
    forgetSoon,
    build,
  };
}

/** Keeps checkpoints and row snapshots of the vaults that are in memory, the last used first, as far as there is time: the next start opens them from there. */
async function keepOnStop({ clock, vaults, checkpoints, snapshots }: Services): Promise<void> {
  const until = clock.now() + STOP_MS;
  for (const vault of [...vaults.open.values()].toSorted((a, b) => b.lastUsed - a.lastUsed)) {
    if (clock.now() > until) break;
    await checkpoints.keepIfDue(vault.state).catch(() => false);
    snapshots.keepLast(vault);
    await snapshots.settled();
  }
  await checkpoints.settled();
  await snapshots.settled();
}

/** Answers what has been taken, wipes every key and closes the store. */
export async function stopServices(services: Services): Promise<void> {
  await services.embeddings?.stop();
  await services.witnesses?.stop();
  await services.judge.stop();
  await services.writer.stop();
  await keepOnStop(services);
  services.vaults.clear();
  await services.store.close();
}
