import type { CaseEntry } from '../../../schemas/case.ts';
import { hex } from '../../core/bytes.ts';
import type { Walked } from './head-walk.ts';
import { reported } from './reported.ts';

/**
 * Looks at every entry that the service says to be of a case over the vault's receipts: how many there are, and how many of them the log has there.
 * Whether they are that cannot be told: what they stand for is the desks' to open.
 */
export async function walkCases(walked: Walked): Promise<{ count: number; matched: number }> {
  const { source, findings, vault, log } = walked;
  let [count, matched] = [0, 0];
  if (log.size === 0) return { count, matched };
  const places = new Set<number>();
  let cursor: string | null | undefined;
  while (cursor !== null) {
    const from: string | undefined = cursor;
    const page = await reported(findings, {}, () => source.caseEntries(vault, from === undefined ? {} : { cursor: from }));
    if (page === null) break;
    let before: CaseEntry | null = null;
    for (const one of page.entries) {
      const next: number = before?.case === one.case ? before.number + 1 : 0;
      if (one.number !== next)
        findings.add('case_withheld', { index: one.logIndex }, `Case ${one.case} has happening ${one.number} where ${next} was to come.`);
      before = one;
      // What happened since this audit began, the next one looks at.
      if (one.logIndex >= log.size) continue;
      count += 1;
      if (await isThere(walked, one, places)) matched += 1;
    }
    cursor = page.cursor;
  }
  return { count, matched };
}

async function isThere({ findings, log, chain }: Walked, one: CaseEntry, places: Set<number>): Promise<boolean> {
  const { logIndex, entry } = one;
  const where = { index: logIndex };
  const what = `happening ${one.number} of case ${one.case}`;
  if (places.has(logIndex)) {
    findings.add('case_not_in_log', where, `Entry ${logIndex} is said to be ${what}, and another’s as well.`);
    return false;
  }
  places.add(logIndex);
  if (entry === null) {
    // Nothing is left of what a desk was told of a vault that its owner has erased.
    if ((chain.state?.erased ?? null) === null)
      findings.add('case_withheld', where, `What entry ${logIndex}, ${what}, stands for is not shown, and your vault is not erased.`);
    return (chain.state?.erased ?? null) !== null;
  }
  const there = await reported(findings, where, () => log.entryAt(logIndex));
  const matches = there !== null && hex(there) === entry;
  if (there !== null && !matches) findings.add('case_not_in_log', where, `Entry ${logIndex} is not ${what}.`);
  return matches;
}
