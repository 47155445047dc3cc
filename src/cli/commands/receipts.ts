import { LIMITS } from '../../../schemas/limits.ts';
import type { ReceiptReply } from '../../../schemas/receipt.ts';
import { formatInstant, requireInstant } from '../../core/instant.ts';
import type { Cli } from '../cli.ts';
import { writeOutput } from '../input.ts';
import { jsonText, plain } from '../plain.ts';
import { claimLines } from '../render/claims.ts';
import { table } from '../render/table.ts';
import { readingClient } from '../session.ts';
import { bare, verb, whole } from '../verb.ts';
import { parseWhen } from '../when.ts';
import { count, fromNow, lengthInWords } from '../words.ts';

export function receiptsCommand(cli: Cli) {
  return bare('receipts')
    .description('Receipts of answers that memory steered.')
    .addCommand(listCommand(cli), { isDefault: true })
    .addCommand(showCommand(cli))
    .addCommand(bundleCommand(cli));
}

function listCommand(cli: Cli) {
  return verb('list', 'List receipts, newest first.', ['memsync receipts list', 'memsync receipts list --memory mem_… --from 2026-01-01'])
    .option('--memory <id>', 'only those that this row went into')
    .option('--thread <thread>', 'only those of this conversation')
    .option('--from <when>', 'not before: 2026-01-31 or an ISO instant')
    .option('--to <when>', 'before: 2026-01-31 or an ISO instant')
    .option('--limit <n>', 'receipts on a page (default: 50)', whole(1, LIMITS.rows))
    .option('--cursor <cursor>', 'go on where a page ended')
    .action(async ({ json, from, to, ...query }) => {
      const now = cli.clock.now();
      const when = (text: string | undefined): string | undefined => (text === undefined ? undefined : formatInstant(parseWhen(text, now)));
      const reply = await readingClient(cli).receipts({ ...query, from: when(from), to: when(to) });
      cli.answer({ json }, reply, () => {
        if (reply.receipts.length === 0) return 'No receipts.';
        const lines = reply.receipts.map(({ id, issuedAt, rows, model }) => [
          id,
          fromNow(requireInstant(issuedAt), now),
          count(rows, 'row'),
          plain(model),
        ]);
        const more = reply.cursor === null ? '' : `\n\nThere is more: --cursor ${reply.cursor}`;
        return `${table([['ID', 'ISSUED', 'SERVED', 'MODEL'], ...lines])}${more}`;
      });
    });
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
  ])
    .argument('<id>', 'the receipt')
    .option('--out <file>', 'write it there; without, it is printed')
    .action(async (id, options) => {
      const bundle = await readingClient(cli).bundle(id);
      if (options.out === undefined) {
        cli.answer({ json: true }, bundle, () => '');
        return;
      }
      writeOutput(options.out, `${jsonText(bundle)}\n`);
      cli.answer(
        options,
        { receipt: id, file: options.out },
        () => `The bundle is in ${options.out}. To check it: memsync verify ${options.out} --key …`,
      );
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
