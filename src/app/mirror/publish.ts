import { equalBytes, fromUtf8, utf8 } from '../../core/bytes.ts';
import { MemSyncError } from '../../core/errors.ts';
import { type Checkpoint, parseCheckpoint } from '../../log/checkpoint.ts';
import { parseNote } from '../../log/note.ts';
import type { MirrorFiles } from './files.ts';
import { growth, rootAt, type TileSource } from './growth.ts';
import { type Marker, readMarker, writeMarker } from './marker.ts';
import { removeOutgrown } from './tidy.ts';
import { LastingFiles, writeChanged } from './write.ts';

const CHECKPOINT = 'checkpoint';

/** The log as it is to be published. */
export interface MirroredLog extends TileSource {
  /** How many entries it has by now, at least as many as the checkpoint. */
  readonly size: number;
  /** The signed note that is published last. */
  readonly checkpoint: string;
  /** Texts that are served beside the checkpoint, by name. */
  readonly texts: ReadonlyMap<string, string>;
}

/** What publishing came to: the mirror's size, files that were written but for checkpoint and texts, and partial tiles that were removed. */
export interface Published {
  readonly size: number;
  readonly written: number;
  readonly removed: number;
}

/**
 * Brings a mirror up to the log's checkpoint: what it lacks is written beside, made durable and renamed, tiles before the checkpoint that
 * needs them. May be cut off anywhere and run again.
 * @throws {MemSyncError} `mirror_conflict` when the mirror is of another log, ahead of this one or not what this one grew out of; it is left
 * as it is. `config_invalid` for a folder of somebody else's, `data_in_use`, `log_broken`, `store_failed`
 */
export async function publishMirror(log: MirroredLog, files: MirrorFiles): Promise<Published> {
  const head = parseCheckpoint(parseNote(log.checkpoint).text);
  await readMarker(files);
  const release = await files.claim();
  try {
    const marker = (await readMarker(files)) ?? (await begin(files, head.origin));
    const held = await heldBy(files);
    await requireGrownFrom(log, head.origin, files, marker, held);
    const from = held?.size ?? 0;
    const lasting = new LastingFiles(files);
    if (head.size >= from) {
      await requireSigned(log, from, head);
      for await (const piece of growth(log, from, head.size)) for (const { path, bytes } of piece.files) await lasting.put(path, bytes);
      await lasting.settle();
    }
    for (const [name, text] of log.texts) await writeChanged(files, name, utf8(text));
    // A checkpoint that is behind the mirror's, as one with cosignatures may be, waits until it is not.
    if (head.size >= from) await writeChanged(files, CHECKPOINT, utf8(log.checkpoint));
    const removed = await tidy(files, marker, from);
    return { size: Math.max(head.size, from), written: lasting.written, removed };
  } finally {
    await release();
  }
}

/** Marks an empty folder as a mirror, so that a run that is cut off before the first checkpoint knows it again. */
async function begin(files: MirrorFiles, origin: string): Promise<Marker> {
  const marker = { origin, tidied: 0 };
  await writeMarker(files, marker);
  return marker;
}

async function heldBy(files: MirrorFiles): Promise<Checkpoint | null> {
  const bytes = await files.read(CHECKPOINT);
  if (bytes === null) return null;
  try {
    return parseCheckpoint(parseNote(fromUtf8(bytes)).text);
  } catch (cause) {
    throw new MemSyncError(
      'mirror_conflict',
      `${files.place}/${CHECKPOINT} does not read. Delete that one file: the next run goes through all of the mirror and writes it anew.`,
      { cause },
    );
  }
}

/** By roots, not by signatures: keys change, and two roots of one size are two logs whoever signed them. */
async function requireGrownFrom(
  log: MirroredLog,
  origin: string,
  { place }: MirrorFiles,
  marker: Marker,
  held: Checkpoint | null,
): Promise<void> {
  const otherOrigin = [marker.origin, held?.origin ?? origin].find((one) => one !== origin);
  if (otherOrigin !== undefined) {
    throw new MemSyncError(
      'mirror_conflict',
      `${place} mirrors the log ${otherOrigin}; this one is ${origin}. It was left as it is: name another folder in MEMSYNC_LOG_MIRROR.`,
    );
  }
  if (held === null) return;
  if (held.size > log.size) {
    throw new MemSyncError(
      'mirror_conflict',
      `${place} has ${held.size} entries; the log has ${log.size}. It was left as it is, and what it holds has been published: was an older database put in place by hand? Then use \`memsync restore\`.`,
    );
  }
  if (!equalBytes(await rootAt(log, held.size), held.root)) {
    throw new MemSyncError(
      'mirror_conflict',
      `${place} has other entries among its ${held.size} than the log has. It was left as it is: keep it, it shows two histories of one log. Run \`memsync doctor\`.`,
    );
  }
}

/** Goes through what is to be published before any of it is: nothing that does not lead to the signed root gets a name that lasts. */
async function requireSigned(log: MirroredLog, from: number, head: Checkpoint): Promise<void> {
  let root = await rootAt(log, from);
  for await (const piece of growth(log, from, head.size)) root = piece.root;
  if (!equalBytes(root, head.root))
    throw new MemSyncError('log_broken', 'The log’s entries do not lead to the root that its checkpoint signs; nothing was published.');
}

/** Only what the checkpoint before this one had full already: whoever has just read that one still finds what it needs. */
async function tidy(files: MirrorFiles, marker: Marker, size: number): Promise<number> {
  if (size <= marker.tidied) return 0;
  const removed = await removeOutgrown(files, marker.tidied, size);
  await writeMarker(files, { ...marker, tidied: size });
  return removed;
}
