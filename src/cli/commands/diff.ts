import type { DiffReply } from '../../../schemas/diff.ts';
import { ReceiptId } from '../../../schemas/primitives.ts';
import { MemSyncError } from '../../core/errors.ts';
import { diffBundles } from '../../sdk/diff-bundles.ts';
import type { Cli } from '../cli.ts';
import { readInput } from '../input.ts';
import { jsonText } from '../plain.ts';
import { diffText } from '../render/diff.ts';
import { readingClient } from '../session.ts';
import { verb } from '../verb.ts';

export function diffCommand(cli: Cli) {
  return verb('diff', 'What changed from one receipt to another, or since: a line each.', [
    'memsync diff rcp_… rcp_…',
    'memsync diff rcp_… now',
    'memsync diff tuesday.json thursday.json   # bundles, without a service',
  ])
    .argument('<from>', 'a receipt, or the file of its bundle')
    .argument('<to>', 'a later one; or “now”: what the same question finds now')
    .action(async (from, to, options) => {
      const reply = await compare(cli, from, to);
      cli.answer(options, reply, () => diffText(cli.output, reply));
    });
}

/** By the service where it has both; out of the bundles alone where one of them is a file. */
async function compare(cli: Cli, from: string, to: string): Promise<DiffReply> {
  if (isReceipt(from) && (isReceipt(to) || to === 'now')) return readingClient(cli).diff(from, { with: to });
  if (to === 'now') throw new MemSyncError('usage', 'What there is now is compared with a receipt by its id, not with a file.');
  const [before, after] = [await bundleText(cli, from), await bundleText(cli, to)];
  return diffBundles(before, after);
}

async function bundleText(cli: Cli, name: string): Promise<string> {
  return isReceipt(name) ? jsonText(await readingClient(cli).bundle(name)) : readInput(name);
}

function isReceipt(name: string): boolean {
  return ReceiptId.safeParse(name).success;
}
