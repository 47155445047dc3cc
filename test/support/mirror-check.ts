import { equalBytes, fromUtf8, hex } from '../../src/core/bytes.ts';
import { verifyBytes } from '../../src/crypto/ed25519.ts';
import { type Checkpoint, verifyCheckpoint } from '../../src/log/checkpoint.ts';
import { parseEntryBundle } from '../../src/log/entry-bundle.ts';
import { leafHash } from '../../src/log/merkle.ts';
import { encodeTilePath, type TilePath, tilesOf } from '../../src/log/tile.ts';
import { treeRoot } from '../../src/log/tree.ts';
import type { VerifierKey } from '../../src/log/verifier-key.ts';

/** Reads a file of a mirror, or null where there is none. */
export type ReadMirror = (name: string) => Promise<Uint8Array | null>;

/**
 * Goes through a mirror as a stranger does who has the log's key: the checkpoint's signature, every tile and bundle that it needs, each at its
 * width, and the root that they lead to. Null where nothing has been published yet. @throws where it does not hold
 */
export async function checkMirror(read: ReadMirror, key: VerifierKey): Promise<Checkpoint | null> {
  const note = await read('checkpoint');
  if (note === null) return null;
  const checkpoint = verifyCheckpoint(fromUtf8(note), key, verifyBytes);
  const file = async (path: TilePath): Promise<Uint8Array> => {
    const bytes = await read(encodeTilePath(path));
    if (bytes === null) throw new Error(`${encodeTilePath(path)} is missing at ${checkpoint.size} entries`);
    return bytes;
  };
  const tiles = new Map<string, Uint8Array>();
  for (const { level, index, width } of tilesOf(checkpoint.size)) {
    const bytes = await file({ kind: 'hashes', level, index, width });
    if (bytes.length !== width * 32) throw new Error(`tile ${level}/${index} has ${bytes.length} bytes for ${width} hashes`);
    tiles.set(`${level}/${index}`, bytes);
    if (level > 0) continue;
    const leaves = parseEntryBundle(await file({ kind: 'entries', index, width })).map((entry) => hex(leafHash(entry)));
    if (leaves.join('') !== hex(bytes)) throw new Error(`bundle ${index} does not hash to its tile`);
  }
  const root = treeRoot(checkpoint.size, { tile: (level, index) => tiles.get(`${level}/${index}`) ?? new Uint8Array(0) });
  if (!equalBytes(root, checkpoint.root)) throw new Error('the mirror’s tiles do not lead to its root');
  return checkpoint;
}
