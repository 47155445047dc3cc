import { STATEMENT_PAYLOAD_TYPE } from '../../../schemas/receipt.ts';
import { equalBytes } from '../../core/bytes.ts';
import { isMemSyncError } from '../../core/errors.ts';
import { parseEnvelope } from '../../crypto/dsse.ts';
import { certificateEntry, verifyCertificate } from '../../receipts/certificate.ts';
import type { Walked } from './head-walk.ts';
import type { ReceiptTrust } from './receipt-walk.ts';
import { reported } from './reported.ts';

/** Looks at every certificate of the vault; how many there are, and how many of them are in this log. */
export async function walkCertificates(walked: Walked, trust: ReceiptTrust): Promise<{ count: number; matched: number }> {
  const { source, findings, vault, log } = walked;
  const list = await reported(findings, {}, () => source.certificates(vault));
  let [count, matched] = [0, 0];
  for (const { id } of log.size === 0 ? [] : (list?.certificates ?? [])) {
    const where = { certificate: id };
    const reply = await reported(findings, where, () => source.certificate(vault, id));
    if (reply === null) continue;
    count += 1;
    const text = JSON.stringify(reply.certificate);
    let why = '';
    for (const [i, keys] of [trust.keys, ...trust.earlier].entries()) {
      try {
        const { statement, log: place } = verifyCertificate(text, keys);
        why = '';
        if (statement.predicate.certificate !== id || statement.predicate.vault !== vault) why = 'it is another one’s.';
        else if (i === 0 && place.index < log.size) {
          const entry = await reported(findings, where, () => log.entryAt(place.index));
          const is = certificateEntry(parseEnvelope(STATEMENT_PAYLOAD_TYPE, reply.certificate.envelope));
          if (entry !== null && !equalBytes(entry, is)) why = `entry ${place.index} of the log is another.`;
          else matched += 1;
        }
        break;
      } catch (error) {
        if (!isMemSyncError(error)) throw error;
        why ||= `${error.code}: ${error.message}`;
      }
    }
    if (why !== '') findings.add('certificate_invalid', where, `Certificate ${id}: ${why}`);
  }
  return { count, matched };
}
