import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { utf8 } from '../../../src/core/bytes.ts';
import { readCsv } from '../../../src/sdk/transfer/csv.ts';
import { ImportReport } from '../../../src/sdk/transfer/import-report.ts';
import { encodeLine, readJsonLines } from '../../../src/sdk/transfer/json-lines.ts';
import type { Line } from '../../../src/sdk/transfer/line.ts';
import { DEFAULT_MAPPING, Mapping } from '../../../src/sdk/transfer/mapping.ts';
import { planImport, type PlannedRow } from '../../../src/sdk/transfer/plan-import.ts';
import { all, cut } from './pieces.ts';

const NOW = Date.parse('2026-06-01T00:00:00Z');
const AT = '2024-01-31T10:20:30.000Z';

async function* lines(values: readonly unknown[]): AsyncGenerator<Line> {
  for (const [i, value] of values.entries()) yield { line: i + 1, value };
}
const plan = (values: readonly unknown[], mapping: Mapping = DEFAULT_MAPPING): Promise<PlannedRow[]> =>
  all(planImport(lines(values), mapping, NOW));
const one = async (value: unknown, mapping?: Mapping): Promise<PlannedRow> => {
  const [row] = await plan([value], mapping);
  if (row === undefined) throw new Error('no row was planned');
  return row;
};
const says = (row: PlannedRow): string => ('error' in row ? row.error.message : JSON.stringify(row));

describe('an import that was told nothing', () => {
  it.each(['text', 'memory', 'content', 'data'])('takes its text from %s', async (name) => {
    expect(await one({ [name]: 'likes tea', created_at: AT })).toEqual({
      line: 1,
      memory: { text: 'likes tea', observedAt: Date.parse(AT), claimed: { kind: 'imported' } },
      notes: [],
    });
  });

  it.each(['observedAt', 'observed_at', 'created_at', 'createdAt', 'date', 'timestamp'])('takes its time from %s', async (name) => {
    expect(await one({ text: 'x', [name]: AT })).toMatchObject({ memory: { observedAt: Date.parse(AT) }, notes: [] });
  });

  it('takes the earliest time that a record has', async () => {
    const record = { text: 'x', date: '2025-01-01', createdAt: AT, timestamp: 1_740_000_000 };
    expect(await one(record)).toMatchObject({ memory: { observedAt: Date.parse(AT) } });
  });

  it.each(['updated_at', 'updatedAt', 'validated_at', 'lastValidatedAt', 'last_validated_at', 'confirmed_at', 'modified'])(
    'makes nothing of %s, neither a time nor a validation',
    async (name) => {
      expect(await one({ text: 'x', [name]: AT })).toEqual({
        line: 1,
        memory: { text: 'x', claimed: { kind: 'imported' } },
        notes: ['without_time'],
      });
    },
  );

  it('leaves alone what a record says of its own trust and place', async () => {
    const record = {
      text: 'x',
      date: AT,
      tier: 'active',
      standing: 'live',
      id: 'mem_1',
      claimed: { kind: 'user_stated' },
      kind: 'user_stated',
    };
    expect(await one(record)).toEqual({
      line: 1,
      memory: { text: 'x', observedAt: Date.parse(AT), claimed: { kind: 'imported' } },
      notes: [],
    });
  });

  it.each([
    ['health', 'health', []],
    [' Health ', 'health', []],
    ['misc; finance', 'finance', []],
    [['food', 'travel', 'health'], 'travel', []],
    [[], undefined, []],
    ['', undefined, []],
    [null, undefined, []],
    ['personal_details', undefined, ['category_unknown']],
    [['food', 7], undefined, ['category_unknown']],
  ])('reads the categories %j as %s', async (categories, category, notes) => {
    const row = await one({ text: 'x', date: AT, categories });
    expect(row).toMatchObject({ notes });
    expect('memory' in row && row.memory.category).toBe(category);
  });

  it.each([
    [{ created_at: AT }, 'Line 1 makes no row. text: is missing.'],
    [{ text: '  ', memory: null }, 'Line 1 makes no row. text: is missing.'],
    [{ text: 7, date: AT }, 'Line 1 makes no row. text: Invalid input: expected string, received number.'],
    [{ text: 'x', date: 'Monday' }, 'Line 1 makes no row. observedAt: is not a date that reads.'],
    [{ text: 'x', date: AT, created_at: {} }, 'Line 1 makes no row. observedAt: is not a date that reads.'],
    [{ text: 'x', date: '2026-06-01T00:02:00.001Z' }, 'Line 1 makes no row. observedAt: lies in the future.'],
    [['x'], 'Line 1 is not a record with named fields.'],
    ['x', 'Line 1 is not a record with named fields.'],
    [null, 'Line 1 is not a record with named fields.'],
  ])('refuses %j', async (record, message) => expect(says(await one(record))).toBe(message));

  it('takes a time as far ahead as clocks may differ', async () => {
    expect(await one({ text: 'x', date: '2026-06-01T00:02:00.000Z' })).toHaveProperty('memory');
  });
});

