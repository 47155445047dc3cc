import { RememberRequest } from '../../../schemas/memory.ts';
import { CATEGORIES, MEMORY_TYPES, ORIGIN_KINDS } from '../../../schemas/vocabulary.ts';
import { MemSyncError } from '../../core/errors.ts';
import { formatInstant } from '../../core/instant.ts';
import type { Cli } from '../cli.ts';
import { readInput, readJson } from '../input.ts';
import { rowList } from '../render/rows.ts';
import { appClient } from '../session.ts';
import { oneOf, several, verb } from '../verb.ts';
import { parseWhen, WHEN } from '../when.ts';
import { count } from '../words.ts';

type Row = Parameters<ReturnType<typeof appClient>['remember']>[0]['memories'][number];

export function rememberCommand(cli: Cli) {
  return verb('remember', 'Remember something, as an app with MEMSYNC_TOKEN.', [
    'memsync remember "I\'m allergic to hazelnuts" --category health',
    'memsync remember "Moved to Porto" --type episodic --observed 2026-03-01',
    'memsync remember - < note.txt',
    'memsync remember --batch rows.json',
  ])
    .argument('[text...]', 'what to remember, a row each; “-” reads one row from standard input')
    .option('--category <category>', `one of: ${CATEGORIES.join(', ')}`, oneOf(CATEGORIES))
    .option('--type <type>', 'semantic (a fact) or episodic (an event)', oneOf(MEMORY_TYPES))
    .option('--collection <name>', 'where it goes')
    .option('--kind <origin>', `where it comes from, as you claim, of: ${ORIGIN_KINDS.join(', ')}`, oneOf(ORIGIN_KINDS))
    .option('--observed <when>', 'when it was true: 2026-03-01 or an ISO instant')
    .option('--valid-until <when>', `until when it holds: ${WHEN}`)
    .option('--subject <subject>', 'whom or what it is about')
    .option('--attribute <attribute>', 'what of the subject it says')
    .option('--thread <thread>', 'the conversation that it is from')
    .option('--supersedes <id>', 'rows that it replaces (several: commas)', several)
    .option('--derived-from <id>', 'rows that it follows from (several: commas)', several)
    .option('--batch <file>', 'a file with {"memories": […]} as the API takes it; “-” for standard input')
    .option('--idempotency-key <key>', 'the same key and rows again change nothing')
    .action(async (texts, options) => {
      const now = cli.clock.now();
      const when = (text: string): string => formatInstant(parseWhen(text, now));
      const claimed = { ...given('kind', options.kind), ...given('thread', options.thread) };
      const common = {
        ...given('category', options.category),
        ...given('type', options.type),
        ...given('collection', options.collection),
        ...given('observedAt', options.observed === undefined ? undefined : when(options.observed)),
        ...given('validUntil', options.validUntil === undefined ? undefined : when(options.validUntil)),
        ...given('subject', options.subject),
        ...given('attribute', options.attribute),
        ...given('supersedes', options.supersedes),
        ...given('derivedFrom', options.derivedFrom),
        ...(Object.keys(claimed).length === 0 ? {} : { claimed }),
      };
      const rows: Row[] = texts.map((text) => ({ ...common, text: text === '-' ? readInput('-').trimEnd() : text }));
      if (options.batch !== undefined) rows.push(...batch(options.batch));
      if (rows.length === 0) throw new MemSyncError('usage', 'Say what to remember, or name a file with --batch.');
      const key = options.idempotencyKey;
      const reply = await appClient(cli).remember({ memories: rows }, key === undefined ? {} : { idempotencyKey: key });
      cli.answer(options, reply, () => {
        const known = reply.memories.filter((row) => row.sighting === true).length;
        const said = known === 0 ? '' : ` (${known} of them had been said before; no age has changed)`;
        return `Remembered ${count(reply.memories.length, 'row')}${said}.\n${rowList(cli.output, reply.memories, now)}`;
      });
    });
}

function given<K extends string, V>(name: K, value: V | undefined): { [key in K]?: V } {
  return value === undefined ? {} : ({ [name]: value } as { [key in K]?: V });
}

function batch(file: string): Row[] {
  const value = readJson(file);
  if (!RememberRequest.safeParse(value).success)
    throw new MemSyncError('input_invalid', `${file} does not hold {"memories": […]} as the API takes it.`);
  return (value as { memories: Row[] }).memories;
}
