import type { AddendumBundle } from '../../../schemas/evidence.ts';
import type { LineOf } from '../../../schemas/export-line.ts';
import { STATEMENT_PAYLOAD_TYPE } from '../../../schemas/receipt.ts';
import { isMemSyncError } from '../../core/errors.ts';
import { parseEnvelope } from '../../crypto/dsse.ts';
import { parseAddendum } from '../../receipts/addendum.ts';
import { damaged } from './ledger-check.ts';

/** @throws {MemSyncError} `transfer_damaged`, whose detail completes “Line 7 …”, unless an addendum’s line shows that addendum and no other */
export function requireOwnBundle(line: LineOf<'addendum'>, { envelope, proof }: AddendumBundle): void {
  if (proof !== line.proof) throw damaged('has a bundle with another proof');
  const { receipt, number, addendum } = saidIn(envelope);
  if (receipt !== line.receipt || number !== line.number || addendum !== line.id) throw damaged('has a bundle of another addendum');
}

function saidIn(envelope: AddendumBundle['envelope']) {
  try {
    return parseAddendum(parseEnvelope(STATEMENT_PAYLOAD_TYPE, envelope).payload).predicate;
  } catch (error) {
    if (!isMemSyncError(error)) throw error;
    throw damaged('has a bundle that is no addendum’s', error);
  }
}