describe('a mapping', () => {
  const mapping: Mapping = Mapping.parse({
    text: 'body.fact',
    observedAt: 'meta.times.0',
    validUntil: 'expires',
    category: 'tags',
    type: 'kind',
    subject: 'who',
    attribute: ['what', 'which'],
    collection: 'box',
    ref: 'id',
    url: 'link',
    constants: { category: 'travel', collection: 'work', subject: 'me', type: 'semantic' },
  });

  it('names where everything is', async () => {
    const record = {
      body: { fact: 'moved to Porto' },
      meta: { times: ['2024-01-31', '2020-01-01'] },
      expires: '2030-01-01',
      tags: ['identity'],
      kind: 'episodic',
      who: 'Ana',
      which: 'home',
      box: 'private-things',
      id: 4711,
      link: 'https://example.org/1',
    };
    expect(await one(record, mapping)).toEqual({
      line: 1,
      memory: {
        text: 'moved to Porto',
        observedAt: Date.parse('2024-01-31'),
        validUntil: Date.parse('2030-01-01'),
        category: 'identity',
        type: 'episodic',
        subject: 'Ana',
        attribute: 'home',
        collection: 'private-things',
        claimed: { kind: 'imported', ref: '4711', url: 'https://example.org/1' },
      },
      notes: [],
    });
  });

  it('fills in its constants where a record says nothing', async () => {
    expect(await one({ body: { fact: 'x' }, tags: 'unheard of' }, mapping)).toEqual({
      line: 1,
      memory: { text: 'x', category: 'travel', type: 'semantic', collection: 'work', subject: 'me', claimed: { kind: 'imported' } },
      notes: ['without_time', 'category_unknown'],
    });
  });

  it('reads a name with dots as a name first, as CSV has them', async () => {
    const dotted = Mapping.parse({ text: 'a.b' });
    expect(await one({ 'a.b': 'whole', a: { b: 'way' } }, dotted)).toMatchObject({ memory: { text: 'whole' } });
    expect(await one({ a: { b: 'way' } }, dotted)).toMatchObject({ memory: { text: 'way' } });
  });

  it.each(['constructor.name', '__proto__', 'toString', 'a.length', 'a.b.c.d'])(
    'finds nothing at %s that the record has not itself',
    async (path) => {
      expect(says(await one({ a: 'text' }, Mapping.parse({ text: path })))).toBe('Line 1 makes no row. text: is missing.');
    },
  );

  it('says of each field what is wrong with it', async () => {
    const row = await one(
      { body: { fact: 'x' }, kind: 'SECRET-1', who: { name: 'SECRET-2' }, box: 'SECRET 3', link: 'SECRET-4'.repeat(999), id: 1.5 },
      mapping,
    );
    expect('error' in row && row.error.issues?.map((issue) => issue.path).sort()).toEqual([
      '/claimed/url',
      '/collection',
      '/ref',
      '/subject',
      '/type',
    ]);
    expect('error' in row && row.error).toMatchObject({ code: 'line_invalid', context: { line: 1 } });
  });

  it('leaves nothing out that it names and cannot read', async () => {
    for (const bad of [{ id: 1.5 }, { who: ['Ana'] }, { link: {} }]) {
      const row = await one({ body: { fact: 'x' }, ...bad }, mapping);
      expect(says(row)).toMatch(/^Line 1 makes no row\. (?:ref|subject|url): is not a text\.$/);
    }
  });

  it('has no place for a validation, and takes no field that it does not know', () => {
    for (const name of ['validatedAt', 'lastValidatedAt', 'tier', 'claimed', 'recordedAt']) {
      expect(Mapping.safeParse({ text: 'text', [name]: 'x' }).success).toBe(false);
    }
    for (const bad of [
      {},
      { text: '' },
      { text: [] },
      { text: 'a', constants: { category: 'none' } },
      { text: 'a', constants: { kind: 'user_stated' } },
    ]) {
      expect(Mapping.safeParse(bad).success).toBe(false);
    }
    expect(Mapping.parse(DEFAULT_MAPPING)).toEqual(DEFAULT_MAPPING);
  });
});

