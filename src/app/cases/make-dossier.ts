import { STATEMENT_PAYLOAD_TYPE } from '../../../schemas/receipt.ts';
import { MemSyncError } from '../../core/errors.ts';
import { formatInstant } from '../../core/instant.ts';
import { parseEnvelope } from '../../crypto/dsse.ts';
import { parseStatement } from '../../receipts/statement.ts';
import type { StoredReceipt } from '../../store/records.ts';
import type { Access } from '../access.ts';
import { readStanding } from '../evidence/standing.ts';
import { ReceiptRecord, type ReceiptRowRecord } from '../receipt-record.ts';
import { servedRows } from '../receipts.ts';
import { openRecord } from '../sealed-record.ts';
import type { Services } from '../services.ts';
import { claimsForDesk, type Dossier, type DossierRow, OPENED_AT } from './dossier.ts';

/** Whether no row of the dossier has been erased since it was made. */
export function standsStill({ vault: { state } }: Access, { rows }: Dossier): boolean {
  return state.erased === null && rows.every(({ row }) => state.rows.get(row)?.erased === null);
}

/**
 * What a desk is told of an answer, out of its receipt: facts, how its claims stand, and which rows it leaned on.
 * @throws {MemSyncError} `scope_exceeded` where a row that was served is out of the caller's reach
 */
export async function dossierOf(services: Services, access: Access, stored: StoredReceipt): Promise<Dossier> {
  const { vault } = access;
  const record = openRecord(vault.vaultKeys(), ['receipt', stored.id], stored.sealed, ReceiptRecord);
  const { predicate } = parseStatement(parseEnvelope(STATEMENT_PAYLOAD_TYPE, record.envelope).payload);
  const { claims, facts } = await readStanding(services, vault, stored);
  const kept = await services.store.receiptRows(vault.vault, stored.id);
  const gone = kept.filter(({ row, sealed }) => sealed.length === 0 || vault.state.rows.get(row)?.erased !== null);
  const erased = new Set(gone.map(({ position }) => position));
  const shown = (await servedRows(services, access, stored, record.tags, kept)).filter((row, at) => row !== null && !erased.has(at));
  if (shown.length + gone.length < record.tags)
    throw new MemSyncError(
      'scope_exceeded',
      'The receipt leans on rows out of the grant’s reach: a desk is told of all of them, or of none.',
    );
  const addenda = await services.store.addenda.ofReceipt(vault.vault, stored.id);
  return {
    answer: {
      issuedAt: formatInstant(facts.issuedAt),
      evaluatedAt: formatInstant(predicate.evaluatedAt),
      outputSha256: facts.outputSha256,
      model: facts.model.label,
      provider: facts.model.provider ?? null,
      thread: facts.conversation?.thread ?? null,
      turn: facts.conversation?.turn ?? null,
    },
    entry: facts.entry,
    issued: { logIndex: stored.logIndex, by: stored.grant },
    movedAt: OPENED_AT,
    statements: 1,
    claims: claimsForDesk(claims),
    rows: shown.flatMap((row) => (row === null ? [] : [dossierRow(row)])),
    gone: gone.length,
    elsewhere: {
      issued: stored.proof !== undefined,
      addenda: addenda.filter(({ proof }) => proof !== undefined).map(({ id }) => id),
    },
  };
}

function dossierRow({ record }: ReceiptRowRecord): DossierRow {
  const { tag, row, version, placement, cited, origin, ageSeconds, lastValidatedAt, tier, standing } = record;
  return {
    tag,
    row,
    version,
    placement,
    cited,
    origin,
    ageSeconds,
    lastValidatedAt: lastValidatedAt === null ? null : formatInstant(lastValidatedAt),
    served: { tier, standing },
  };
}
