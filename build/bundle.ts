import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { rolldown } from 'rolldown';
import { keepZodApart, nameClaims, ROOT, swapPortable } from './portable.ts';

/** One file of JavaScript that imports nothing. */
export interface Bundled {
  readonly code: string;
  /** The packages that it has code of, and ours. */
  readonly packages: readonly string[];
}

export interface BundleOptions {
  /** `iife` for a plain script in a page. */
  readonly format: 'esm' | 'iife';
  /** Short names and no white space. */
  readonly minify: boolean;
}

/**
 * Bundles a module of this repository with all that it imports, for any JavaScript of today: no Node, no libsodium. The licences of what
 * is bundled stand at its head. @throws {Error} when something in it cannot be bundled so
 */
export async function bundle(entry: string, { format, minify }: BundleOptions): Promise<Bundled> {
  const build = await rolldown({
    input: join(ROOT, entry),
    cwd: ROOT,
    platform: 'neutral',
    tsconfig: false,
    plugins: [swapPortable, nameClaims, keepZodApart],
    resolve: { mainFields: ['module', 'main'] },
    onLog: (_level, log) => {
      throw new Error(`${entry} cannot be bundled: ${log.message}`);
    },
  });
  try {
    const { output } = await build.generate({ format, minify, comments: false, codeSplitting: false });
    const [chunk, ...more] = output;
    if (more.length > 0 || chunk.imports.length > 0 || chunk.dynamicImports.length > 0)
      throw new Error(`${entry} does not fit into one file: ${chunk.imports.join(', ')}`);
    const used = Object.entries(chunk.modules).flatMap(([id, { renderedLength }]) => (renderedLength > 0 ? packageOf(id) : []));
    const packages = [...new Set(used)].toSorted();
    return { code: `${notice(packages)}${chunk.code}`, packages };
  } finally {
    await build.close();
  }
}

/** The package that a module is of. */
function packageOf(id: string): string[] {
  const [, name] = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(id) ?? [];
  return name === undefined ? [] : [name];
}

/** A comment with the licence of each package, word for word. @throws {Error} for a package that brings none */
function notice(packages: readonly string[]): string {
  const licences = packages.map((name) => {
    const folder = join(ROOT, 'node_modules', name);
    const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string };
    const file = ['LICENSE', 'LICENSE.md', 'LICENCE'].map((one) => join(folder, one)).find(existsSync);
    if (file === undefined) throw new Error(`${name} has no licence beside it`);
    return `${name} ${version}\n\n${readFileSync(file, 'utf8').trim()}`;
  });
  const own = 'MemSync, Apache-2.0 (https://www.apache.org/licenses/LICENSE-2.0). With code of the packages below, each under its licence.';
  return `/*!\n${[own, ...licences].join('\n\n--\n\n').replaceAll('*/', '* /')}\n*/\n`;
}
