import { createWriteStream } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { type EndLine, EXPORT_FORMAT, type ExportAbout, type ReadmeLine } from '../../../schemas/export-line.ts';
import { Head, Sha256 } from '../../../schemas/primitives.ts';
import { hex, utf8 } from '../../core/bytes.ts';
import { MemSyncError } from '../../core/errors.ts';
import { type AgeTarget, encryptAge } from '../../crypto/age-stream.ts';
import { Sha256Stream } from '../../crypto/sha256.ts';
import type { MemSyncClient } from '../client.ts';
import { encodeLine } from './json-lines.ts';
import type { Spool } from './spool.ts';
import { onDisk, syncFolder } from './whole-file.ts';

/** How often all is read anew when keys or rows go while it is being read. */
const ATTEMPTS = 5;

/** How far an export has come, as the spool keeps it. */
const Position = z.strictObject({
  cursor: z.string().nullable(),
  head: Head,
  rows: z.int(),
  of: z.int(),
  damaged: z.int(),
  counts: z.record(z.string(), z.int()),
  /** Once the file has been written whole under its passing name: its SHA-256 and length. */
  written: z.strictObject({ sha256: Sha256, bytes: z.int() }).nullable(),
});
export type ExportPosition = z.infer<typeof Position>;

/** What the last part of a spool says, or null while there is none. @throws {MemSyncError} `transfer_unfinished` when it is another version's */
export function exportPosition(spool: Spool): ExportPosition | null {
  if (spool.position === null) return null;
  const parsed = Position.safeParse(spool.position);
  if (!parsed.success) throw new MemSyncError('transfer_unfinished', 'The export was begun by another version of MemSync; begin it anew.');
  return parsed.data;
}

export interface ExportSource {
  readonly client: Pick<MemSyncClient, 'exportPage'>;
  readonly vault: string;
  /** The one collection that is asked for, or null for everything. */
  readonly collection: string | null;
  /** Told after each page how many rows there are of how many. */
  readonly progress: (rows: number, of: number) => void;
  /** Told when all has to be read anew. */
  readonly again: () => void;
}

/**
 * Reads everything that is still to be read of an export into its spool, page by page. `renew` gives an empty spool in its place, where all has
 * to be read anew.
 * @throws {MemSyncError} `vault_busy` when the vault does not hold still, and what the service and the spool throw
 */
export async function fetchExport(
  source: ExportSource,
  spool: Spool,
  renew: () => Promise<Spool>,
): Promise<{ spool: Spool; position: ExportPosition }> {
  let current = spool;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const position = await fetchOnce(source, current);
    if (position !== null) return { spool: current, position };
    source.again();
    current = await renew();
  }
  throw new MemSyncError('vault_busy', 'Keys of the vault, or rows, keep going while it is read; try again later.');
}

/** Null when keys or rows have gone meanwhile. */
async function fetchOnce({ client, vault, collection, progress }: ExportSource, spool: Spool): Promise<ExportPosition | null> {
  let position = exportPosition(spool);
  let coming = position === null ? client.exportPage(vault, collection === null ? {} : { collection }) : null;
  if (position !== null && position.cursor !== null) coming = client.exportPage(vault, { cursor: position.cursor });
  while (coming !== null) {
    const page = await coming;
    if (page.moved) return null;
    // The next page is on its way while this one is being kept.
    coming = page.cursor === null ? null : ahead(client.exportPage(vault, { cursor: page.cursor }));
    const lines: Uint8Array[] = [];
    if (position === null) {
      if (page.about === undefined) throw new MemSyncError('service_lied', 'The service does not say what its export is of.');
      const { head, rows } = page.about;
      position = { cursor: '', head, rows: 0, of: rows, damaged: 0, counts: { readme: 1 }, written: null };
      lines.push(encodeLine(readmeOf(page.about)));
    }
    const counts: Record<string, number> = { ...position.counts };
    let { rows, damaged } = position;
    for (const line of page.lines) {
      lines.push(encodeLine(line));
      counts[line.type] = (counts[line.type] ?? 0) + 1;
      if (line.type !== 'version') continue;
      if (line.version === 1) rows += 1;
      if (line.header === null) damaged += 1;
    }
    position = { ...position, cursor: page.cursor, rows, damaged, counts };
    await spool.append(lines, position);
    progress(rows, position.of);
  }
  return position;
}

/** What is waited for later: should it fail before, that is told then. */
export function ahead<T>(work: Promise<T>): Promise<T> {
  work.catch(() => undefined);
  return work;
}

function readmeOf(about: ExportAbout): ReadmeLine {
  const text = [
    'This is everything that a MemSync vault holds: what is remembered, with its whole history.',
    'Each line after this one is a JSON object; "type" says what it is. To see what is remembered:',
    '  age -d FILE | jq -r \'select(.type == "version" and (.now.standing == "live" or .now.standing == "contested")) | .text\'',
    'To take it up elsewhere: memsync import FILE (docs/guide.md, "Taking it along").',
    'Whoever has this file and its passphrase (or identity) can read all of it. The format is in docs/formats.md, "The export".',
    'Texts are shown as they were said; how far each may still be relied on is in "now": its tier, and when the owner last stood behind it.',
  ];
  const part =
    about.collection === null ? [] : ['It holds one collection alone: rows can be read and imported, the vault cannot be rebuilt from it.'];
  return { type: 'readme', format: EXPORT_FORMAT, text: [...text, ...part], ...about };
}

/** Where an export is written to while it is not whole. */
export function partPath(path: string): string {
  return `${path}.part`;
}

/**
 * Writes a fetched export as one age file beside `path`, durable when this returns. Returns the file's SHA-256 and length.
 * @throws {MemSyncError} `store_failed`, `input_invalid` (a recipient that is none), `transfer_damaged`
 */
export async function writePart(
  spool: Spool,
  position: ExportPosition,
  path: string,
  target: AgeTarget,
): Promise<{ sha256: string; bytes: number }> {
  const digest = new Sha256Stream();
  let bytes = 0;
  const measured = async function* (): AsyncGenerator<Uint8Array> {
    for await (const piece of encryptAge(plainLines(spool, position), target)) {
      digest.add(piece);
      bytes += piece.length;
      yield piece;
    }
  };
  return onDisk(async () => {
    await pipeline(Readable.from(measured()), createWriteStream(partPath(path), { mode: 0o600 }));
    const file = await open(partPath(path), 'r+');
    try {
      await file.sync();
    } finally {
      await file.close();
    }
    return { sha256: hex(digest.digest()), bytes };
  });
}

/** Gives a whole export its name. @throws {MemSyncError} `store_failed` */
export async function placePart(path: string): Promise<void> {
  await onDisk(async () => {
    await rename(partPath(path), path);
    await syncFolder(dirname(path));
  });
}

async function* plainLines(spool: Spool, { counts, damaged }: ExportPosition): AsyncGenerator<Uint8Array> {
  const digest = new Sha256Stream();
  for await (const { bytes } of spool.parts()) {
    if (bytes.length === 0) continue;
    digest.add(bytes);
    yield bytes;
  }
  const end: EndLine = { type: 'end', counts, damaged, sha256: hex(digest.digest()) };
  yield utf8(`${JSON.stringify(end)}\n`);
}
