import type { Fact } from '../../schemas/evidence.ts';
import { LIMITS } from '../../schemas/limits.ts';
import type { Instant } from '../core/instant.ts';
import { hex, lengthPrefixed, utf8 } from '../core/bytes.ts';
import { formatInstant } from '../core/instant.ts';
import { sha256Parts } from '../crypto/sha256.ts';
import { ageAt, type ExternalItem, fetchedAt } from './external-item.ts';

const SET_TAG = utf8('memsync/external-items/v1\0');
const DECISIONS_TAG = utf8('memsync/external-decisions/v1\0');
/** How much of a digest names a fact: enough to tell a receipt's few hundred facts apart. Who brings two of one name about contradicts themselves. */
const NAME_DIGITS = 16;
/** How much of one stands for what was decided: 128 bits, as nobody is to find two lists for it. */
const DECISION_DIGITS = 32;

/**
 * What a list of items states. First one fact of all of them: it is named by which items there are and its value has what was decided of
 * each, so that another list of the same items that decides otherwise contradicts it, however long it is. Then a fact for each item, in the
 * order of their ids, as far as there is room: those are held one by one against other lists.
 * `items` by their ids.
 */
export function externalFacts(items: ReadonlyMap<string, ExternalItem>, answeredAt: Instant): Fact[] {
  const sorted = [...items].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const shown = sorted.slice(0, LIMITS.facts - 1);
  return [wholeFact(sorted), ...shown.map(([id, item]) => itemFact(id, item, answeredAt))];
}

function wholeFact(sorted: readonly (readonly [string, ExternalItem])[]): Fact {
  const ids = lengthPrefixed(...sorted.map(([id]) => utf8(id)));
  const decided = lengthPrefixed(...sorted.map(([id, { decision, path }]) => utf8(`${id} ${decision} ${path}`)));
  const admitted = sorted.filter(([, { decision }]) => decision === 'admitted').length;
  return {
    name: `items.${hex(sha256Parts(SET_TAG, ids)).slice(0, NAME_DIGITS)}`,
    value: `${admitted} admitted, ${sorted.length - admitted} refused (${hex(sha256Parts(DECISIONS_TAG, decided)).slice(0, DECISION_DIGITS)})`,
  };
}

/** `admitted signed 2026-11-21T09:00:00.000Z 12s https://…`: decision, path, when it was fetched, its age at the answer, and its source. */
function itemFact(id: string, item: ExternalItem, answeredAt: Instant): Fact {
  const words = [item.decision, item.path, formatInstant(fetchedAt(item)), `${ageAt(item, answeredAt)}s`, item.source];
  return { name: `item.${id.slice(0, NAME_DIGITS)}`, value: clipped(words.join(' '), LIMITS.refLength) };
}

function clipped(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}
