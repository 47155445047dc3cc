import type { VersionLine } from '../../../schemas/export-line.ts';
import { base64 } from '../../core/bytes.ts';
import { isMemSyncError } from '../../core/errors.ts';
import { formatInstant } from '../../core/instant.ts';
import { currentVersion, type RowState, standingOf, type VersionState } from '../../memory/state.ts';
import type { StoredVersion } from '../../store/records.ts';
import { columnsOf } from '../columns.ts';
import { nowOf } from '../now.ts';
import { openVersion } from '../unlock.ts';
import type { Place } from './cursor.ts';
import { type Page, PAGE_BYTES, type Reading, rowCollections } from './reading.ts';

const AT_A_TIME = 64;

type VersionsPlace = Extract<Place, { part: 'versions' }>;

/** Row versions by collection, row and version, sealed and in the clear; of a single collection in the clear alone. */
export async function versionLines(reading: Reading, place: VersionsPlace): Promise<Page> {
  const lines: VersionLine[] = [];
  let bytes = 0;
  let { collection, row, version } = place;
  for (const part of await rest(reading, place)) {
    if (bytes >= PAGE_BYTES) return { lines, next: { ...place, version } };
    bytes += add(reading, lines, part);
    ({ version } = part);
  }
  while (bytes < PAGE_BYTES) {
    const page = await reading.services.store.versions(reading.access.vault.vault, collection, row, AT_A_TIME);
    if (page.length === 0) {
      const next = collectionAfter(reading, collection);
      if (next === undefined) return { lines, next: null };
      [collection, row, version] = [next, '', 0];
      continue;
    }
    for (const stored of page) {
      if (bytes >= PAGE_BYTES) break;
      bytes += add(reading, lines, stored);
      ({ row, version } = stored);
    }
  }
  return { lines, next: { part: 'versions', collection, row, version } };
}

function collectionAfter({ access, cursor }: Reading, collection: string): string | undefined {
  return rowCollections(access, cursor.only).find((id) => id > collection);
}

/** What a page has left of its last row. */
async function rest({ services, access }: Reading, { row, version }: VersionsPlace): Promise<StoredVersion[]> {
  const state = row === '' ? undefined : access.vault.state.rows.get(row);
  const found: StoredVersion[] = [];
  for (const known of state?.versions ?? []) {
    const stored = known.version <= version ? null : await services.store.version(access.vault.vault, row, known.version);
    if (stored !== null) found.push(stored);
  }
  return found;
}

/** Adds a version, if the export's head knows it; returns about how many bytes its line has. */
function add(reading: Reading, lines: VersionLine[], stored: StoredVersion): number {
  const { access, cursor } = reading;
  const state = access.vault.state.rows.get(stored.row);
  const known = state?.versions.find((one) => one.version === stored.version);
  if (state === undefined || known === undefined || known.seq > cursor.head.seq || state.erased !== null) return 0;
  const opened = openOrNull(reading, stored, known);
  const latest = state.versions.findLast((one) => one.seq <= cursor.head.seq) === known;
  lines.push({
    type: 'version',
    row: stored.row,
    version: stored.version,
    collection: stored.collection,
    text: opened?.text ?? null,
    header: opened?.header ?? null,
    ...(latest ? nowParts(reading, state) : {}),
    commitment: known.commitment,
    epoch: stored.epoch,
    wrapEpoch: stored.wrapEpoch,
    ...(cursor.only === null
      ? { sealed: { header: base64(stored.header), text: base64(stored.text), wrappedKey: base64(stored.wrappedKey) } }
      : {}),
  });
  return (stored.header.length + stored.text.length) * 2.4 + (opened?.text.length ?? 0) + 1000;
}

function openOrNull({ access }: Reading, stored: StoredVersion, known: VersionState): ReturnType<typeof openVersion> | null {
  try {
    return openVersion(access.vault, stored, known);
  } catch (error) {
    if (isMemSyncError(error, 'row_unopenable') || isMemSyncError(error, 'commitment_mismatch')) return null;
    throw error;
  }
}

/** How a row stands, and what keyless jobs are told of it where that is of this very version. */
function nowParts({ services, access, cursor }: Reading, state: RowState): Pick<VersionLine, 'now' | 'columns'> {
  const { vault } = access;
  const row = vault.rows.get(state.id);
  if (row === undefined) return {};
  const at = Math.max(cursor.at, nowOf(services, vault));
  const { tier } = vault.tierOf(row, at);
  const now = {
    standing: standingOf(state),
    tier,
    basisAt: formatInstant(row.basisAt),
    lastValidatedAt: state.validation === null ? null : formatInstant(state.validation.at),
  };
  if (currentVersion(state).seq > cursor.head.seq) return { now };
  const { row: _row, version: _version, ...columns } = columnsOf(vault, row, at);
  return { now, columns };
}
