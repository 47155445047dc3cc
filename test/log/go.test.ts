import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { STATEMENT_PAYLOAD_TYPE } from '../../schemas/receipt.ts';
import { issueReceipt } from '../../src/app/issue-receipt.ts';
import { publishMirror } from '../../src/app/mirror/publish.ts';
import { retrieve } from '../../src/app/retrieve.ts';
import { MirrorFolder } from '../../src/config/mirror-folder.ts';
import { base64 } from '../../src/core/bytes.ts';
import { parseEnvelope } from '../../src/crypto/dsse.ts';
import { leafHash } from '../../src/log/merkle.ts';
import { edgeTiles, encodeTilePath, tileWidth } from '../../src/log/tile.ts';
import { inclusionTiles, proveConsistency, proveInclusion } from '../../src/log/tree.ts';
import { encodeVerifierKey } from '../../src/log/verifier-key.ts';
import { receiptEntry } from '../../src/receipts/statement.ts';
import { encoded, type GoCase, GoVerifier, hasGo } from '../support/go-verifier.ts';
import { PaperLog } from '../support/paper-log.ts';
import { World } from '../support/world.ts';
import { forgeriesOf } from './forgeries.ts';

const SIZE = 100_000;
/** Up to here, every pair of sizes and every entry of each size. */
const SMALL = 40;

