import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Judge } from '../../../src/app/judging/judge.ts';
import { readClaimTrust } from '../../../src/claims/trust.ts';
import { postJsonOverHttp } from '../../../src/reach/post.ts';
import { type JsonService, serveJson } from '../../support/json-service.ts';
import { kind } from './kinds/weather.ts';

let service: JsonService;
let judge: Judge;
beforeEach(async () => {
  service = await serveJson((path, response) => {
    if (path === '/station') response.end('{"sky":"blue"}');
    // Others are never answered.
  });
});
afterEach(async () => {
  await judge.stop();
  await service.close();
});

function start(station: string | null, gatherMs = 20_000): Judge {
  const trust = readClaimTrust(station === null ? null : { version: 1, weather: { station } }, [kind]);
  judge = new Judge({ trust, post: postJsonOverHttp(10_000), kinds: { all: [kind], folder: null }, gatherMs });
  return judge;
}

const report = (ask?: string) => ({ kind: 'report.v1', sky: 'blue', ...(ask === undefined ? {} : { ask }) });

describe('gathering', () => {
  it('asks the address that the trust names', async () => {
    const station = `${service.url}/station`;
    expect(await start(station).gather('weather', report())).toEqual({ sky: 'blue' });
    expect(await judge.gather('weather', report(station))).toEqual({ sky: 'blue' });
    expect(service.asked).toEqual([1, 2].map(() => ({ path: '/station', body: '{"sky":true}' })));
  });

  it('asks no address that it does not name, to the letter', async () => {
    start(`${service.url}/station`);
    for (const path of ['', '/', '/Station', '/station/', '/station?x', '/other'])
      expect(await judge.gather('weather', report(`${service.url}${path}`))).toBeUndefined();
    expect(await start(null).gather('weather', report(`${service.url}/station`))).toBeUndefined();
    expect(service.asked).toEqual([]);
  });

  it('asks so many times for one piece, and no more', async () => {
    expect(await start(`${service.url}/station`).gather('weather', report('again and again'))).toBeUndefined();
    expect(service.asked.length).toBeLessThanOrEqual(16);
  });

  it('brings nothing where nothing is wanted, or nobody knows the kind', async () => {
    start(`${service.url}/station`);
    expect(await judge.gather('weather', report('nobody'))).toBeUndefined();
    expect(await judge.gather('weather', { kind: 'constructor' })).toBeUndefined();
    expect(await judge.gather('tide', report())).toBeUndefined();
    expect(service.asked).toEqual([]);
  });

  it('brings nothing that could not be kept', async () => {
    expect(await start(null).gather('weather', report('too much'))).toBeUndefined();
  });

  it('gives up on what never comes', async () => {
    start(`${service.url}/silent`, 200);
    expect(await Promise.all(['for ever', undefined].map((ask) => judge.gather('weather', report(ask))))).toEqual([undefined, undefined]);
  });

  it('is bounded, and what is too much is refused with a code', async () => {
    start(`${service.url}/silent`);
    const all = Array.from({ length: 65 }, () => judge.gather('weather', report()).catch((error: unknown) => error));
    expect(await all[64]).toMatchObject({ code: 'judging_busy' });
    await judge.stop();
    expect(await Promise.all(all.slice(0, 64))).toEqual(Array.from({ length: 64 }, () => undefined));
    await expect(judge.gather('weather', report())).rejects.toThrow(expect.objectContaining({ code: 'shutting_down' }));
  });
});
