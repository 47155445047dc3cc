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
];

/** A row about nothing in particular. */
export function rowOf(part: Partial<IndexedRow> & { readonly id: string }): IndexedRow {
  return {
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
  };
}

export function indexOf(rows: readonly IndexedRow[]): MemoryIndex {
  const index = new MemoryIndex();
  for (const row of rows) index.put(row);
  return index;
}

/** Everything that is in `default`. */
const EVERYTHING: SearchOptions = {
  limit: 100,
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

const anyRow = fc.record({
  id: fc.integer({ min: 0, max: 60 }).map((number) => `mem_${number.toString(16).padStart(32, '0')}`),
  collection: fc.constantFrom('default', 'work'),
  category: fc.constantFrom('identity', 'health', 'travel'),
  text: anyText,
  subject: name,
  attribute: name,
  speaker: name,
  role: fc.constantFrom('user', 'assistant', null),
  thread: fc.constant(null),
  observedAt: fc.constant(null),
  recordedAt: fc.constant(0),
});

/** Rows with an id each. */
export const someRows = fc.uniqueArray(anyRow, { selector: ({ id }) => id, maxLength: 25 });
