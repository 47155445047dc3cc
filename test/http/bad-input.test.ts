import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Memory } from '../../schemas/memory.ts';
import type { ErrorCode } from '../../src/core/errors.ts';
import { Site } from '../support/site.ts';

let site: Site;
let app: string;
let row: Memory;

beforeAll(async () => {
  site = await Site.open();
  app = await (await site.owner()).grant();
  row = await site.remember(app, 'Lives in Porto');
});
afterAll(() => site.close());

const item = (more: object): object => ({ memories: [{ text: 'Likes tea', ...more }] });

describe('what does not fit the contract', () => {
  const FAR = '2099-01-01T00:00:00Z';
  const unknown = 'mem_'.padEnd(36, '0');
  const cases: readonly [what: string, code: ErrorCode, path: string, body: object, pointers?: readonly string[]][] = [
    ['an unknown field', 'input_invalid', '/v1/memories', { ...item({}), colour: 1 }, ['/colour']],
    [
      'an unknown field in a row',
      'input_invalid',
      '/v1/memories',
      item({ tier: 'active', lastValidatedAt: FAR }),
      ['/memories/0/tier', '/memories/0/lastValidatedAt'],
    ],
    ['an unknown field in a claim', 'input_invalid', '/v1/memories', item({ claimed: { 'a/b~c': 1 } }), ['/memories/0/claimed/a~1b~0c']],
    ['a field named __proto__', 'input_invalid', '/v1/memories', JSON.parse('{"memories":[{"text":"x","__proto__":{"tier":"active"}}]}')],
    ['no rows', 'input_invalid', '/v1/memories', { memories: [] }, ['/memories']],
    [
      '10,000 rows',
      'input_invalid',
      '/v1/memories',
      { memories: Array.from({ length: 10_000 }, (_, i) => ({ text: `row ${i}` })) },
      ['/memories'],
    ],
    ['a text of 1 MB', 'input_invalid', '/v1/memories', item({ text: 'x'.repeat(1_048_576) }), ['/memories/0/text']],
    ['an empty text', 'input_invalid', '/v1/memories', item({ text: '' })],
    ['a blank text', 'input_invalid', '/v1/memories', item({ text: ' \n ' }), ['/memories/0/text']],
    ['a text that is a number', 'input_invalid', '/v1/memories', item({ text: 7 }), ['/memories/0/text']],
    ['a lone surrogate', 'input_invalid', '/v1/memories', item({ text: 'half \ud83d a pair' }), ['/memories/0/text']],
    [
      'a lone surrogate in a claim',
      'input_invalid',
      '/v1/memories',
      item({ claimed: { speaker: '\udc00' } }),
      ['/memories/0/claimed/speaker'],
    ],
    ['a day that there is not', 'input_invalid', '/v1/memories', item({ observedAt: '2026-02-30T00:00:00Z' }), ['/memories/0/observedAt']],
    ['an instant without a zone', 'input_invalid', '/v1/memories', item({ observedAt: '2026-01-01T00:00:00' }), ['/memories/0/observedAt']],
    ['a category that there is not', 'input_invalid', '/v1/memories', item({ category: 'secrets' }), ['/memories/0/category']],
    ['a thing observed in the future', 'observed_in_future', '/v1/memories', item({ observedAt: FAR })],
    ['an unknown collection', 'collection_unknown', '/v1/memories', item({ collection: 'nowhere' })],
    ['an unknown source', 'memory_unknown', '/v1/memories', item({ derivedFrom: [unknown] })],
    ['an id that is none', 'input_invalid', '/v1/memories', item({ derivedFrom: ['mem_1'] }), ['/memories/0/derivedFrom/0']],
    ['a negative limit', 'input_invalid', '/v1/retrievals', { query: 'x', limit: -1 }, ['/limit']],
    ['a limit of nothing', 'input_invalid', '/v1/retrievals', { query: 'x', limit: 0 }, ['/limit']],
    ['half a row', 'input_invalid', '/v1/retrievals', { query: 'x', limit: 1.5 }, ['/limit']],
    ['a limit beyond all', 'input_invalid', '/v1/retrievals', { query: 'x', limit: 1e9 }, ['/limit']],
    ['a query of 1 MB', 'input_invalid', '/v1/retrievals', { query: 'x'.repeat(1_048_576) }, ['/query']],
    ['a search in an unknown collection', 'collection_unknown', '/v1/retrievals', { query: 'x', collections: ['nowhere'] }],
    ['a head that was never reached', 'head_not_reached', '/v1/retrievals', { query: 'x', minHead: { seq: 1e6 } }],
    ['a head with another hash', 'head_not_reached', '/v1/retrievals', { query: 'x', minHead: { seq: 1, hash: 'a'.repeat(64) } }],
    [
      'an unknown retrieval',
      'retrieval_unknown',
      '/v1/receipts',
      { retrievalId: 'ret_'.padEnd(36, '0'), model: { label: 'm' }, output: { text: '' } },
    ],
    [
      'an output that is two things',
      'input_invalid',
      '/v1/receipts',
      { retrievalId: 'ret_'.padEnd(36, '0'), model: { label: 'm' }, output: { text: '', sha256: 'a' } },
      ['/output'],
    ],
  ];
  it.each(cases)('%s is refused as %s', async (_what, code, path, body, pointers) => {
    const problem = await site.refuses(code, () => site.as(app).post(path).send(body));
    if (pointers !== undefined) expect(problem.issues?.map((issue) => issue.path)).toEqual(pointers);
  });

  it('lists twenty faults and says how many there are', async () => {
    const memories = Array.from({ length: 50 }, () => ({ text: '' }));
    const { issues, detail } = await site.refuses('input_invalid', () => site.as(app).post('/v1/memories').send({ memories }));
    expect([issues?.length, detail]).toEqual([20, expect.stringMatching(/ \d{2,3} faults/)]);
  });

  it.each([
    ['?limit=-1', '/limit'],
    ['?limit=0', '/limit'],
    ['?limit=1e2', '/limit'],
    ['?limit=201', '/limit'],
    ['?limit=5&limit=6', '/limit'],
    ['?colour=red', '/colour'],
    ['?due=yesterday', '/due'],
    ['?subject=', '/subject'],
    ['?tier=fresh', '/tier'],
  ])('the query %s is refused at %s', async (query, pointer) => {
    const { issues } = await site.refuses('input_invalid', () => site.as(app).get(`/v1/memories${query}`));
    expect(new Set(issues?.map(({ path }) => path))).toEqual(new Set([pointer]));
  });

  it.each(['?cursor=nonsense', '?cursor=%00', `?cursor=${Buffer.from('ffff').toString('base64url')}`])(
    'the cursor %s is refused',
    async (query) => {
      await site.refuses('input_invalid', () => site.as(app).get(`/v1/memories${query}`));
      await site.refuses('input_invalid', () => site.as(app).get(`/v1/receipts${query}`));
      await site.refuses('input_invalid', () => site.as(app).get(`/v1/models${query}&label=x`));
    },
  );

  it.each(['false', '', '1'])('paidUnexplained=%s is refused: it is asked for, or left out', async (value) => {
    await site.refuses('input_invalid', () => site.as(app).get(`/v1/receipts?paidUnexplained=${value}`));
  });

  it.each([
    ['', '/label'],
    ['?label=', '/label'],
    [`?label=${'x'.repeat(201)}`, '/label'],
    ['?label=x&label=y', '/label'],
    ['?label=x&limit=0', '/limit'],
    ['?label=x&limit=201', '/limit'],
    ['?label=x&model=y', '/model'],
  ])('the artefacts of a label are not asked for by “%s”', async (query, pointer) => {
    const { issues } = await site.refuses('input_invalid', () => site.as(app).get(`/v1/models${query}`));
    expect(new Set(issues?.map(({ path }) => path))).toEqual(new Set([pointer]));
  });

  it('a query string is refused where none is taken', async () => {
    await site.refuses('input_invalid', () => site.as(app).get(`/v1/memories/${row.id}?verbose=1`));
    await site.refuses('input_invalid', () => site.as(app).post('/v1/retrievals?limit=3').send({ query: 'x' }));
  });

  it.each(['/v1/memories/mem_1', '/v1/memories/..%2f..', '/v1/receipts/rcp_1', '/v1/receipts/rcp_1/bundle', '/v1/vaults/1/head'])(
    'the path %s names nothing',
    async (path) => {
      await site.refuses('input_invalid', () => site.as(app).get(path));
    },
  );

  it.each(['/v1/memories/%E0%A4%A', '/v1/receipts/%', '/v1/vaults/%ff/head', '/log/tile/%ff', '/%c3'])(
    'the path %s, which does not decode, is the caller’s fault',
    async (path) => {
      const { detail } = await site.refuses('input_invalid', () => site.as(app).get(path));
      expect(detail).toContain('percent');
      expect(site.lines().filter(({ level }) => level >= 50)).toEqual([]);
    },
  );
});
