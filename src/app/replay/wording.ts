import type { NotReplayable, ReplayReply } from '../../../schemas/replay.ts';

/** Why a receipt cannot be replayed, in a sentence, with what would help. */
const WHY_NOT: Readonly<Record<NotReplayable, string>> = {
  engine_not_installed: 'It was ranked by another engine than the one that is installed here.',
  vectors_gone:
    'It was ranked with vectors that are not here: those of its rows have been made anew or lost, or the embedding model is another.',
  nothing_kept: 'It was issued before what a replay needs was kept.',
  collection_closed: 'Its search went through a collection, or by a key, that the caller does not open now. A device of the owner’s may.',
  past_unreachable: 'The vault’s ledger does not reach as far as the receipt: it has been rolled back, or cut short. Run `memsync audit`.',
};

/** What a replay came to, in a sentence. */
export function detailOf({
  outcome,
  checked,
  rows,
  reason,
  added,
}: Pick<ReplayReply, 'outcome' | 'checked' | 'rows' | 'reason' | 'added'>): string {
  switch (outcome) {
    case 'identical':
      return 'The same rows, scores and context bytes, made again from the vault as it stood.';
    case 'reduced': {
      const left = rows.filter((row) => row.outcome !== 'erased').length;
      const cause =
        checked.erased > 0 ? `${count(checked.erased, 'row')} in its scope erased since` : 'a row above those served erased since';
      const more = added.length === 0 ? '' : ` ${count(added.length, 'row')} would come in for them.`;
      return `${cause}: ${left} of ${count(rows.length, 'row')} served are left, and each is what was signed. Scores may have moved, as words are rarer now.${more}`;
    }
    case 'differs':
      return 'This must never be: the same engine over the same vault gives another answer, or what is kept is not what was signed. Run `memsync audit`.';
    default:
      return reason === null ? 'It cannot be replayed.' : WHY_NOT[reason];
  }
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}
