import type { ClaimStanding, ClaimStep } from '../../../../schemas/claims.ts';
import type { ClaimStatus } from '../../../../schemas/vocabulary.ts';
import { requireInstant } from '../../../core/instant.ts';
import { plain } from '../../plain.ts';
import { count, fromNow } from '../../words.ts';
import { fold, padded } from '../table.ts';
import { historyWords } from '../case/claims.ts';
import { type Sheet, stamp } from '../case/sheet.ts';
import { factWords, FEW, told } from './facts.ts';

/** Columns that labels take, with what is before and behind them. */
const LABELS = 20;

/** What the service recorded of pieces that were judged anew, by addendum. */
export type Recorded = ReadonlyMap<string, ClaimStatus>;

/** Each claim by itself: how it stands, what that proves and what not, by which checks, what is stated, and how it came to. */
export function claimBlocks(sheet: Sheet, claims: readonly ClaimStanding[], recorded: Recorded = new Map()): string[] {
  const column = Math.max(0, ...claims.map(({ claim }) => claim.length));
  return claims.map((claim) => [head(sheet, claim, column), ...(isSilent(claim) ? [] : body(sheet, claim, recorded))].join('\n'));
}

/** Whether nothing was ever said of a claim. */
function isSilent({ status, checks, history }: ClaimStanding): boolean {
  return status === 'absent' && checks.length === 0 && history.length === 1;
}

function head(sheet: Sheet, claim: ClaimStanding, column: number): string {
  const { status, history, nextLookAt } = claim;
  const next = nextLookAt === null ? '' : `; next look ${fromNow(requireInstant(nextLookAt), sheet.now)}`;
  const how = isSilent(claim) ? 'nothing was handed in for it, and nothing is settled' : `${historyWords(history)}${next}`;
  const [first = '', ...more] = fold(how, sheet.width - column - 12).split('\n');
  const line = `${padded(plain(claim.claim), column)}  ${padded(status, 8)}  ${first}`;
  const all = [line, ...more.map((rest) => `${' '.repeat(column + 12)}${rest}`)].join('\n');
  return status === 'failed' ? sheet.output.style('red', all) : isSilent(claim) ? all : sheet.output.style('bold', all);
}

function body(sheet: Sheet, claim: ClaimStanding, recorded: Recorded): string[] {
  const checks = claim.checks.map(({ check, status, detail }) => ({
    words: `${plain(check)}: ${status}. ${told(detail)}`,
    loud: status === 'failed',
  }));
  const shown = sheet.whole ? claim.facts : claim.facts.slice(0, FEW);
  const more = claim.facts.length - shown.length;
  const states = [...shown.map(factWords), ...(more === 0 ? [] : [`and ${count(more, 'more fact')}, with --all`])];
  return [
    ...labelled(sheet, claim.status === 'verified' ? 'proves' : 'would prove', [{ words: told(claim.proves) }]),
    ...labelled(sheet, 'does not prove', [{ words: told(claim.doesNotProve) }]),
    ...labelled(sheet, 'checks', checks),
    ...labelled(
      sheet,
      'states',
      states.map((words) => ({ words })),
    ),
    ...labelled(
      sheet,
      'history',
      claim.history.map((step) => ({ words: stepWords(step, recorded), loud: step.status === 'failed' })),
    ),
  ];
}

interface Line {
  readonly words: string;
  readonly loud?: boolean;
}

/** Lines behind a label, what goes on in a second line set in further. */
function labelled(sheet: Sheet, label: string, given: readonly Line[]): string[] {
  // What a receipt says of itself, its evidence often says again.
  const seen = new Set<string>();
  const lines = given.filter(({ words }) => seen.size < seen.add(words).size);
  return lines.flatMap(({ words, loud = false }, i) => {
    const [first = '', ...more] = fold(words, sheet.width - LABELS - 2).split('\n');
    const before = `    ${padded(i === 0 ? label : '', LABELS - 4)}`;
    const all = [`${before}${first}`, ...more.map((rest) => `${' '.repeat(LABELS + 2)}${rest}`)];
    return all.map((line) => (loud ? sheet.output.style('red', line.trimEnd()) : line.trimEnd()));
  });
}

/** An id as far as it takes to tell it from others on one page. */
function short(id: string): string {
  return plain(id.length > 16 ? `${id.slice(0, 16)}…` : id);
}

/** `#12 2026-11-21 12:00:05 verified: evidence (model-bytes) from grt_…, judged verified`. */
function stepWords(step: ClaimStep, recorded: Recorded): string {
  const { logIndex, at, status, reason, by, evidence, judged, addendum } = step;
  const before = addendum === null ? undefined : recorded.get(addendum);
  const also = before === undefined || before === judged ? '' : ` (the service recorded ${before})`;
  const kind = evidence === null ? '' : ` (${plain(evidence.kind)}${evidence.erased ? ', erased since' : ''})`;
  const how = {
    issued: 'with the receipt',
    evidence: `evidence${kind} from ${short(by)}, judged ${judged}${also}`,
    recheck: `a second look${kind}, judged ${judged}${also}`,
    given_up: `given up on${kind}: nobody looks any more`,
  }[reason];
  return `#${logIndex} ${stamp(at)} ${status}: ${how}`;
}
