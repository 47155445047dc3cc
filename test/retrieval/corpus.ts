import fc from 'fast-check';
import { type Hit, type IndexedRow, MemoryIndex, type SearchOptions } from '../../src/retrieval/engine.ts';

/** Few words, so that rows and queries meet often and rows tie. */
const WORDS = [
  'hazelnut',
  'nuts',
  'Porto',
  'lane',
  'moved',
  'moving',
  'café',
  'Ana',
  'the',
  '猫',
  '我的猫',
  '7',
  'painted',
  'sunrise',
  '🌅',
  'photo',
  'picture',
  'pet',
  'dog',
  'kind',
  'I',
  'in January',
  'yesterday',
  'when',
  'how many',
  'where?',
  'Kirsche',
  'Kirschen',
  'two days ago',
  'prefers',
  'could you',
  'you',
];

/** A row's id by a short name of hexadecimal digits, and back: `mem_1`. */
export const long = (short: string): string => `mem_${short.replace('mem_', '').padStart(32, '0')}`;
export const short = (id: string): string => `mem_${id.replace(/^mem_0*(?=.)/, '')}`;

/** A row about nothing in particular; its id may be short. */
export function rowOf(part: Partial<IndexedRow> & { readonly id: string }): IndexedRow {
  return {
    version: 1,
    from: 1,
    since: 1,
    collection: 'default',
    category: 'identity',
    text: '',
    subject: null,
    attribute: null,
    speaker: null,
    role: null,
    thread: null,
    observedAt: null,
    recordedAt: 0,
    ...part,
    id: long(part.id),
  };
}

/** Its new rows are sealed and merged all the time, unless told otherwise. */
export function indexOf(rows: readonly IndexedRow[], sealAt = 6): MemoryIndex {
  const index = new MemoryIndex({ sealAt });
  for (const row of rows) index.put(row);
  return index;
}

/** Everything that is in `default`. */
const EVERYTHING: SearchOptions = {
  limit: 100,
  now: 0,
  scope: { collections: new Set(['default']), categories: null },
  admits: () => true,
};

export function search(index: MemoryIndex, query: string, options: Partial<SearchOptions> = {}): readonly Hit[] {
  return index.search(query, { ...EVERYTHING, ...options });
}

const text = fc.array(fc.constantFrom(...WORDS), { maxLength: 8 }).map((words) => words.join(' '));
/** Sometimes far past one passage. */
const anyText = fc.oneof(
  { weight: 5, arbitrary: text },
  { weight: 1, arbitrary: fc.array(text, { minLength: 10, maxLength: 20 }).map((all) => all.join('. ')) },
);
const name = fc.option(fc.constantFrom('Ana', 'Porto', 'sunrise'), { nil: null });

export const aQuery = text;

export const aRow = fc.record({
  version: fc.constant(1),
  from: fc.constant(1),
  since: fc.integer({ min: 1, max: 4 }),
  id: fc.integer({ min: 0, max: 12 }).map((number) => `mem_${number.toString(16).padStart(32, '0')}`),
  collection: fc.constantFrom('default', 'work'),
  category: fc.constantFrom('identity', 'health', 'travel'),
  text: anyText,
  subject: name,
  attribute: name,
  speaker: name,
  role: fc.constantFrom('user', 'assistant', null),
  thread: fc.constantFrom('morning', 'evening', null),
  observedAt: fc.option(
    fc.integer({ min: 0, max: 5 }).map((number) => number * 11 * 86_400_000),
    { nil: null },
  ),
  recordedAt: fc.constant(0),
});

/** Rows with an id each. */
export const someRows = fc.uniqueArray(aRow, { selector: ({ id }) => id, maxLength: 25 });
