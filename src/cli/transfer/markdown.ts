import type { Memory } from '../../../schemas/memory.ts';
import { CATEGORIES } from '../../../schemas/vocabulary.ts';
import { formatInstant } from '../../core/instant.ts';
import type { MemSyncClient } from '../../sdk/client.ts';
import { plain } from '../plain.ts';
import { lengthInWords } from '../words.ts';

const PAGE = 200;

/** Every row that may be served, for people: by collection and category, each with how fresh it is. Returns the document and its number of rows. */
export async function markdownOf(
  client: Pick<MemSyncClient, 'list'>,
  vault: string,
  collection: string | null,
  now: number,
  progress: (rows: number) => void,
): Promise<{ text: string; rows: number }> {
  const byPlace = new Map<string, Memory[]>();
  let rows = 0;
  for (let cursor: string | null | undefined; cursor !== null;) {
    const query = { limit: PAGE, ...(collection === null ? {} : { collection }), ...(cursor === undefined ? {} : { cursor }) };
    const page = await client.list(query);
    for (const row of page.memories) {
      if (row.standing !== 'live' && row.standing !== 'contested') continue;
      const place = `${row.collection}\n${row.category}`;
      byPlace.set(place, [...(byPlace.get(place) ?? []), row]);
      rows += 1;
    }
    progress(rows);
    ({ cursor } = page);
  }
  const names = [...new Set([...byPlace.keys()].map((place) => place.split('\n')[0] ?? ''))].sort();
  const parts = names.flatMap((name) => [
    `## ${name}`,
    ...CATEGORIES.flatMap((category) => {
      const here = byPlace.get(`${name}\n${category}`) ?? [];
      return here.length === 0 ? [] : [`### ${category}`, here.map(line).join('\n')];
    }),
  ]);
  const about = `Vault ${vault}, as of ${formatInstant(now)}. ${rows} rows. Not encrypted, and not signed: for reading.`;
  return { text: `${['# What is remembered', about, ...parts].join('\n\n')}\n`, rows };
}

/** `- I'm allergic to hazelnuts (active; confirmed 12 days ago, …)` */
function line(row: Memory): string {
  const { lastValidatedAt, ageSeconds, unvalidatedForSeconds, tier, standing, validUntil } = row;
  const age = `from ${row.basisAt.slice(0, 10)}, ${lengthInWords(ageSeconds)} old`;
  const words = [
    tier,
    lastValidatedAt === null ? 'never confirmed by you' : `confirmed by you ${lengthInWords(unvalidatedForSeconds)} ago`,
    age,
    ...(standing === 'contested' ? ['disputed'] : []),
    ...(validUntil === null ? [] : [`valid until ${validUntil.slice(0, 10)}`]),
  ];
  return `- ${escaped(row.text)}  \n  *${words.join('; ')}* \`${row.id}\``;
}

/** Text on one line, without what Markdown would act on. */
function escaped(text: string): string {
  return plain(text.replaceAll(/\s*[\n\r]+\s*/g, ' ')).replaceAll(/[\\`*_{}[\]<>#|~!]/g, String.raw`\$&`);
}
