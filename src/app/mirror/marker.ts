import { fromUtf8, utf8 } from '../../core/bytes.ts';
import { MemSyncError } from '../../core/errors.ts';
import { parseDecimal } from '../../log/decimal.ts';
import { type MirrorFiles, UNFINISHED } from './files.ts';
import { writeWhole } from './write.ts';

const NAME = '.memsync-mirror';
/** What an empty folder may hold: what was cut off before there was a marker, and what a file system keeps at its top. */
const OWN: ReadonlySet<string> = new Set([UNFINISHED, 'lost+found']);
const HEADER = 'memsync log mirror v1';

/** What the mirror says of itself: whose it is, and up to which size its outgrown partial tiles have been removed. */
export interface Marker {
  readonly origin: string;
  readonly tidied: number;
}

/**
 * The mirror's marker; null for a folder with nothing in it.
 * @throws {MemSyncError} `config_invalid` when something else is kept in the folder; `mirror_conflict` when the marker does not read
 */
export async function readMarker(files: MirrorFiles): Promise<Marker | null> {
  const bytes = await files.read(NAME);
  if (bytes !== null) return parse(files, bytes);
  const others = (await files.list('')).filter((name) => !OWN.has(name));
  if (others.length === 0) return null;
  throw new MemSyncError(
    'config_invalid',
    `${files.place} holds something else than a mirror of the log. Name a folder in MEMSYNC_LOG_MIRROR that is empty, or not there yet.`,
  );
}

/** Writes the marker, durably. */
export async function writeMarker(files: MirrorFiles, { origin, tidied }: Marker): Promise<void> {
  await writeWhole(files, NAME, utf8(`${HEADER}\n${origin}\n${tidied}\n`));
  await files.syncFolder('');
}

function parse(files: MirrorFiles, bytes: Uint8Array): Marker {
  try {
    const [header, origin, tidied, end, ...more] = fromUtf8(bytes).split('\n');
    if (header !== HEADER || origin === undefined || tidied === undefined || end !== '' || more.length > 0) throw new Error('no marker');
    return { origin, tidied: parseDecimal(tidied) };
  } catch (cause) {
    throw new MemSyncError('mirror_conflict', `${NAME} in ${files.place} does not read.`, { cause });
  }
}
