import type { ReceiptSummary } from '../../../schemas/receipt.ts';
import { type Instant, requireInstant } from '../../core/instant.ts';
import { plain } from '../plain.ts';
import { count, fromNow, lengthInWords } from '../words.ts';
import { cut, table } from './table.ts';

/** Receipts a line each, in the order given. */
export function receiptsTable(receipts: readonly ReceiptSummary[], now: Instant): string {
  const lines = receipts.map(({ id, issuedAt, rows, model }) => [
    id,
    fromNow(requireInstant(issuedAt), now),
    count(rows, 'row'),
    plain(model),
  ]);
  return table([['ID', 'ISSUED', 'SERVED', 'MODEL'], ...lines]);
}

/** The turns of a conversation in the order of time, two lines each: who answered, with the standing of the claim `route`, and the receipt. */
export function turnsTable(receipts: readonly ReceiptSummary[], now: Instant): string {
  const lines = receipts.toReversed().flatMap(({ id, turn, issuedAt, model, provider, claims }) => {
    const from = provider === null ? '' : ` (${cut(plain(provider), 14)})`;
    const answered = `${cut(plain(model), 20)}${from}; route: ${claims['route']}`;
    return [
      [turn === null ? '' : cut(plain(String(turn)), 8), fromNow(requireInstant(issuedAt), now), answered],
      ['', '', id],
    ];
  });
  return table([['TURN', 'ISSUED', 'ANSWERED BY, AND THE RECEIPT'], ...lines]);
}

/** Answers that are paid for while something else about them is not settled: for how long, and what. */
export function unexplainedTable(receipts: readonly ReceiptSummary[]): string {
  const lines = receipts.map(({ id, paidUnexplained, claims, model }) => [
    id,
    paidUnexplained === null ? '' : lengthInWords(paidUnexplained.lagSeconds),
    cut(plain(model), 16),
    (paidUnexplained?.claims ?? []).map((claim) => `${claim} ${claims[claim]}`).join(', '),
  ]);
  return table([['ID', 'PAID FOR', 'MODEL', 'NOT VERIFIED'], ...lines]);
}
