import type { z } from 'zod';
import { Envelope } from '../../../schemas/owner-event.ts';
import { lengthPrefixed, utf8 } from '../../core/bytes.ts';
import { MemSyncError } from '../../core/errors.ts';
import type { Redacted } from '../../core/redacted.ts';
import { deriveKey } from '../../crypto/derive.ts';
import { openJson, sealJson } from '../../crypto/sealed-json.ts';
import type { StoredCase, StoredCaseEvent } from '../../store/cases.ts';
import type { Services } from '../services.ts';
import { Dossier } from './dossier.ts';

/** What a seal binds a case's records to: whose they are, and what they are over. */
export type CaseName = Pick<StoredCase, 'id' | 'desk' | 'vault' | 'receipt'>;

type Keyed = Pick<Services, 'deskKey' | 'random'>;

/** A dossier under the desk key, bound to its case, desk, vault and receipt: in another's place it does not open. */
export function sealDossier(services: Keyed, name: CaseName, dossier: Dossier): Uint8Array {
  return under(services, (key) => sealJson(key, Dossier.encode(dossier), dataOf('dossier', name, ''), services.random));
}

/** What a desk is told; null where it has gone with the vault that it is of. @throws {MemSyncError} `row_unopenable` */
export function openDossier(services: Keyed, stored: StoredCase): Dossier | null {
  return open(services, stored, stored.sealed, dataOf('dossier', stored, ''), Dossier);
}

/** The statement of what happened, under the desk key, bound to its number, its instant and its place in the log as well. */
export function sealHappening(services: Keyed, name: CaseName, event: Omit<StoredCaseEvent, 'sealed'>, envelope: Envelope): Uint8Array {
  return under(services, (key) => sealJson(key, envelope, dataOf('event', name, placeOf(event)), services.random));
}

/** The statement; null where it has gone with the vault. @throws {MemSyncError} `row_unopenable` */
export function openHappening(services: Keyed, name: CaseName, event: StoredCaseEvent): Envelope | null {
  return open(services, name, event.sealed, dataOf('event', name, placeOf(event)), Envelope);
}

function placeOf({ number, at, logIndex }: Omit<StoredCaseEvent, 'sealed'>): string {
  return `${number} ${at} ${logIndex}`;
}

function open<T>(services: Keyed, { id }: CaseName, sealed: Uint8Array, data: Uint8Array, schema: z.ZodType<T>): T | null {
  if (sealed.length === 0) return null;
  const parsed = schema.safeParse(under(services, (key) => openJson(key, sealed, data)));
  if (parsed.success) return parsed.data;
  throw new MemSyncError('row_unopenable', `What is kept of case ${id} does not open under this service’s desk key.`);
}

function under<T>({ deskKey }: Keyed, work: (key: Redacted) => T): T {
  const key = deriveKey(deskKey, 'memsync/cases/v1');
  try {
    return work(key);
  } finally {
    key.wipe();
  }
}

function dataOf(kind: 'dossier' | 'event', { id, desk, vault, receipt }: CaseName, place: string): Uint8Array {
  return lengthPrefixed(...['memsync/case/v1', kind, id, desk, vault, receipt, place].map(utf8));
}
