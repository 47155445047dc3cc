import type { LoggedHead } from '../../../schemas/heads.ts';
import { equalBytes, fromHex, hex } from '../../core/bytes.ts';
import { headEntry } from '../../log/head-leaf.ts';
import type { ChainWalk } from './chain-walk.ts';
import type { FindingList } from './finding.ts';
import type { LogWalk } from './log-walk.ts';
import type { AuditProgress } from './progress.ts';
import { reported } from './reported.ts';
import type { AuditProgressNote, AuditSource } from './source.ts';

const PAGE = 500;

/** What the parts of an audit are given. */
export interface Walked {
  readonly source: AuditSource;
  readonly findings: FindingList;
  readonly vault: string;
  readonly log: LogWalk;
  readonly chain: ChainWalk;
}

type Kept = AuditProgress['heads'];

/** Looks at every head of the vault that the log has a leaf of: on the chain, in the log where it says, and later heads later in the log. */
export async function walkHeads(walked: Walked, kept: Kept, note: AuditProgressNote, save: (kept: Kept) => void): Promise<Kept> {
  const { source, findings, vault, log } = walked;
  if (log.size === 0) return kept;
  let { count, matched, seq, index } = kept;
  // The last that was seen is asked for once more: what was in the log must stay to be shown.
  let from: number | null = Math.max(0, seq);
  for (let first = seq >= 0; from !== null; first = false) {
    const at: number = from;
    const page = await reported(findings, { seq: at }, () => source.loggedHeads(vault, { from: at, limit: PAGE }));
    if (page === null) break;
    const [known] = page.heads;
    if (first && (known?.seq !== seq || known.logIndex !== index))
      findings.add('head_missing', { seq, index }, `The log’s leaf of event ${seq} was entry ${index}; it is not shown any more.`);
    let last = seq;
    for (const head of page.heads) {
      if (head.seq <= last && (head.seq !== seq || count === 0))
        findings.add('answer_malformed', { seq: head.seq }, 'The heads in the log are not shown in order.');
      last = head.seq;
      // What went into the log since this audit began, the next one looks at.
      if (head.seq <= seq || head.logIndex >= log.size) continue;
      if (await lookAt(walked, head)) matched += 1;
      if (head.logIndex <= index)
        findings.add(
          'head_backward',
          { seq: head.seq, index: head.logIndex },
          `Event ${head.seq} is entry ${head.logIndex}, and the earlier event ${seq} entry ${index}.`,
        );
      [seq, index, count] = [head.seq, head.logIndex, count + 1];
    }
    note('heads', seq + 1, page.head.seq + 1);
    save({ count, matched, seq, index });
    from = page.next !== null && page.next > at ? page.next : null;
  }
  return { count, matched, seq, index };
}

/** Whether the log has its leaf. */
async function lookAt({ findings, vault, log, chain }: Walked, { seq, hash, salt, logIndex }: LoggedHead): Promise<boolean> {
  const where = { seq, index: logIndex };
  const entry = await reported(findings, where, () => log.entryAt(logIndex));
  const matches = entry !== null && equalBytes(entry, headEntry(vault, seq, fromHex(hash), fromHex(salt)));
  if (entry !== null && !matches) findings.add('head_not_in_log', where, `Entry ${logIndex} is not the leaf of event ${seq}.`);
  const place = await reported(findings, where, () => chain.index.at(seq));
  if (place === null && chain.whole)
    findings.add('head_off_chain', where, `Entry ${logIndex} stands for event ${seq}, which your ledger does not have.`);
  if (place !== null && hex(place.hash) !== hash)
    findings.add('head_off_chain', where, `Entry ${logIndex} stands for another event ${seq} than your ledger has.`);
  return matches;
}