describe.skipIf(!hasGo)('Go’s own code for transparency logs', () => {
  let go: GoVerifier;
  let log: PaperLog;
  let key: string;
  let ground: string;

  beforeAll(() => {
    go = new GoVerifier();
    log = new PaperLog(SIZE);
    key = encodeVerifierKey(log.key);
    ground = mkdtempSync(join(tmpdir(), 'memsync-gomirror-'));
  }, 180_000);
  afterAll(() => {
    go.close();
    rmSync(ground, { recursive: true, force: true });
  });

  /** Sizes all over the log: each up to `SMALL`, those beside the edges of subtrees and tiles, and some of no note. */
  function sizes(): number[] {
    const some = new Set<number>();
    for (let size = 1; size <= SMALL; size += 1) some.add(size);
    for (let power = 64; power <= SIZE; power *= 2) for (const by of [-1, 0, 1]) some.add(power + by);
    for (const tiles of [3, 255, 257, 300, 390]) for (const by of [-1, 0, 1]) some.add(tiles * 256 + by);
    for (let i = 0; i < 120; i += 1) some.add(((i * 48_271) % SIZE) + 1);
    return [...some.add(SIZE)].filter((size) => size <= SIZE).toSorted((a, b) => a - b);
  }

  function inclusion(index: number, size: number): GoCase {
    const proof = encoded(proveInclusion(index, size, log));
    return {
      id: `${index} in ${size}`,
      kind: 'inclusion',
      size,
      root: base64(log.root(size)),
      index,
      leaf: base64(leafHash(log.entry(index))),
      proof,
    };
  }

  function consistency(old: number, size: number): GoCase {
    const proof = encoded(proveConsistency(old, size, log));
    return { id: `${old} to ${size}`, kind: 'consistency', size, root: base64(log.root(size)), old, oldRoot: base64(log.root(old)), proof };
  }

  function tiles(index: number, size: number): GoCase {
    const own = { level: 0, index: Math.floor(index / 256) };
    const named = [{ ...own, width: tileWidth(size, own) }, ...edgeTiles(size), ...inclusionTiles(index, size)].map((tile) => {
      const bytes = log.tile(tile.level, tile.index).subarray(0, tile.width * 32);
      return [encodeTilePath({ kind: 'hashes', ...tile }), base64(bytes)] as const;
    });
    const { proof: _, ...rest } = inclusion(index, size);
    return { ...rest, kind: 'tiles', tiles: Object.fromEntries(named) };
  }

  function expectAccepted(cases: readonly GoCase[]): void {
    expect(go.cases(cases).filter(({ ok }) => !ok)).toEqual([]);
  }

  it('accepts a mirror of each of these sizes: signature, entries, every tile, proofs by tiles', async () => {
    for (const size of [0, 1, 255, 256, 257, 700, 65_535, 65_536, 65_537, SIZE]) {
      await publishMirror(log.at(size), new MirrorFolder(join(ground, 'mirror')));
      expect(go.mirror(join(ground, 'mirror'), key)).toEqual({ id: 'mirror', ok: true, ...(size === 0 ? {} : { size }) });
    }
  }, 120_000);

  it('accepts every inclusion proof of small logs, and a choice of those of large ones', () => {
    const cases: GoCase[] = [];
    for (const size of sizes()) {
      const some = [0, 1, size >> 1, size - 2, size - 1, (size * 7919) % size, Math.floor((size - 1) / 256) * 256];
      const indexes = size <= SMALL ? Array.from({ length: size }, (_, i) => i) : new Set(some);
      for (const index of indexes) cases.push(inclusion(index, size));
    }
    expect(cases.length).toBeGreaterThan(1500);
    expectAccepted(cases);
  }, 60_000);

  it('accepts every consistency proof between small sizes, and a choice of those between large ones', () => {
    const cases: GoCase[] = [];
    const all = sizes();
    for (const [i, size] of all.entries()) {
      const olds = size <= SMALL ? all.slice(0, i + 1) : [1, size - 1, all[i - 1] ?? 1, all[(i * 31) % i] ?? 1, all[i >> 1] ?? 1];
      for (const old of new Set(olds)) cases.push(consistency(old, size));
      if (size < SIZE) cases.push(consistency(size, SIZE));
    }
    expect(cases.length).toBeGreaterThan(1500);
    expectAccepted(cases);
  }, 60_000);

  it('accepts leaves out of tiles, and asks for none but those that ours names for the proof and the root', () => {
    const cases = [1, 2, 255, 256, 257, 70_000, SIZE].flatMap((size) =>
      [...new Set([0, size >> 1, size - 1])].map((index) => tiles(index, size)),
    );
    expectAccepted(cases);
  });

  it('accepts the proofs of receipts that the service hands out, and each for its own receipt alone', async () => {
    const world = await World.open();
    try {
      const token = await (await world.owner()).grant();
      const receipts = await Promise.all(
        Array.from({ length: 12 }, async (_, i) => {
          const { id: retrievalId } = await retrieve(world.services, token, { query: 'anything' });
          return issueReceipt(world.services, token, { retrievalId, model: { label: 'm' }, output: { text: `answer ${i}` } }, null);
        }),
      );
      const vkey = world.verifierKeys[0] ?? '';
      const entries = receipts.map(({ bundle }) => base64(receiptEntry(parseEnvelope(STATEMENT_PAYLOAD_TYPE, bundle.envelope))));
      const pairs = receipts.flatMap(({ bundle: { proof } }, i) =>
        entries.map((entry, j): GoCase => ({ id: `${i} for ${j}`, kind: 'proof', text: proof, key: vkey, entry })),
      );
      const verdicts = go.cases(pairs);
      expect(verdicts.filter(({ ok }) => ok).map(({ id }) => id)).toEqual(receipts.map((_, i) => `${i} for ${i}`));
    } finally {
      await world.close();
    }
  });

  it('refuses every forgery of checkpoints, proofs and tiles, as ours does', () => {
    const forgeries = forgeriesOf(new PaperLog(700), 700);
    const kinds = new Set(forgeries.map(({ case: { kind } }) => kind));
    expect([...kinds].toSorted()).toEqual(['checkpoint', 'consistency', 'inclusion', 'proof', 'tiles']);
    const verdicts = go.cases(forgeries.map((forgery) => forgery.case));
    const told = forgeries.map(({ name, genuine, ours }, i) => ({ name, genuine, ours: ours(), go: verdicts[i]?.ok }));
    expect(told.filter(({ genuine }) => genuine)).not.toEqual([]);
    expect(told.filter(({ genuine }) => !genuine).length).toBeGreaterThan(300);
    expect(told.filter(({ genuine, ours, go: theirs }) => ours !== genuine || theirs !== genuine)).toEqual([]);
  });

  it('refuses a mirror in which anything is bent', async () => {
    const whole = join(ground, 'whole');
    await publishMirror(new PaperLog(700).at(700), new MirrorFolder(whole));
    expect(go.mirror(whole, key)).toEqual({ id: 'mirror', ok: true, size: 700 });
    const flipped = (at: number) => (bytes: Buffer) => {
      const bent = Buffer.from(bytes);
      bent[at] = (bent[at] ?? 0) ^ 1;
      return bent;
    };
    const bends: readonly (readonly [string, (bytes: Buffer) => Buffer])[] = [
      ['tile/0/000', flipped(8191)],
      ['tile/0/001', flipped(0)],
      ['tile/0/000', (bytes) => bytes.subarray(0, 8160)],
      ['tile/0/000', (bytes) => Buffer.concat([bytes, bytes.subarray(0, 32)])],
      ['tile/0/000', () => readFileSync(join(whole, 'tile/0/001'))],
      [`tile/0/002.p/${700 % 256}`, flipped(100)],
      ['tile/1/000.p/2', flipped(40)],
      ['tile/1/000.p/2', (bytes) => Buffer.concat([bytes.subarray(32), bytes.subarray(0, 32)])],
      ['tile/entries/000', flipped(5)],
      ['tile/entries/001', (bytes) => bytes.subarray(0, -1)],
      ['tile/entries/001', () => readFileSync(join(whole, 'tile/entries/000'))],
      ['checkpoint', flipped(2)],
      ['checkpoint', () => Buffer.from(new PaperLog(700, 699).checkpoint(700))],
      ['checkpoint', () => Buffer.from(new PaperLog(700).checkpoint(699))],
      ['checkpoint', () => Buffer.from(new PaperLog(700, 700, 'log.example/paper', 9).checkpoint(700))],
      ['key', () => Buffer.from(`${encodeVerifierKey(new PaperLog(1, 1, 'log.example/paper', 9).key)}\n`)],
    ];
    for (const [i, [name, bend]] of bends.entries()) {
      const bent = join(ground, `bent-${i}`);
      cpSync(whole, bent, { recursive: true });
      writeFileSync(join(bent, name), bend(readFileSync(join(whole, name))));
      expect({ name, i, ...go.mirror(bent, key) }).toMatchObject({ ok: false });
    }
  });
});
