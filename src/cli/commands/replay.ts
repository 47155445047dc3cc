import type { Cli } from '../cli.ts';
import { replayText } from '../render/replay.ts';
import { readingClient } from '../session.ts';
import { verb } from '../verb.ts';

export function replayCommand(cli: Cli) {
  return verb('replay', 'Make a receipt’s retrieval again from the vault as it stood, and compare.', [
    'memsync replay rcp_…',
    'memsync replay rcp_… --json',
  ])
    .argument('<receipt>', 'the receipt')
    .action(async (id, options) => {
      const replay = await readingClient(cli).replay(id);
      if (replay.outcome === 'differs') cli.exitCode = 1;
      cli.answer(options, replay, () => replayText(cli.output, replay));
    });
}
