import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'rolldown';

/** The repository's root folder, with a slash at its end. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url));

/**
 * What rests on Node, libsodium or WebAssembly, each with a module of the same name in `portable/` that does the same in plain JavaScript, or
 * says that it cannot.
 */
const SWAPPED = ['src/core/encoding.ts', 'src/crypto/sha256.ts', 'src/crypto/ed25519.ts', 'src/crypto/blob-id.ts'];

const PORTABLE: ReadonlyMap<string, string> = new Map(
  SWAPPED.map((path) => join(ROOT, path)).map((path) => [path, join(dirname(path), 'portable', path.slice(dirname(path).length + 1))]),
);

/** Puts the portable modules in the place of Node's and libsodium's. */
export const swapPortable: Plugin = {
  name: 'portable',
  async resolveId(source, importer, options) {
    const found = await this.resolve(source, importer, { ...options, skipSelf: true });
    const portable = found === null ? undefined : PORTABLE.get(found.id);
    return portable === undefined ? found : { ...found, id: portable };
  },
};

/** Where Node finds the claims by looking into their folder, a bundle has them all named. */
export const nameClaims: Plugin = {
  name: 'claims',
  load(id) {
    if (id !== join(ROOT, 'src/claims/kind-modules.ts')) return null;
    const folder = join(ROOT, 'src/claims/kinds');
    const names = readdirSync(folder).filter((name) => name.endsWith('.ts'));
    const imports = names.map((name, i) => `import * as kind${i} from ${JSON.stringify(join(folder, name))};`);
    return `${imports.join('\n')}\nexport const KIND_MODULES = [${names.map((_, i) => `kind${i}`).join(', ')}];\n`;
  },
};

const OWN_GLOBALS = '\0own-globals';

/**
 * Gives zod a place of its own where it would share settings and names with every other zod of the program through `globalThis`, and tells
 * it there to make no code out of text, which a strict Content-Security-Policy forbids.
 */
export const keepZodApart: Plugin = {
  name: 'zod-apart',
  resolveId(source) {
    return source === OWN_GLOBALS ? { id: source, moduleSideEffects: false } : null;
  },
  load(id) {
    return id === OWN_GLOBALS ? 'export const own = { __zod_globalConfig: { jitless: true } };' : null;
  },
  transform(code, id) {
    if (!id.includes('/node_modules/zod/') || !code.includes('globalThis')) return null;
    return { code: `import { own as globalThis } from ${JSON.stringify(OWN_GLOBALS)};\n${code}`, map: null };
  },
};
