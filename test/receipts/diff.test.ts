import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DiffLine } from '../../schemas/diff.ts';
import type { TagRecord } from '../../schemas/receipt.ts';
import { TIERS } from '../../schemas/vocabulary.ts';
import { type DiffFacts, type DiffSide, diffReceipts } from '../../src/receipts/diff.ts';

const DAY_MS = 86_400_000;
const hexOf = (n: number, length: number): string => n.toString(16).padStart(length, '0');

const anyRow = (n: number): fc.Arbitrary<TagRecord | null> =>
  fc.option(
    fc.record({
      tag: fc.constant(`m${n + 1}`),
      row: fc.nat(7).map((id) => `mem_${hexOf(id, 32)}`),
      version: fc.integer({ min: 1, max: 3 }),
      commitment: fc.constant('a'.repeat(64)),
      placement: fc.constantFrom(...TIERS),
      tier: fc.constantFrom(...TIERS),
      standing: fc.constantFrom('live' as const, 'contested' as const),
      origin: fc.constantFrom('user_stated' as const, 'imported' as const),
      basisAt: fc.constant(0),
      lastValidatedAt: fc.option(fc.constantFrom(DAY_MS, 2 * DAY_MS)),
      ageSeconds: fc.nat(300_000),
      unvalidatedForSeconds: fc.nat(300_000),
      rank: fc.integer({ min: 1, max: 5 }),
      segment: fc.nat(9),
      cited: fc.constant(null),
    }),
    { freq: 6 },
  );

const word = fc.constantFrom('a', 'b', 'c');
const anySide: fc.Arbitrary<DiffSide> = fc
  .record({
    said: fc.option(
      fc.record({
        model: fc.record({ label: word, provider: word, artifact: fc.record({ sha256: word, blobId: word }) }, { requiredKeys: ['label'] }),
        app: fc.option(fc.record({ name: word, version: word, promptTemplate: fc.record({ id: word, sha256: word }) })),
        tools: fc.array(fc.record({ name: word, version: word, argsSha256: word }, { requiredKeys: ['name'] }), { maxLength: 3 }),
      }),
    ),
    engine: fc.constantFrom('lexical/2', 'lexical/3', 'lexical/2+m/8@00', 'lexical/2+m/8@01'),
    build: word,
    policySha256: word,
    head: fc.record({ seq: fc.nat(5) }),
    evaluatedAt: fc.nat(10).map((days) => days * DAY_MS),
    query: fc.option(word),
    asked: fc.option(
      fc.record({
        limit: fc.nat(3),
        maxTokens: fc.option(fc.nat(3)),
        includeDormant: fc.boolean(),
        collections: fc.uniqueArray(word),
        categories: fc.option(fc.uniqueArray(word)),
      }),
    ),
    grant: fc.option(word),
    rows: fc.tuple(...Array.from({ length: 5 }, (_, n) => anyRow(n))),
    erased: fc.constant([]),
  })
  .map((side) => ({
    ...side,
    rows: side.rows.filter((row, i) => row === null || side.rows.findIndex((one) => one?.row === row.row) === i),
  }));

const turned = ({ what, from, to, ...rest }: DiffLine): string =>
  JSON.stringify({ what: what === 'row.added' ? 'row.gone' : what === 'row.gone' ? 'row.added' : what, from: to, to: from, ...rest });

describe('a comparison', () => {
  it('of a side with itself has no line but for rows that are not shown, and the other way round it has the same lines turned', () => {
    fc.assert(
      fc.property(anySide, anySide, (one, other) => {
        const itself = diffReceipts(one, one, null);
        expect(itself.lines.filter(({ what }) => what !== 'row.withheld')).toEqual([]);
        expect(itself.same).toBe(one.rows.filter((row) => row !== null).length);
        const there = diffReceipts(one, other, null);
        const back = diffReceipts(other, one, null);
        expect(back.lines.map(turned).toSorted()).toEqual(there.lines.map((line) => JSON.stringify(line)).toSorted());
        expect(back.same).toBe(there.same);
      }),
    );
  });

  it('tells each row of either side once: came, went, stayed or changed', () => {
    fc.assert(
      fc.property(anySide, anySide, (from, to) => {
        const { lines, same } = diffReceipts(from, to, null);
        const ids = (side: DiffSide): string[] => side.rows.flatMap((row) => row?.row ?? []);
        const of = (what: string): string[] => lines.flatMap((line) => (line.what === what ? [line.row ?? ''] : []));
        expect(of('row.gone').toSorted()).toEqual(
          ids(from)
            .filter((id) => !ids(to).includes(id))
            .toSorted(),
        );
        expect(of('row.added').toSorted()).toEqual(
          ids(to)
            .filter((id) => !ids(from).includes(id))
            .toSorted(),
        );
        const both = ids(to).filter((id) => ids(from).includes(id));
        const changed = new Set(lines.flatMap(({ row = '' }) => (both.includes(row) ? [row] : [])));
        expect(changed.size + same).toBe(both.length);
      }),
    );
  });

  it('tells an engine from what its vectors are, and asks the ledger about the side that a row is not on', () => {
    const [side] = fc.sample(anySide, { numRuns: 1, seed: 4 });
    if (side === undefined) throw new Error('a sample');
    const row: TagRecord = {
      tag: 'm1',
      row: `mem_${'1'.repeat(32)}`,
      version: 2,
      commitment: 'a'.repeat(64),
      placement: 'active',
      tier: 'active',
      standing: 'live',
      origin: 'user_stated',
      basisAt: 0,
      lastValidatedAt: null,
      ageSeconds: 0,
      unvalidatedForSeconds: 0,
      rank: 1,
      segment: 1,
      cited: null,
    };
    const facts: DiffFacts = {
      why: (_row, where) => ({ why: where === 'from' ? 'not_yet' : 'dormant' }),
      version: (_row, where) => (where === 'from' ? 1 : 3),
      text: (_row, where) => where,
    };
    const empty = { ...side, rows: [], engine: 'lexical/2+m/8@00' };
    const full = { ...side, rows: [row], engine: 'lexical/2+m/8@01' };
    const text = { from: 'from', to: 'to' };
    expect(diffReceipts(empty, full, facts).lines).toEqual([
      { what: 'index', from: '00', to: '01' },
      { what: 'row.added', from: null, to: 'm1', row: row.row, why: 'not_yet', text },
      { what: 'row.version', from: '1', to: '2', row: row.row },
    ]);
    expect(diffReceipts(full, empty, facts).lines).toEqual([
      { what: 'index', from: '01', to: '00' },
      { what: 'row.gone', from: 'm1', to: null, row: row.row, why: 'dormant', text },
      { what: 'row.version', from: '2', to: '3', row: row.row },
    ]);
    expect(diffReceipts({ ...empty, engine: 'lexical/2' }, { ...empty, engine: 'lexical/3' }, null).lines).toEqual([
      { what: 'engine', from: 'lexical/2', to: 'lexical/3' },
    ]);
  });
});
