import type { CaseSummary } from '../../../../schemas/case.ts';
import { type Instant, requireInstant } from '../../../core/instant.ts';
import type { Output } from '../../output.ts';
import { fromNow } from '../../words.ts';
import { padded } from '../table.ts';
import { named } from './sheet.ts';

/** Cases, a line each: what became of them, who has them, and since when. */
export function casesTable(output: Output, cases: readonly CaseSummary[], now: Instant): string {
  const head = `${padded('ID', 36)}  STATE  ${padded('OPENED', 14)}  WHOSE`;
  return [output.style('bold', head), ...cases.map((one) => line(output, one, now))].join('\n');
}

function line(output: Output, { id, state, openedAt, assigned, desk, ...rest }: CaseSummary, now: Instant): string {
  const whose = assigned === null ? `${named(desk.name)}, nobody’s` : `${named(desk.name)}, ${named(assigned.name)}’s`;
  const marks = [...(rest.reopened === 0 ? [] : ['REOPENED']), ...(rest.decidedBeforeProof ? ['DECIDED BEFORE PROOF'] : [])].join(', ');
  const text = `${id}  ${padded(state, 5)}  ${padded(fromNow(requireInstant(openedAt), now), 14)}  ${whose}`;
  return marks === '' ? text : `${text}\n${output.style('red', `  ${marks}`)}`;
}
