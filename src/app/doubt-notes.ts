import type { Memory } from '../../schemas/memory.ts';
import { formatInstant } from '../core/instant.ts';
import { type LedgerEvent, parseStoredEvent } from '../memory/event.ts';
import type { StoredEvent } from '../store/records.ts';
import { type Access, mayReadVersion } from './access.ts';
import type { OpenRow } from './open-vault.ts';
import type { Services } from './services.ts';
import { checkSeal, openVersion } from './unlock.ts';

/** Who doubts a row, when, and why, as far as the caller may read it: what its listing among contested rows says. */
export async function doubtsAbout(services: Services, access: Access, row: OpenRow): Promise<NonNullable<Memory['doubts']>> {
  const doubts: NonNullable<Memory['doubts']> = [];
  for (const { grantId, seq, at, reason } of row.state.contests) {
    const note = reason === 'doubt' ? await noteAt(services, access, row, seq) : null;
    doubts.push({ grant: grantId, at: formatInstant(at), reason, note });
  }
  return doubts;
}

async function noteAt(services: Services, access: Access, row: OpenRow, seq: number): Promise<string | null> {
  const [stored] = await services.store.events(access.vault.vault, seq, 1);
  if (stored === undefined) return null;
  const parsed = parseStoredEvent(stored.stored);
  return parsed.by === 'grant' ? noteOf(services, access, row, stored, parsed) : null;
}

/** Why a row is doubted, in the app's own words; null where it gave none, or spoke of a version outside the caller's scope. */
export async function noteOf(
  services: Services,
  access: Access,
  row: OpenRow,
  stored: StoredEvent,
  parsed: Extract<LedgerEvent, { by: 'grant' }>,
): Promise<string | null> {
  if (parsed.event.kind !== 'contested' || (await textOf(services, access, row, parsed.event.version)) === null) return null;
  const previous = await services.store.eventHash(access.vault.vault, stored.seq - 1);
  return previous === null ? null : (checkSeal(access.vault, stored, previous, parsed)?.note ?? null);
}

/** What a row said in one version, or null where that version lies outside the caller's scope: it may have had another category then. */
export async function textOf(services: Services, access: Access, row: OpenRow, version: number): Promise<string | null> {
  const made = row.state.versions.find((one) => one.version === version);
  const stored = made === undefined ? null : await services.store.version(access.vault.vault, row.state.id, version);
  if (made === undefined || stored === null) return null;
  const opened = openVersion(access.vault, stored, made);
  return mayReadVersion(access, opened.header) ? opened.text : null;
}
