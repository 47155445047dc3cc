import { BundleQuery } from '../../../schemas/disclosure.ts';
import { LIMITS } from '../../../schemas/limits.ts';
import type { ReceiptReply, ReceiptsReply, ReceiptSummary } from '../../../schemas/receipt.ts';
import { MemSyncError } from '../../core/errors.ts';
import { formatInstant } from '../../core/instant.ts';
import type { Cli } from '../cli.ts';
import { handOut } from '../hand-out.ts';
import { claimLines } from '../render/claims.ts';
import { receiptsTable, turnsTable, unexplainedTable } from '../render/receipts.ts';
import { table } from '../render/table.ts';
import { readingClient } from '../session.ts';
import { bare, verb, whole } from '../verb.ts';
import { parseWhen } from '../when.ts';
import { lengthInWords } from '../words.ts';

const DEFAULT_LIMIT = 50;

type ReceiptsOf = NonNullable<Parameters<ReturnType<typeof readingClient>['receipts']>[0]>;

export function receiptsCommand(cli: Cli) {
  return bare('receipts')
    .description('Receipts of answers that memory steered.')
    .addCommand(listCommand(cli), { isDefault: true })
    .addCommand(showCommand(cli))
    .addCommand(bundleCommand(cli));
}

function listCommand(cli: Cli) {
  return verb('list', 'List receipts, newest first; the turns of one conversation in order.', [
    'memsync receipts list',
    'memsync receipts list --memory mem_… --from 2026-01-01',
    'memsync receipts list --thread trip-to-porto',
    'memsync receipts list --paid-unexplained',
  ])
    .option('--memory <id>', 'only those that this row went into')
    .option('--thread <thread>', 'only those of this conversation, the earliest on top')
    .option('--paid-unexplained', 'only those whose payment is verified while another claim is not')
    .option('--from <when>', 'not before: 2026-01-31 or an ISO instant')
    .option('--to <when>', 'before: 2026-01-31 or an ISO instant')
    .option('--limit <n>', 'receipts on a page (default: 50)', whole(1, LIMITS.rows))
    .option('--cursor <cursor>', 'go on where a page ended')
    .action(async ({ json, from, to, paidUnexplained, limit = DEFAULT_LIMIT, ...where }) => {
      const now = cli.clock.now();
      const when = (text: string | undefined): string | undefined => (text === undefined ? undefined : formatInstant(parseWhen(text, now)));
      const paid = paidUnexplained === true ? ('true' as const) : undefined;
      const query = { ...where, paidUnexplained: paid, from: when(from), to: when(to) };
      const reply = await gather(readingClient(cli), query, limit);
      cli.answer({ json }, reply, () => {
        if (reply.receipts.length === 0 && reply.cursor === null) return 'No receipts.';
        const lines = paid
          ? unexplainedTable(reply.receipts)
          : where.thread
            ? turnsTable(reply.receipts, now)
            : receiptsTable(reply.receipts, now);
        const more = reply.cursor === null ? '' : `\n\nThere is more: --cursor ${reply.cursor}`;
        return `${lines}${more}`;
      });
    });
}

/** As many receipts as were asked for, where there are so many: a page of the service may be short of that. */
async function gather(client: ReturnType<typeof readingClient>, query: ReceiptsOf, limit: number): Promise<ReceiptsReply> {
  const receipts: ReceiptSummary[] = [];
  let { cursor } = query;
  for (;;) {
    const page = await client.receipts({ ...query, cursor, limit: String(limit - receipts.length) });
    receipts.push(...page.receipts);
    if (page.cursor === null || receipts.length >= limit) return { receipts, cursor: page.cursor };
    cursor = page.cursor;
  }
}

function showCommand(cli: Cli) {
  return verb('show', 'Show a receipt: its rows as they were then, and its claims.', ['memsync receipts show rcp_…'])
    .argument('<id>', 'the receipt')
    .action(async (id, options) => {
      const reply = await readingClient(cli).showReceipt(id);
      cli.answer(options, reply, () => told(reply));
    });
}

function bundleCommand(cli: Cli) {
  return verb('bundle', 'Get a receipt’s bundle: what anyone can verify offline.', [
    'memsync receipts bundle rcp_… --out bundle.json',
    'memsync receipts bundle rcp_… > bundle.json',
    'memsync receipts bundle rcp_… --disclose none --out bundle.json',
  ])
    .argument('<id>', 'the receipt')
    .option('--out <file>', 'write it there; without, it is printed')
    .option('--disclose <what>', 'what it shows: all, none, or only some rows: m1,m3', 'all')
    .action(async (id, options) => {
      if (!BundleQuery.safeParse({ disclose: options.disclose }).success)
        throw new MemSyncError('usage', 'Disclose all, none, or tags with commas between them: m1,m3.');
      const bundle = await readingClient(cli).bundle(id, options.disclose);
      handOut(cli, options, bundle, { id: { receipt: id }, title: 'The bundle' });
    });
}

function told(reply: ReceiptReply): string {
  const rows = reply.rows.map((row) => [
    row.tag,
    row.row,
    row.placement,
    `${lengthInWords(row.ageSeconds)} old`,
    row.lastValidatedAt === null ? 'never confirmed' : 'confirmed',
  ]);
  const erased = reply.erased.map(({ position, row, erasedAt }) => [`m${position + 1}`, row, 'erased', `on ${erasedAt.slice(0, 10)}`, '']);
  return [
    `Receipt ${reply.id}, issued ${reply.issuedAt}`,
    '',
    rows.length === 0 && erased.length === 0
      ? 'No row was served.'
      : table([['TAG', 'ROW', 'PLACED', 'AGE THEN', 'OWNER'], ...rows, ...erased]),
    '',
    claimLines(reply.claims),
  ].join('\n');
}
