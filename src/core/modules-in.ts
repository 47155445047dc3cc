import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Every module that lies in a folder (a `file:` URL with a slash at its end), in the order of their names, imported. */
export async function modulesIn(folder: URL): Promise<readonly object[]> {
  const names = readdirSync(fileURLToPath(folder)).filter((name) => /^[^.]+\.[jt]s$/.test(name));
  return Promise.all(names.toSorted().map((name): Promise<object> => import(new URL(name, folder).href)));
}
