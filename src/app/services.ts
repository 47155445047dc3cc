import type { ClaimTrust } from '../claims/trust.ts';
import type { Clock } from '../core/clock.ts';
import type { Random } from '../core/random.ts';
import type { Redacted } from '../core/redacted.ts';
import type { SigningKey } from '../crypto/ed25519.ts';
import type { Store } from '../store/store.ts';
import type { CaseNews } from './cases/news.ts';
import type { FoldCheckpoints } from './checkpoints/fold-checkpoints.ts';
import type { CheckedValidations } from './checkpoints/validations.ts';
import type { KeyHistory } from '../log/key-history.ts';
import type { KnownReviewers } from './desks/known-reviewers.ts';
import type { ForkGuard } from './fork-guard.ts';
import type { LogKeeper } from './log-keeper.ts';
import type { Embeddings } from './embeddings/embeddings.ts';
import type { ErasureJournal } from './erase/known.ts';
import type { EvidenceTeller } from './evidence/news.ts';
import type { Judge } from './judging/judge.ts';
import type { HeadMarks } from './marks.ts';
import type { MirrorFiles } from './mirror/files.ts';
import type { RowSnapshots } from './snapshots/row-snapshots.ts';
import type { Vaults } from './vaults.ts';
import type { Witnesses } from './witnesses/witnesses.ts';
import type { Writer } from './writer.ts';

/** The key that signs receipts, with the name that verifiers know it by. */
export interface ReceiptSigner {
  readonly name: string;
  readonly key: SigningKey;
}

/** What the use cases are given. Each takes what it needs and reads nothing else. */
export interface Services {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly vaults: Vaults;
  readonly checkpoints: FoldCheckpoints;
  readonly snapshots: RowSnapshots;
  readonly validations: CheckedValidations;
  /** Null where no service for embeddings is set up. */
  readonly embeddings: Embeddings | null;
  readonly writer: Writer;
  readonly log: LogKeeper;
  readonly marks: HeadMarks;
  readonly forks: ForkGuard;
  readonly receiptSigner: ReceiptSigner;
  /** What the operator's root has stated of the log's and the receipt signer's keys; null where there is no root. */
  readonly history: KeyHistory | null;
  /** What the desks' cases are sealed under, and their reviewers known by. */
  readonly deskKey: Redacted;
  /** The reviewers whose tokens have let them in. */
  readonly reviewers: KnownReviewers;
  readonly caseNews: CaseNews;
  readonly journal: ErasureJournal;
  /** Whom and what the operator takes for granted when evidence is judged. */
  readonly claimTrust: ClaimTrust;
  readonly judge: Judge;
  readonly evidenceTeller: EvidenceTeller;
  /** Where the log is published to as files; null for nowhere. */
  readonly mirror: MirrorFiles | null;
  /** Null where no policy of witnesses is set up. */
  readonly witnesses: Witnesses | null;
  /** Called when something has been erased or cut off: what is left of it in memory may go. */
  readonly forgetSoon: () => void;
  /** The version of this build, as receipts name it. */
  readonly build: string;
}
