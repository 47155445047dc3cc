import { STATEMENT_PAYLOAD_TYPE } from '../../../schemas/receipt.ts';
import { hex } from '../../core/bytes.ts';
import { MemSyncError } from '../../core/errors.ts';
import { parseEnvelope } from '../../crypto/dsse.ts';
import { foldCase, type FoldedCase, type Happening } from '../../review/case.ts';
import { caseEntry, parseCaseStatement } from '../../review/statement.ts';
import type { StoredCase } from '../../store/cases.ts';
import type { Services } from '../services.ts';
import type { Dossier } from './dossier.ts';
import { openDossier, openHappening } from './sealed-case.ts';

/** A case as it is kept, opened. */
export interface LoadedCase {
  readonly stored: StoredCase;
  readonly dossier: Dossier;
  readonly happenings: readonly Happening[];
  readonly folded: FoldedCase;
  /** The entry in the log of what happened last, in hexadecimal. */
  readonly last: string;
}

/** A case out of what is kept of it. @throws {MemSyncError} `vault_erased` where that has gone with the vault; `row_unopenable` */
export async function loadCase(services: Services, stored: StoredCase): Promise<LoadedCase> {
  const loaded = await loadIfThere(services, stored);
  if (loaded === null) throw new MemSyncError('vault_erased', 'The owner has erased the vault: what the desk was told of it went with it.');
  return loaded;
}

/** As `loadCase`; null where what is kept has gone with the vault. @throws {MemSyncError} `row_unopenable` */
export async function loadIfThere(services: Services, stored: StoredCase): Promise<LoadedCase | null> {
  const dossier = openDossier(services, stored);
  if (dossier === null) return null;
  const happenings: Happening[] = [];
  let last = '';
  for (const event of await services.store.cases.events(stored.id)) {
    const envelope = openHappening(services, stored, event);
    if (envelope === null) return null;
    const signed = parseEnvelope(STATEMENT_PAYLOAD_TYPE, envelope);
    const { predicate } = parseCaseStatement(signed.payload);
    if (predicate.case !== stored.id || (predicate.previous ?? '') !== last)
      throw new MemSyncError('row_unopenable', `The statements on case ${stored.id} do not follow from one another.`);
    last = hex(caseEntry(signed));
    happenings.push({ ...predicate, logIndex: event.logIndex });
  }
  if (happenings.length < dossier.statements) throw new MemSyncError('row_unopenable', `Statements on case ${stored.id} are missing.`);
  return { stored, dossier, happenings, folded: foldCase(happenings), last };
}
