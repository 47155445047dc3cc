import { type ReceiptPredicate, STATEMENT_PAYLOAD_TYPE } from '../../../schemas/receipt.ts';
import { MemSyncError } from '../../core/errors.ts';
import { parseEnvelope } from '../../crypto/dsse.ts';
import { parseStatement } from '../../receipts/statement.ts';
import type { StoredReceipt } from '../../store/records.ts';
import { type Access, enter } from '../access.ts';
import { type Doubted, settleDoubts } from '../doubted.ts';
import { ReceiptRecord } from '../receipt-record.ts';
import { openRecord } from '../sealed-record.ts';
import type { Services } from '../services.ts';

/** So often it is begun anew when something has happened meanwhile. */
const ATTEMPTS = 16;

/** To be begun anew: rows' validations have to be settled first, or something has happened meanwhile. */
export class Again {
  readonly doubted: Doubted | null;

  constructor(doubted: Doubted | null = null) {
    this.doubted = doubted;
  }
}

/** Lets a token in and looks, until nothing gets in between. @throws {MemSyncError} `vault_busy`, and what `enter` and `look` throw */
export async function steadily<T extends object>(
  services: Services,
  token: string,
  look: (access: Access) => Promise<T | Again>,
): Promise<T> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const found = await look(await enter(services, token, 'receipt'));
    if (!(found instanceof Again)) return found;
    if (found.doubted !== null) await settleDoubts(services, found.doubted);
  }
  throw new MemSyncError('vault_busy', 'The vault keeps moving while it is looked at; try again.');
}

/** Whether the vault is still the one that was let into: nothing has closed it, or the grant, meanwhile. */
export function isStill({ vaults }: Services, { vault, grant }: Access): boolean {
  return vaults.open.get(vault.vault) === vault && vault.grants.get(grant.id) === grant;
}

/** A receipt as it is kept, with what it states. */
export interface KeptReceipt {
  readonly stored: StoredReceipt;
  readonly record: ReceiptRecord;
  readonly predicate: ReceiptPredicate;
}

/**
 * A receipt, for a device of the owner's or the grant whose receipt it is.
 * @throws {MemSyncError} `receipt_unknown`; `scope_exceeded` for another's receipt
 */
export async function receiptOf(services: Services, { vault, grant, state }: Access, id: string): Promise<KeptReceipt> {
  const stored = await services.store.receipt(vault.vault, id);
  const isOwn = stored?.grant === grant.id;
  if (stored === null || (state.body.role === 'app' && !isOwn))
    throw new MemSyncError('receipt_unknown', `There is no receipt ${id} in your scope.`);
  if (!isOwn && state.body.role !== 'device')
    throw new MemSyncError(
      'scope_exceeded',
      'A receipt is replayed and compared by a device of the owner’s, or by the app whose receipt it is.',
    );
  const record = openRecord(vault.vaultKeys(), ['receipt', id], stored.sealed, ReceiptRecord);
  const { predicate } = parseStatement(parseEnvelope(STATEMENT_PAYLOAD_TYPE, record.envelope).payload);
  return { stored, record, predicate };
}
