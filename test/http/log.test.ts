import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hex } from '../../src/core/bytes.ts';
import { verifyBytes } from '../../src/crypto/ed25519.ts';
import { verifyCheckpoint } from '../../src/log/checkpoint.ts';
import { encodeEntryBundle, parseEntryBundle } from '../../src/log/entry-bundle.ts';
import { EMPTY_ROOT, leafHash } from '../../src/log/merkle.ts';
import { encodeTilePath, type TilePath, tilesOf } from '../../src/log/tile.ts';
import { treeRoot } from '../../src/log/tree.ts';
import { parseVerifierKey } from '../../src/log/verifier-key.ts';
import { problemIn, Site } from '../support/site.ts';

const ENTRIES = 300;
let site: Site;

beforeAll(async () => {
  site = await Site.open();
  const token = await (await site.owner()).grant();
  await site.remember(token, 'Keeps a log');
  const issue = async (i: number): Promise<void> => {
    const { id } = (await site.as(token).post('/v1/retrievals').send({ query: 'log' })).body;
    const sent = { retrievalId: id, model: { label: 'm' }, output: { text: `answer ${i}` } };
    expect((await site.as(token).post('/v1/receipts').send(sent)).status).toBe(201);
  };
  for (let i = 0; i < ENTRIES; i += 20) await Promise.all(Array.from({ length: 20 }, (_, j) => issue(i + j)));
});
afterAll(() => site.close());

async function bytesAt(path: string): Promise<Uint8Array> {
  const response = await fetch(`${site.url}/log/${path}`);
  expect([response.status, response.headers.get('content-type'), response.headers.get('cache-control')]).toEqual([
    200,
    'application/octet-stream',
    'public, max-age=31536000, immutable',
  ]);
  return new Uint8Array(await response.arrayBuffer());
}

