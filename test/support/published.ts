import { existsSync, readFileSync } from 'node:fs';

const FOLDER = '../shared/data/vectors';

/** A file of published vectors as JSON, or null, said aloud, where the folder beside the repository is absent. */
export function publishedVectors<T>(path: string, read: (value: unknown) => T): T | null {
  const text = publishedText(path);
  return text === null ? null : read(JSON.parse(text));
}

/** As `publishedVectors`, for the file's text. */
export function publishedText(path: string): string | null {
  const file = `${FOLDER}/${path}`;
  if (existsSync(file)) return readFileSync(file, 'utf8');
  console.warn(`SKIPPED: the published vectors are not at ${file}`);
  return null;
}
