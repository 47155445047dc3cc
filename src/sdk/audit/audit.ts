import type { Head } from '../../../schemas/primitives.ts';
import { hex } from '../../core/bytes.ts';
import type { Instant } from '../../core/instant.ts';
import { parseVerifierKey } from '../../log/verifier-key.ts';
import type { SeenLog } from '../owner-state.ts';
import { walkCertificates } from './certificate-walk.ts';
import { ChainWalk } from './chain-walk.ts';
import { type DescribedFinding, describeFinding, FindingList } from './finding.ts';
import { walkCases } from './case-walk.ts';
import { walkEvidence } from './evidence-walk.ts';
import { type Walked, walkHeads } from './head-walk.ts';
import { LogWalk } from './log-walk.ts';
import { type AuditProgress, freshProgress } from './progress.ts';
import { isUsable } from './usable.ts';
import { listReceipts, type ReceiptTrust, walkReceipts } from './receipt-walk.ts';
import { reported } from './reported.ts';
import type { AuditProgressNote, AuditSource, HeaderSource } from './source.ts';

/** What an audit of one vault goes by. */
export interface AuditInput {
  readonly source: AuditSource;
  readonly vault: string;
  /** What the owner's side remembers from before. */
  readonly remembered: { readonly head: Head | null; readonly log: SeenLog | null };
  /** The service’s keys as its operator’s root states them; where there is no root, those that are remembered count, or that are seen first. */
  readonly stated?: StatedKeys | null;
  /** How far an earlier audit has come. */
  readonly progress: AuditProgress;
  readonly now: Instant;
  /** Opens rows with a key of the owner's side, once the ledger has been walked; null where there is none. */
  readonly headers: (() => Promise<HeaderSource | null>) | null;
  readonly note?: AuditProgressNote;
  /** Called often: keeps how far the audit has come, which `progress` gives. */
  readonly save?: (progress: () => AuditProgress) => void;
  /** Called once at the end, with what is to be kept. */
  readonly done?: (progress: AuditProgress) => void;
}

/** What an operator’s root says of a service’s keys. */
export interface StatedKeys {
  /** As `/log/key` has them. */
  readonly key: string;
  readonly root: string;
  /** As `/log/keys` has it. */
  readonly keyHistory: string;
}

/** What an audit came to. */
export interface AuditReport {
  readonly vault: string;
  /** Whether nothing was found. */
  readonly clean: boolean;
  readonly findings: readonly DescribedFinding[];
  /** How many of each code there are; of one that is found often, the first hundred are among `findings`. */
  readonly counts: Readonly<Record<string, number>>;
  readonly log: { readonly origin: string; readonly size: number; readonly ours: number; readonly others: number };
  readonly ledger: { readonly events: number; readonly head: Head | null; readonly whole: boolean; readonly restored: readonly number[] };
  readonly demotions: { readonly explained: number; readonly unknown: number };
  readonly heads: { readonly count: number; readonly last: number | null };
  readonly receipts: { readonly count: number; readonly elsewhere: number };
  /** What came after receipts. */
  readonly evidence: { readonly count: number; readonly elsewhere: number };
  /** Entries that are said to be of cases over the vault's receipts. */
  readonly cases: number;
  readonly certificates: number;
  /** How many vaults the service says that it holds, this one among them. */
  readonly vaults: number | null;
  /** What this audit cannot know, in words. */
  readonly unknown: readonly string[];
}

/**
 * Audits one vault at a service that is not trusted: the whole log, the vault's whole ledger, its heads in the log, its receipts, what came after them, the cases over them, and its certificates.
 * What does not hold is among the findings.
 * @throws {MemSyncError} what says only that the service could not be asked now; the audit then goes on from what was saved
 */
