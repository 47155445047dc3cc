import { base64, equalBytes, utf8 } from '../../src/core/bytes.ts';
import { verifyBytes } from '../../src/crypto/ed25519.ts';
import { verifyCheckpoint } from '../../src/log/checkpoint.ts';
import { leafHash, verifyConsistency, verifyInclusion } from '../../src/log/merkle.ts';
import { encodeProof, verifyProof } from '../../src/log/proof.ts';
import { encodeTilePath, tilesOf } from '../../src/log/tile.ts';
import { proveConsistency, proveInclusion, treeRoot } from '../../src/log/tree.ts';
import { encodeVerifierKey, parseVerifierKey } from '../../src/log/verifier-key.ts';
import { encoded, type GoCase } from '../support/go-verifier.ts';
import { PaperLog } from '../support/paper-log.ts';
import { bentHashes, bentNotes, flip } from './bent.ts';

/** Something to be verified: a forgery by `name`, or genuine. `ours` says whether our own verifier accepts it. */
export interface Forgery {
  readonly name: string;
  readonly genuine: boolean;
  readonly case: GoCase;
  readonly ours: () => boolean;
}

/** The genuine article of each kind that the log's first `size` entries have, and all that is made of it by bending it. */
export function forgeriesOf(log: PaperLog, size: number): Forgery[] {
  return [...checkpoints(log, size), ...proofs(log, size), ...inclusions(log, size), ...consistencies(log, size), ...tiles(log, size)];
}

function accepts(verify: () => unknown): boolean {
  try {
    verify();
    return true;
  } catch {
    return false;
  }
}

function checkpoints(log: PaperLog, size: number): Forgery[] {
  const key = encodeVerifierKey(log.key);
  const one = (name: string, text: string, genuine = false, vkey = key): Forgery => ({
    name: `checkpoint: ${name}`,
    genuine,
    case: { id: `checkpoint: ${name}`, kind: 'checkpoint', text, key: vkey },
    ours: () => accepts(() => verifyCheckpoint(text, parseVerifierKey(vkey), verifyBytes)),
  });
  const note = log.checkpoint(size);
  const other = encodeVerifierKey(new PaperLog(1, 1, log.key.name, 9).key);
  const misnamed = key.replace(/\+[0-9a-f]{8}\+/, '+00000000+');
  return [
    one('genuine', note, true),
    one('checked with another key', note, false, other),
    one('checked with a key under another id', note, false, misnamed),
    ...bentNotes(log, size).map(([name, text]) => one(name, text)),
  ];
}

function proofs(log: PaperLog, size: number): Forgery[] {
  const index = 300;
  const key = encodeVerifierKey(log.key);
  const hashes = proveInclusion(index, size, log);
  const genuine = { index, hashes, checkpoint: log.checkpoint(size) };
  const text = encodeProof(genuine);
  const one = (name: string, proof: string, good = false, entry = log.entry(index)): Forgery => ({
    name: `proof: ${name}`,
    genuine: good,
    case: { id: `proof: ${name}`, kind: 'proof', text: proof, key, entry: base64(entry) },
    ours: () => accepts(() => verifyProof(proof, leafHash(entry), log.key, verifyBytes)),
  });
  const encodedAs = (more: Partial<typeof genuine>): string => encodeProof({ ...genuine, ...more });
  return [
    one('genuine', text, true),
    one('genuine, with bytes that nobody signs', encodeProof({ ...genuine, extra: utf8('anything') }), true),
    one('of another entry', text, false, log.entry(index + 1)),
    one('of no entry', text, false, new Uint8Array(0)),
    one('of a leaf’s hash', text, false, leafHash(log.entry(index))),
    one('for the next index', encodedAs({ index: index + 1 })),
    one('for an index past the end', encodedAs({ index: size })),
    one('under an older checkpoint', encodedAs({ checkpoint: log.checkpoint(size - 200) })),
    one('under another log’s checkpoint', encodedAs({ checkpoint: new PaperLog(size, size, 'log.example/other').checkpoint(size) })),
    one('under a fork’s checkpoint', encodedAs({ checkpoint: new PaperLog(size, 299).checkpoint(size) })),
    one('of another version', text.replace('@v1', '@v2')),
    one('without its first line', text.slice(text.indexOf('\n') + 1)),
    one('with a leading zero', text.replace('index ', 'index 0')),
    one('with a negative index', text.replace('index ', 'index -')),
    one('without an index', text.replace(/index \d+\n/, '')),
    one('with a hash of 31 bytes', text.replace(base64(hashes[0] ?? utf8('')), base64((hashes[0] ?? utf8('')).subarray(1)))),
    one('with a blank line among its hashes', text.replace(`${base64(hashes[2] ?? utf8(''))}\n`, '\n')),
    one('without a checkpoint', text.slice(0, text.indexOf('\n\n') + 2)),
    ...bentHashes(hashes).map(([name, bent]) => one(name, encodedAs({ hashes: bent }))),
    ...bentNotes(log, size).map(([name, note]) =>
      one(`under a checkpoint with ${name}`, `${text.slice(0, text.indexOf('\n\n') + 2)}${note}`),
    ),
  ];
}