describe('the log over HTTP', () => {
  it('is checked by whoever has its key: checkpoint, tiles and entries agree', async () => {
    const keys = await site.api.get('/log/key');
    expect(keys.text).toBe(site.world.verifierKeys.map((line) => `${line}\n`).join(''));
    const response = await site.api.get('/log/checkpoint');
    expect(response.headers).toMatchObject({ 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-cache' });
    const checkpoint = verifyCheckpoint(response.text, parseVerifierKey(site.world.verifierKeys[0] ?? ''), verifyBytes);
    expect(checkpoint.size).toBe(ENTRIES);
    const tiles = new Map<string, Uint8Array>();
    for (const { level, index, width } of tilesOf(ENTRIES)) {
      tiles.set(`${level}/${index}`, await bytesAt(encodeTilePath({ kind: 'hashes', level, index, width })));
    }
    const root = treeRoot(ENTRIES, { tile: (level, index) => tiles.get(`${level}/${index}`) ?? new Uint8Array(0) });
    expect(hex(root)).toBe(hex(checkpoint.root));
    const bundles = [await bytesAt('tile/entries/000'), await bytesAt(`tile/entries/001.p/${ENTRIES - 256}`)];
    const leaves = bundles.flatMap(parseEntryBundle).map((entry) => hex(leafHash(entry)));
    expect(leaves).toHaveLength(ENTRIES);
    const hashes = ['0/0', '0/1'].map((name) => hex(tiles.get(name) ?? new Uint8Array(0))).join('');
    expect(leaves.join('')).toBe(hashes);
  });

  it('gives a tile as narrow as it was', async () => {
    const whole = await bytesAt('tile/0/000');
    expect(await bytesAt('tile/0/000.p/7')).toEqual(whole.slice(0, 7 * 32));
    const entries = await bytesAt('tile/entries/000');
    expect(parseEntryBundle(await bytesAt('tile/entries/000.p/9')).map(hex)).toEqual(parseEntryBundle(entries).slice(0, 9).map(hex));
  });

  it('gives every width there has been, and the same bytes each time', async () => {
    const [hashes, entries] = [await bytesAt('tile/0/000'), parseEntryBundle(await bytesAt('tile/entries/000'))];
    const last = await bytesAt(`tile/0/001.p/${ENTRIES - 256}`);
    for (let width = 1; width < 256; width += 1) {
      expect(await bytesAt(`tile/0/000.p/${width}`)).toEqual(hashes.subarray(0, width * 32));
      expect(await bytesAt(`tile/entries/000.p/${width}`)).toEqual(encodeEntryBundle(entries.slice(0, width)));
      if (width <= ENTRIES - 256) expect(await bytesAt(`tile/0/001.p/${width}`)).toEqual(last.subarray(0, width * 32));
      else problemIn(await site.api.get(`/log/tile/0/001.p/${width}`), 'not_found');
    }
  });

  it.each(['checkpoint', 'key', 'tile/0/000', 'tile/entries/000.p/3'])('answers HEAD for %s as GET, without the body', async (path) => {
    const [head, got] = await Promise.all(['HEAD', 'GET'].map((method) => fetch(`${site.url}/log/${path}`, { method })));
    const same = ['content-type', 'content-length', 'cache-control', 'access-control-allow-origin', 'cross-origin-resource-policy'];
    expect(same.map((name) => head?.headers.get(name))).toEqual(same.map((name) => got?.headers.get(name)));
    expect(head?.status).toBe(200);
    expect(await head?.text()).toBe('');
    const length = (await got?.arrayBuffer())?.byteLength;
    expect(length).toBeGreaterThan(90);
    expect(head?.headers.get('content-length')).toBe(String(length));
  });

  it.each(['checkpoint', 'key', 'tile/0/000', 'tile/0/009', 'tile/0/9'])('lets pages of any origin read %s, or why not', async (path) => {
    const { headers } = await fetch(`${site.url}/log/${path}`, { headers: { origin: 'https://verifier.example' } });
    expect(headers.get('access-control-allow-origin')).toBe('*');
    expect(headers.get('cross-origin-resource-policy')).toBe('cross-origin');
    expect(headers.get('access-control-allow-credentials')).toBeNull();
    expect(headers.get('content-encoding')).toBeNull();
  });

  it('keeps nobody from asking again for what is not there yet', async () => {
    const { headers } = await site.api.get(`/log/tile/0/001.p/${ENTRIES - 255}`);
    expect(headers['cache-control']).toBe('no-store');
  });

  const beyond: TilePath[] = [
    { kind: 'hashes', level: 0, index: 1, width: 256 },
    { kind: 'hashes', level: 0, index: 1, width: ENTRIES - 255 },
    { kind: 'hashes', level: 0, index: 2, width: 1 },
    { kind: 'hashes', level: 1, index: 0, width: 2 },
    { kind: 'hashes', level: 2, index: 0, width: 1 },
    { kind: 'hashes', level: 63, index: 0, width: 256 },
    { kind: 'entries', index: 1, width: 256 },
    { kind: 'entries', index: 1234067, width: 3 },
  ];
  it.each(beyond.map(encodeTilePath))('has not grown to %s', async (path) => {
    problemIn(await site.api.get(`/log/${path}`), 'not_found');
  });

  it.each([
    'tile/0/0',
    'tile/0/000.p/0',
    'tile/0/000.p/256',
    'tile/64/000',
    'tile/-1/000',
    'tile/00/000',
    'tile/0/x000/001',
    'tile/0/%30%30%30',
    'tile/entries/000/',
    'tile/data/000',
  ])('knows no path like %s', async (path) => {
    problemIn(await site.api.get(`/log/${path}`), 'encoding_invalid');
  });

  it('has a signed checkpoint before there is an entry', async () => {
    const empty = await Site.open();
    try {
      const { text } = await empty.api.get('/log/checkpoint');
      const checkpoint = verifyCheckpoint(text, parseVerifierKey(empty.world.verifierKeys[0] ?? ''), verifyBytes);
      expect([checkpoint.size, hex(checkpoint.root)]).toEqual([0, hex(EMPTY_ROOT)]);
      problemIn(await empty.api.get('/log/tile/0/000.p/1'), 'not_found');
    } finally {
      await empty.close();
    }
  });
});