export async function auditVault(input: AuditInput): Promise<AuditReport> {
  const { source, vault, remembered, now } = input;
  const note: AuditProgressNote = input.note ?? (() => undefined);
  const served = await source.logKey();
  const stated = input.stated ?? null;
  const given = isUsable(input.progress, vault) ? input.progress : freshProgress(vault);
  const keys = stated?.key ?? remembered.log?.key ?? given.log.keys ?? served;
  // What was audited under other keys was another log: this one is looked at from its beginning.
  const begun = given.log.keys === null || given.log.keys === keys ? given : freshProgress(vault);
  const findings = new FindingList(begun.findings, begun.counts);
  if (served !== keys)
    findings.add('log_key_changed', {}, 'The keys at /log/key are not those that you remember, and no root that you know states them.');
  const lines = keys.split('\n').filter((line) => line !== '');
  const key = parseVerifierKey(lines[0] ?? '');
  const log = new LogWalk(source, findings, key);
  const chain = new ChainWalk(source, findings, vault, begun.chain);
  const walked: Walked = { source, findings, vault, log, chain };
  let kept: AuditProgress = { ...begun, log: { ...begun.log, keys } };
  const save = (more: () => Partial<AuditProgress>): void => {
    input.save?.(() => ({ ...kept, ...more(), findings: [...log.found.list], counts: log.found.counts }));
  };

  const seen = [remembered.log?.checkpoint, begun.log.checkpoint].filter((one) => one !== undefined && one !== null);
  const logKept = (): Partial<AuditProgress> => ({ log: { keys, ...log.kept, checkpoint: log.kept.checkpoint ?? begun.log.checkpoint } });
  await log.walk(begun.log, seen, note, () => save(logKept));
  kept = { ...kept, ...logKept() };
  await chain.walk(remembered.head === null ? [] : [remembered.head], note, () => save(() => ({ chain: chain.kept })));
  await resolveDemotions(input, chain, note);
  kept = { ...kept, chain: chain.kept };
  kept = { ...kept, heads: await walkHeads(walked, kept.heads, note, (heads) => save(() => ({ heads }))) };
  const own = stated === null ? { verifierKeys: lines } : { root: stated.root, keyHistory: stated.keyHistory };
  const trust: ReceiptTrust = { keys: own, earlier: await earlierKeys(walked), now };
  const all = await listReceipts(walked);
  kept = { ...kept, receipts: await walkReceipts(walked, trust, all, kept.receipts, note, (receipts) => save(() => ({ receipts }))) };
  kept = { ...kept, evidence: await walkEvidence(walked, trust, all, kept.evidence, note, (evidence) => save(() => ({ evidence }))) };
  const cases = await walkCases(walked);
  const certificates = await walkCertificates(walked, trust);
  const { vaults } = (await source.health()).health;
  const ours = kept.heads.matched + kept.receipts.matched + kept.evidence.matched + cases.matched + certificates.matched;
  findings.clear('entry_unexplained');
  if (vaults === 1 && log.size > ours)
    findings.add(
      'entry_unexplained',
      {},
      `${log.size - ours} of ${log.size} entries are neither heads, receipts, evidence, cases nor certificates of your vault.`,
    );
  input.done?.({ ...kept, findings: [...findings.list], counts: findings.counts });
  return {
    vault,
    clean: findings.list.length === 0,
    findings: findings.list.map(describeFinding),
    counts: findings.counts,
    log: { origin: key.name, size: log.size, ours, others: log.size - ours },
    ledger: {
      events: (chain.state?.headSeq ?? -1) + 1,
      head: chain.state === null ? null : { seq: chain.state.headSeq, hash: hex(chain.state.headHash) },
      whole: chain.whole,
      restored: chain.restored,
    },
    demotions: chain.demotions.counts,
    heads: { count: kept.heads.count, last: kept.heads.seq < 0 ? null : kept.heads.seq },
    receipts: { count: kept.receipts.count, elsewhere: kept.receipts.foreign },
    evidence: { count: kept.evidence.count, elsewhere: kept.evidence.foreign },
    cases: cases.count,
    certificates: certificates.count,
    vaults,
    unknown: unknowns(kept, chain, log, remembered, vaults, cases.count),
  };
}

async function resolveDemotions({ headers }: AuditInput, chain: ChainWalk, note: AuditProgressNote): Promise<void> {
  if (headers === null || chain.state === null || chain.demotions.kept.pending.length === 0) return;
  await chain.demotions.resolve(await headers(), chain.state, chain.policies, (done, of) => note('rows', done, of));
}

async function earlierKeys({ source, findings, vault }: Walked): Promise<ReceiptTrust['earlier']> {
  const reply = await reported(findings, {}, () => source.imports(vault));
  return (reply?.imports ?? []).map(({ keys }) => ({ verifierKeys: keys.split('\n').filter((line) => line !== '') }));
}

function unknowns(
  { heads, receipts }: AuditProgress,
  chain: ChainWalk,
  log: LogWalk,
  { head, log: seen }: AuditInput['remembered'],
  vaults: number | null,
  cases: number,
): string[] {
  const said: string[] = [];
  const last = chain.state?.headSeq ?? -1;
  if (!log.whole) said.push('What is in the log: it could not be verified, so heads, receipts and certificates were not looked up in it.');
  if (chain.stoppedAt !== null) said.push(`What comes from event ${chain.stoppedAt} on: the ledger does not verify from there.`);
  if (heads.seq < last)
    said.push(
      `Whether the ledger’s events after ${heads.seq < 0 ? 'its genesis' : heads.seq} are shown alike to everybody: the log has no leaf of a later head yet.`,
    );
  const { unknown } = chain.demotions.counts;
  if (unknown > 0)
    said.push(`The ground of ${unknown} demotions: the rows’ times are sealed, have another version by now, or follow from their sources.`);
  if (receipts.foreign > 0)
    said.push(`Whether the keys are genuine that ${receipts.foreign} receipts of other services verify by: this service names them.`);
  if (cases > 0)
    said.push(
      `Whether the ${cases} entries that the service names as happenings of cases are that: what they stand for is the desks’ to open.`,
    );
  if (head === null || seen === null) said.push('Whether it was rolled back before this audit: nothing was remembered from before.');
  if (vaults !== null && vaults > 1)
    said.push(`What the other ${vaults - 1} vaults of this service hold: their entries in the log are salted, and opaque to you.`);
  said.push('Whether others are shown the same log: compare checkpoints with them, or ask witnesses.');
  return said;
}