function inclusions(log: PaperLog, size: number): Forgery[] {
  return [0, 255, 256, size - 1].flatMap((index) => {
    const leaf = leafHash(log.entry(index));
    const proof = proveInclusion(index, size, log);
    const root = log.root(size);
    const genuine = { index, size, leaf, proof, root };
    const one = (name: string, more: Partial<typeof genuine>, good = false): Forgery => {
      const all = { ...genuine, ...more };
      const id = `inclusion of ${index}: ${name}`;
      const sent = { size: all.size, root: base64(all.root), index: all.index, leaf: base64(all.leaf), proof: encoded(all.proof) };
      return {
        name: id,
        genuine: good,
        case: { id, kind: 'inclusion', ...sent },
        ours: () => accepts(() => verifyInclusion(all.index, all.size, all.leaf, all.proof, all.root)),
      };
    };
    return [
      one('genuine', {}, true),
      one('another leaf', { leaf: leafHash(log.entry((index + 1) % size)) }),
      one('the root as the leaf', { leaf: root, proof: [] }),
      one('another root', { root: flip(root, 0) }),
      one('the root of another size', { root: log.root(size - 1) }),
      one('another index', { index: index ^ 1 }),
      one('an index past the end', { index: size + index }),
      one('a negative index', { index: -1 }),
      one('no tree', { size: 0 }),
      one('a tree of half the size', { size: size >> 1 }),
      one('a tree of twice the size', { size: size * 2 }),
      one('an inner node as a leaf of a smaller tree', { size: Math.ceil(size / 2), index: index >> 1, proof: proof.slice(1), leaf }),
      ...bentHashes(proof).map(([name, bent]) => one(name, { proof: bent })),
    ];
  });
}

function consistencies(log: PaperLog, size: number): Forgery[] {
  return [1, 255, 256, 257, 512, size - 1].flatMap((old) => {
    const genuine = { old, size, oldRoot: log.root(old), root: log.root(size), proof: proveConsistency(old, size, log) };
    const one = (name: string, more: Partial<typeof genuine>, good = false): Forgery => {
      const all = { ...genuine, ...more };
      const id = `consistency from ${old}: ${name}`;
      const sent = { size: all.size, root: base64(all.root), old: all.old, oldRoot: base64(all.oldRoot), proof: encoded(all.proof) };
      return {
        name: id,
        genuine: good,
        case: { id, kind: 'consistency', ...sent },
        ours: () => accepts(() => verifyConsistency(all.old, all.size, all.proof, all.oldRoot, all.root)),
      };
    };
    const fork = new PaperLog(size, old - 1);
    return [
      one('genuine', {}, true),
      one('another old root', { oldRoot: flip(genuine.oldRoot, 7) }),
      one('another new root', { root: flip(genuine.root, 7) }),
      one('the roots swapped', { root: genuine.oldRoot, oldRoot: genuine.root }),
      one('a fork before it', { oldRoot: fork.root(old) }),
      one('a fork’s new root', { root: fork.root(size) }),
      one('a fork’s proof', { root: fork.root(size), proof: proveConsistency(old, size, fork) }),
      one('from nothing', { old: 0 }),
      one('backwards', { old: size, size: old }),
      one('one size for both', { size: old }),
      ...bentHashes(genuine.proof).map(([name, bent]) => one(name, { proof: bent })),
    ];
  });
}

