import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildVerifier } from '../../build/verifier.ts';
import type * as Verifier from '../../src/verify/index.ts';
import { ROOT } from '../house/lint.ts';

export type { Verifier };

/** The verifier as `npm run build` makes it, in a folder of its own that goes with the process. */
export async function buildForTest(): Promise<{ readonly folder: string; readonly verifier: typeof Verifier }> {
  const folder = mkdtempSync(join(tmpdir(), 'memsync-verify-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  await buildVerifier(folder);
  const verifier = (await import(pathToFileURL(join(folder, 'index.js')).href)) as typeof Verifier;
  return { folder, verifier };
}

/** The names that a script uses and nowhere declares, and that are none of the language's own. */
export async function freeNames(code: string): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'memsync-names-'));
  try {
    writeFileSync(join(folder, 'code.js'), code);
    writeFileSync(
      join(folder, 'names.json'),
      JSON.stringify({
        categories: { correctness: 'off' },
        env: { builtin: true, es2024: true },
        rules: { 'no-undef': ['error', { typeof: true }] },
      }),
    );
    const args = [join(ROOT, 'node_modules/oxlint/bin/oxlint'), '-c', 'names.json', '--format', 'json', 'code.js'];
    const printed = await new Promise<string>((resolve) => {
      execFile(process.execPath, args, { cwd: folder, maxBuffer: 64 * 1024 * 1024 }, (_error, stdout) => resolve(stdout));
    });
    const { diagnostics } = JSON.parse(printed) as { diagnostics: { message: string }[] };
    return [...new Set(diagnostics.map(({ message }) => /'([^']+)' is not defined/.exec(message)?.[1] ?? message))].toSorted();
  } finally {
    rmSync(folder, { recursive: true });
  }
}
