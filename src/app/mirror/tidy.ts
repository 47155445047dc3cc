import { encodeTilePath, hashesAtLevel } from '../../log/tile.ts';
import { folderOf, type MirrorFiles } from './files.ts';

/**
 * Removes the partial tiles and bundles of tiles that are full at `size` and were not at `from`, whatever widths there are (C2SP tlog-tiles,
 * "Partial Tiles"). Returns how many files went.
 */
export async function removeOutgrown(files: MirrorFiles, from: number, size: number): Promise<number> {
  let removed = 0;
  for (let level = 0; hashesAtLevel(size, level + 1) > 0; level += 1) {
    for (let index = hashesAtLevel(from, level + 1); index < hashesAtLevel(size, level + 1); index += 1) {
      removed += await removePartial(files, folderOf(encodeTilePath({ kind: 'hashes', level, index, width: 1 })));
      if (level === 0) removed += await removePartial(files, folderOf(encodeTilePath({ kind: 'entries', index, width: 1 })));
    }
  }
  return removed;
}

async function removePartial(files: MirrorFiles, folder: string): Promise<number> {
  const names = await files.list(folder);
  if (names.length === 0) return 0;
  const widths = names.filter((name) => /^[1-9]\d{0,2}$/.test(name));
  for (const width of widths) await files.removeFile(`${folder}/${width}`);
  const empty = widths.length === names.length;
  // Somebody else’s file stays, and its folder with it.
  if (empty) await files.removeFolder(folder);
  await files.syncFolder(empty ? folderOf(folder) : folder);
  return widths.length;
}