function tiles(log: PaperLog, size: number): Forgery[] {
  const index = 300;
  const all = new Map(
    [...tilesOf(size)].map(({ level, index: at, width }) => [
      encodeTilePath({ kind: 'hashes', level, index: at, width }),
      log.tile(level, at).subarray(0, width * 32),
    ]),
  );
  const read = [...all.keys()];
  const one = (name: string, bent: ReadonlyMap<string, Uint8Array>, good = false): Forgery => ({
    name: `tiles: ${name}`,
    genuine: good,
    case: {
      id: `tiles: ${name}`,
      kind: 'tiles',
      size,
      root: base64(log.root(size)),
      index,
      leaf: base64(leafHash(log.entry(index))),
      tiles: Object.fromEntries([...bent].map(([path, bytes]) => [path, base64(bytes)])),
    },
    ours: () => accepts(() => requireTiles(log, size, index, bent)),
  });
  const bend = (path: string, change: (bytes: Uint8Array) => Uint8Array): ReadonlyMap<string, Uint8Array> =>
    new Map(all).set(path, change(all.get(path) ?? new Uint8Array(0)));
  const own = encodeTilePath({ kind: 'hashes', level: 0, index: 1, width: 256 });
  return [
    one('genuine', all, true),
    one(
      'the leaf’s own, a bit of the leaf',
      bend(own, (bytes) => flip(bytes, (index - 256) * 32)),
    ),
    one(
      'the leaf’s own, a bit elsewhere',
      bend(own, (bytes) => flip(bytes, 8000)),
    ),
    one(
      'the leaf’s own, another in its place',
      bend(own, () => log.tile(0, 0)),
    ),
    one('the leaf’s own, two hashes swapped', bend(own, swapFirst)),
    ...read
      .flatMap((path) => [
        one(
          `${path} cut by a hash`,
          bend(path, (bytes) => bytes.subarray(0, -32)),
        ),
        one(
          `${path} cut by a byte`,
          bend(path, (bytes) => bytes.subarray(0, -1)),
        ),
        one(
          `${path} empty`,
          bend(path, () => new Uint8Array(0)),
        ),
      ])
      .filter(({ name }) => !name.includes('tile/0/000') && !name.includes('tile/0/002.p/188 cut by a hash')),
    one('the level above, two hashes swapped', bend('tile/1/000.p/2', swapFirst)),
    one(
      'the level above, a bit',
      bend('tile/1/000.p/2', (bytes) => flip(bytes, 33)),
    ),
  ];
}

function swapFirst(bytes: Uint8Array): Uint8Array {
  return Uint8Array.of(...bytes.subarray(32, 64), ...bytes.subarray(0, 32), ...bytes.subarray(64));
}

/** As a client of ours reads a leaf out of tiles: they are of the widths that the size has, and lead to the root. */
function requireTiles(log: PaperLog, size: number, index: number, bent: ReadonlyMap<string, Uint8Array>): void {
  const held = new Map<string, Uint8Array>();
  for (const { level, index: at, width } of tilesOf(size)) {
    const bytes = bent.get(encodeTilePath({ kind: 'hashes', level, index: at, width })) ?? new Uint8Array(0);
    if (bytes.length !== width * 32) throw new Error('a tile is cut');
    held.set(`${level}/${at}`, bytes);
  }
  const reader = { tile: (level: number, at: number) => held.get(`${level}/${at}`) ?? new Uint8Array(0) };
  if (!equalBytes(treeRoot(size, reader), log.root(size))) throw new Error('the tiles lead elsewhere');
  const leaf = leafHash(log.entry(index));
  if (!equalBytes(reader.tile(0, Math.floor(index / 256)).subarray((index % 256) * 32, (index % 256) * 32 + 32), leaf))
    throw new Error('another leaf');
  verifyInclusion(index, size, leaf, proveInclusion(index, size, reader), log.root(size));
}