describe('a plan', () => {
  it('has an answer for each line, whatever a record holds, and none of its text in an error', async () => {
    const hidden = 'xyzzy';
    const value = fc.oneof(
      fc.constantFrom<unknown>(
        hidden,
        AT,
        0,
        1.5,
        true,
        null,
        [hidden],
        { [hidden]: hidden },
        `${hidden}\ud800`,
        hidden.repeat(200_000),
        1e300,
      ),
      fc.jsonValue(),
    );
    const key = fc.constantFrom('text', 'memory', 'date', 'created_at', 'category', 'kind', 'who', 'box', 'id', 'link');
    const wide = Mapping.parse({
      ...DEFAULT_MAPPING,
      type: 'kind',
      subject: 'who',
      collection: 'box',
      ref: 'id',
      url: 'link',
      validUntil: 'link',
    });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.dictionary(key, value)), async (records) => {
        const rows = await plan(records, wide);
        expect(rows.map((row) => row.line)).toEqual(records.map((_, i) => i + 1));
        for (const row of rows) {
          if ('memory' in row) {
            expect(row.memory.claimed?.kind).toBe('imported');
            expect(row.memory.observedAt ?? 0).toBeLessThanOrEqual(NOW + 120_000);
          } else {
            expect(JSON.stringify([row.error.message, row.error.issues, row.error.context, row.error.cause ?? null])).not.toContain(hidden);
          }
        }
      }),
    );
  });

  it('passes on the lines that did not read, and a report counts all of them', async () => {
    const report = new ImportReport();
    const json = Buffer.concat([
      encodeLine({ text: 'one', created_at: AT }),
      utf8('{"text":\n'),
      encodeLine({ text: 'two', category: 'misc' }),
      encodeLine({ text: 'three', date: 'soon' }),
    ]);
    for await (const row of planImport(readJsonLines(cut(json, 7)), DEFAULT_MAPPING, NOW)) report.add(row);
    for await (const row of planImport(readCsv(cut(utf8('text,date\nfour,2024-01-31\nfive\nsix,\n'), 7)), DEFAULT_MAPPING, NOW))
      report.add(row);
    expect({ ...report, errors: report.errors.map((error) => error.message) }).toEqual({
      rows: 4,
      withoutTime: 2,
      categoryUnknown: 1,
      refused: 3,
      errors: [
        'Line 2 does not read. The text is not one whole JSON document.',
        'Line 4 makes no row. observedAt: is not a date that reads.',
        'Line 3 has 1 fields where the first row has 2.',
      ],
    });
  });

  it('keeps a hundred errors in its report, and counts the others', async () => {
    const report = new ImportReport();
    for (const row of await plan(Array.from({ length: 250 }, () => null))) report.add(row);
    expect([report.refused, report.errors.length, report.rows]).toEqual([250, 100, 0]);
  });
});
