import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { publishLogJob } from '../../../jobs/publish-log.ts';
import { runJob } from '../../../jobs/run.ts';
import { issueReceipt } from '../../../src/app/issue-receipt.ts';
import { readKeyStatements } from '../../../src/app/log-reads.ts';
import { publishLog } from '../../../src/app/mirror/publish-log.ts';
import { retrieve } from '../../../src/app/retrieve.ts';
import type { Services } from '../../../src/app/services.ts';
import { MirrorFolder } from '../../../src/config/mirror-folder.ts';
import { encodeTilePath, tilesOf } from '../../../src/log/tile.ts';
import { parseVerifierKey } from '../../../src/log/verifier-key.ts';
import { checkMirror } from '../../support/mirror-check.ts';
import { addEntries, stateKeys } from '../../support/operator.ts';
import { Site } from '../../support/site.ts';
import { World } from '../../support/world.ts';

let site: Site;
let folder: string;
let services: Services;

beforeEach(async () => {
  site = await Site.open();
  folder = join(site.world.folder, 'mirror');
  services = { ...site.world.services, mirror: new MirrorFolder(folder) };
});
afterEach(() => site.close());

const check = () =>
  checkMirror((name) => readFile(join(folder, name)).catch(() => null), parseVerifierKey(site.world.verifierKeys[0] ?? ''));

async function receipts(token: string, count: number): Promise<void> {
  const one = async (i: number): Promise<void> => {
    const { id: retrievalId } = await retrieve(services, token, { query: 'anything' });
    await issueReceipt(services, token, { retrievalId, model: { label: 'm' }, output: { text: `answer ${i}` } }, null);
  };
  await Promise.all(Array.from({ length: count }, (_, i) => one(i)));
}

it('publishes what the service itself serves, under the same paths, byte for byte', async () => {
  const token = await (await site.owner()).grant();
  expect(await publishLog(services)).toEqual({ mirrors: 1, size: 0, written: 0, removed: 0 });
  expect(await check()).toMatchObject({ size: 0 });
  for (const [more, size] of [
    [3, 3],
    [260, 263],
  ] as const) {
    await receipts(token, more);
    expect(await publishLog(services)).toMatchObject({ mirrors: 1, size });
    expect(await check()).toMatchObject({ size });
    const paths = ['checkpoint', 'key'];
    for (const { level, index, width } of tilesOf(size)) {
      paths.push(encodeTilePath({ kind: 'hashes', level, index, width }));
      if (level === 0) paths.push(encodeTilePath({ kind: 'entries', index, width }));
    }
    for (const path of paths) {
      const served = new Uint8Array(await (await fetch(`${site.url}/log/${path}`)).arrayBuffer());
      expect(Buffer.from(served).equals(readFileSync(join(folder, path))), path).toBe(true);
    }
  }
});

it('is a job that says what it did, that there is nothing to do, or what is in its way', async () => {
  const run = async (some = services) => {
    site.world.clock.advance(60_000);
    return runJob(some, publishLogJob, { worker: 'w' });
  };
  expect(await run(site.world.services)).toMatchObject({ outcome: 'done', report: { mirrors: 0 } });
  await receipts(await (await site.owner()).grant(), 2);
  expect(await run()).toMatchObject({ outcome: 'done', report: { mirrors: 1, size: 2, written: 2 } });
  expect(await run()).toMatchObject({ outcome: 'done', report: { mirrors: 1, size: 2, written: 0 } });
  const other = await Site.open();
  try {
    const elsewhere = { ...other.world.services, mirror: services.mirror };
    expect(await run(elsewhere)).toMatchObject({ outcome: 'failed', report: { error: 'mirror_conflict' } });
  } finally {
    await other.close();
  }
  expect(await check()).toMatchObject({ size: 2 });
});

it('goes on under another key that the operator’s root has stated, and has its statements beside it', async () => {
  const world = await World.open();
  try {
    const mirrored = (): Services => ({ ...world.services, mirror: new MirrorFolder(folder) });
    const text = (name: string): string | null => (existsSync(join(folder, name)) ? readFileSync(join(folder, name), 'utf8') : null);
    const held = () => checkMirror((name) => readFile(join(folder, name)).catch(() => null), parseVerifierKey(world.verifierKeys[0] ?? ''));
    await addEntries(world.services, 'one', 'two');
    await publishLog(mirrored());
    expect([(await held())?.size, text('keys')]).toEqual([2, null]);
    await stateKeys(world);
    const before = world.verifierKeys[0];
    await stateKeys(world, { log: true });
    expect(world.verifierKeys[0]).not.toBe(before);
    await addEntries(world.services, 'three');
    expect(await publishLog(mirrored())).toMatchObject({ size: 3 });
    expect((await held())?.size).toBe(3);
    expect(text('keys')).toBe(readKeyStatements(world.services));
    expect(text('key')).toBe(world.verifierKeys.map((line) => `${line}\n`).join(''));
  } finally {
    await world.close();
  }
});
