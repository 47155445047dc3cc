import type { DiffReply } from '../../schemas/diff.ts';
import { STATEMENT_PAYLOAD_TYPE } from '../../schemas/receipt.ts';
import { MemSyncError } from '../core/errors.ts';
import { formatInstant } from '../core/instant.ts';
import { parseEnvelope } from '../crypto/dsse.ts';
import { checkBundle, readBundleText } from '../receipts/bundle.ts';
import { type DiffSide, diffReceipts } from '../receipts/diff.ts';
import { openDisclosures } from '../receipts/disclosure.ts';
import { parseStatement } from '../receipts/statement.ts';

/**
 * What changed between the receipts of two bundles, out of nothing but these: what the ledger says of a row, and so why it is gone, is not
 * known then. Signatures are not checked: that is `verifyBundle`.
 * @throws {MemSyncError} `bundle_malformed`, `disclosure_mismatch`, `encoding_invalid`
 */
export function diffBundles(from: string, to: string): DiffReply {
  const [before, after] = [sideOf(from), sideOf(to)];
  const { lines, same } = diffReceipts(before.side, after.side, null);
  return { from: before.told, to: after.told, lines, same };
}

function sideOf(text: string): { side: DiffSide; told: DiffReply['from'] } {
  const { envelope, disclosures } = checkBundle(readBundleText(text));
  const { predicate } = parseStatement(parseEnvelope(STATEMENT_PAYLOAD_TYPE, envelope).payload);
  const { tags, queryOpen, mismatches } = openDisclosures(predicate, disclosures);
  if (mismatches.length > 0) throw new MemSyncError('disclosure_mismatch', mismatches.join(' '));
  const { receipt, model, app, tools, engine, build, policySha256, head, evaluatedAt } = predicate;
  return {
    side: {
      said: { model, app, tools },
      engine,
      build,
      policySha256,
      head,
      evaluatedAt,
      query: queryOpen === 'opened' ? (disclosures.query?.text ?? null) : null,
      asked: null,
      grant: null,
      rows: tags,
      erased: [],
    },
    told: { receipt, evaluatedAt: formatInstant(evaluatedAt), head, rows: tags.length },
  };
}
