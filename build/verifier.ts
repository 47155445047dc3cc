import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundle } from './bundle.ts';
import { buildPage } from './page.ts';

/** Where the declarations of the verifier's entry lie, from the folder of the bundle: as `tsc` writes them into `dist/`. */
const DECLARATIONS = '../src/verify/index.js';

/** Writes `memsync/verify` into a folder: one ES module that imports nothing, its types, and the page that people open. */
export async function buildVerifier(folder: string): Promise<void> {
  const { code } = await bundle('src/verify/index.ts', { format: 'esm', minify: false });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'index.js'), code);
  writeFileSync(join(folder, 'index.d.ts'), `export * from '${DECLARATIONS}';\n`);
  writeFileSync(join(folder, 'index.html'), await buildPage());
}
