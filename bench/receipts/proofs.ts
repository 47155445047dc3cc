import { sha256 } from '../../src/crypto/sha256.ts';
import { utf8 } from '../../src/core/bytes.ts';
import { systemRandom } from '../../src/core/random.ts';
import { Redacted } from '../../src/core/redacted.ts';
import { signBytes, signingKeyFromSeed, verifyBytes } from '../../src/crypto/ed25519.ts';
import { signCheckpoint } from '../../src/log/checkpoint.ts';
import { leafHash, nodeHash } from '../../src/log/merkle.ts';
import { encodeProof, verifyProof } from '../../src/log/proof.ts';
import { KnownSubtrees } from '../../src/log/subtrees.ts';
import { growTree, proveInclusion } from '../../src/log/tree.ts';
import { verifierKey } from '../../src/log/verifier-key.ts';
import { median } from '../pace.ts';
import type { Standing } from '../standing.ts';

const TRIES = 400;
const BATCH = 65_536;

/** Size and time of a proof in a log of so many entries. */
export function measureProofs(entries: number): Standing[] {
  const tiles = new Map<string, Uint8Array>();
  const reader = { tile: (level: number, index: number) => tiles.get(`${level}/${index}`) ?? new Uint8Array(0) };
  let root = new Uint8Array(32);
  for (let size = 0; size < entries; size += BATCH) {
    const batch = Array.from({ length: Math.min(BATCH, entries - size) }, (_, i) => leafHash(entryOf(size + i)));
    const grown = growTree(size, batch, reader);
    for (const { level, index, bytes } of grown.tiles) tiles.set(`${level}/${index}`, bytes);
    root = new Uint8Array(grown.root);
  }
  const pair = signingKeyFromSeed(new Redacted(systemRandom.bytes(32)));
  const name = 'bench.example/log';
  const signer = { name, publicKey: pair.publicKey, sign: (message: Uint8Array) => signBytes(pair, message) };
  const checkpoint = signCheckpoint({ origin: name, size: entries, root }, signer);
  const key = verifierKey(name, pair.publicKey);
  const times = { prove: [] as number[], again: [] as number[], verify: [] as number[], signature: [] as number[], hashes: [] as number[] };
  const hashes = Math.ceil(Math.log2(entries));
  const known = new KnownSubtrees();
  let bytes = 0;
  for (let i = 0; i < TRIES; i += 1) {
    const index = Math.floor((i / TRIES) * entries);
    const proof = timed(times.prove, () => encodeProof({ index, hashes: proveInclusion(index, entries, reader), checkpoint }));
    timed(times.again, () => proveInclusion(index, entries, reader, known));
    const leaf = leafHash(entryOf(index));
    timed(times.verify, () => verifyProof(proof, leaf, key, verifyBytes));
    const signature = signer.sign(utf8(checkpoint));
    timed(times.signature, () => verifyBytes(pair.publicKey, utf8(checkpoint), signature));
    bytes = Math.max(bytes, proof.length);
    timed(times.hashes, () => climb(leaf, hashes));
  }
  const among = `of ${entries.toLocaleString('en')} entries`;
  const verify = median(times.verify);
  const alone = median(times.signature);
  return [
    { what: `a proof ${among}`, unit: 'bytes', here: bytes, beside: { what: `its ${hashes} hashes alone`, value: hashes * 32 } },
    {
      what: `making a proof ${among}`,
      unit: 'milliseconds',
      here: median(times.prove),
      beside: { what: `${hashes} hashes of nodes`, value: median(times.hashes) },
    },
    { what: 'making one after others', unit: 'milliseconds', here: median(times.again) },
    {
      what: `verifying a proof ${among}`,
      unit: 'milliseconds',
      here: verify,
      beside: { what: 'its signature alone', value: alone },
      ratio: verify / alone,
    },
  ];
}

/** As many hashes of nodes as lead from a leaf to the root. */
function climb(leaf: Uint8Array, hashes: number): Uint8Array {
  let node = leaf;
  for (let n = 0; n < hashes; n += 1) node = nodeHash(node, leaf);
  return node;
}

function entryOf(index: number): Uint8Array {
  return sha256(utf8(`entry ${index}`));
}

function timed<T>(times: number[], work: () => T): T {
  const began = performance.now();
  const made = work();
  times.push(performance.now() - began);
  return made;
}
