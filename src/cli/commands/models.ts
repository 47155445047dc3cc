import { LIMITS } from '../../../schemas/limits.ts';
import type { Cli } from '../cli.ts';
import { modelsPage } from '../render/models.ts';
import { readingClient } from '../session.ts';
import { verb, whole } from '../verb.ts';

export function modelsCommand(cli: Cli) {
  return verb('models', 'Which artefacts a model’s label has stood for: whether it was another on another day.', [
    'memsync models some-model',
    'memsync models some-model --limit 50',
  ])
    .argument('<label>', 'the label, to the letter')
    .option('--limit <n>', `answers to look at (default: ${LIMITS.rows})`, whole(1, LIMITS.rows))
    .option('--cursor <cursor>', 'go on where a page ended')
    .action(async (label, { json, limit = LIMITS.rows, cursor }) => {
      const reply = await readingClient(cli).models({ label, cursor, limit: String(limit) });
      cli.answer({ json }, reply, () => modelsPage(reply));
    });
}
