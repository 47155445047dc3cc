import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../src/core/clock.ts';
import { Redacted } from '../../src/core/redacted.ts';
import { utf8 } from '../../src/core/bytes.ts';
import { type EmbeddingOptions, EmbeddingService } from '../../src/embed/service.ts';
import { BAD_MOODS, ToyEmbeddings, toyVector } from '../support/embedding-service.ts';

let toy: ToyEmbeddings;
let clock: ManualClock;
beforeEach(async () => {
  toy = await ToyEmbeddings.open();
  clock = new ManualClock(1_000_000_000);
});
afterEach(() => toy.close());

const serviceOf = (more: Partial<EmbeddingOptions> = {}): EmbeddingService => new EmbeddingService(toy.options(more), clock);

describe('a service for embeddings', () => {
  it('gives texts’ vectors in the order of the texts, asked as the API has it', async () => {
    const service = serviceOf({ key: new Redacted(utf8('sk-secret')), dimensions: 12 });
    expect(await service.rows(['a quindle', 'the cello'])).toEqual({ vectors: [toyVector('quindle', 12), toyVector('cello', 12)] });
    expect(await service.query('tea')).toEqual({ vectors: [toyVector('tea', 12)] });
    expect(toy.asked).toEqual([
      {
        path: '/v1/embeddings',
        authorization: 'Bearer sk-secret',
        body: { model: 'toy', input: ['a quindle', 'the cello'], dimensions: 12 },
      },
      { path: '/v1/embeddings', authorization: 'Bearer sk-secret', body: { model: 'toy', input: ['tea'], dimensions: 12 } },
    ]);
    expect(inspect(service, { depth: 9, showHidden: true })).not.toContain('sk-secret');
  });

  it.each(BAD_MOODS)('gives none where the other side is: %s', async (mood) => {
    toy.mood = mood;
    const service = serviceOf({ timeoutMs: 150, rowsMs: 150 });
    expect(await service.query('tea')).toMatchObject({ failed: expect.any(String) });
    expect(service.isAnswering).toBe(false);
    expect(await service.rows(['tea', 'cello'])).toMatchObject({ failed: expect.any(String) });
    expect(toy.followed).toBe(0);
    toy.mood = 'well';
    expect(await service.query('tea')).toMatchObject({ vectors: [expect.any(Array)] });
    expect(service.isAnswering).toBe(true);
  });

  it('takes no vector of another length than it was told', async () => {
    toy.mood = 'longer';
    expect(await serviceOf({ dimensions: 12 }).query('tea')).toEqual({ failed: 'answer' });
    expect(await serviceOf().query('tea')).toMatchObject({ vectors: [expect.any(Array)] });
  });

  it('gives up when its time is over, not when the other side gets round to it', async () => {
    toy.mood = 'slow';
    expect(await serviceOf({ timeoutMs: 100 }).query('tea')).toEqual({ failed: 'timeout' });
  });

  it('tries rows twice, and tells texts that are not taken from a service that is down', async () => {
    toy.mood = 'failing';
    expect(await serviceOf().rows(['tea'])).toEqual({ failed: 'status' });
    expect(toy.asked).toHaveLength(2);
    toy.mood = 'well';
    toy.refuses = (text) => text === 'tea';
    expect(await serviceOf().rows(['cello', 'tea'])).toEqual({ failed: 'texts' });
    expect(toy.asked).toHaveLength(3);
  });

  it('is not asked any more after three failures in a row; then by one at a time, until it answers', async () => {
    const service = serviceOf({ timeoutMs: 100 });
    toy.mood = 'failing';
    for (let i = 0; i < 3; i++) expect(await service.query('tea')).toEqual({ failed: 'status' });
    expect(await service.query('tea')).toEqual({ failed: 'resting' });
    expect(toy.asked).toHaveLength(3);
    clock.advance(30_000);
    expect(await Promise.all([service.query('tea'), service.query('tea')])).toEqual([{ failed: 'status' }, { failed: 'resting' }]);
    expect(await service.query('tea')).toEqual({ failed: 'resting' });
    toy.mood = 'well';
    clock.advance(-10_000_000);
    expect(await service.query('tea')).toHaveProperty('vectors');
    expect(await service.query('tea')).toHaveProperty('vectors');
    expect(toy.asked).toHaveLength(6);
  });

  it('does not rest because of a query that it does not take', async () => {
    const service = serviceOf();
    toy.refuses = (text) => text === 'tea';
    for (let i = 0; i < 5; i++) expect(await service.query('tea')).toEqual({ failed: 'texts' });
    expect(await service.query('cello')).toHaveProperty('vectors');
  });

  it('gives up on what is under way when it is stopped', async () => {
    toy.mood = 'slow';
    const service = serviceOf({ timeoutMs: 60_000, rowsMs: 60_000, retryMs: 60_000 });
    const waiting = Promise.all([service.query('tea'), service.rows(['tea'])]);
    await expect.poll(() => toy.asked.length).toBe(2);
    service.stop();
    expect(await waiting).toEqual([{ failed: 'stopped' }, { failed: 'stopped' }]);
  });
});
