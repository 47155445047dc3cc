import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root folder, with a slash at its end. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** One line that oxlint reported, in a file named from the root: `rule` as `no-restricted-imports`. */
export interface Report {
  readonly file: string;
  readonly line: number;
  readonly rule: string;
}

interface Diagnostic {
  /** `plugin(rule)`; absent when the file could not be parsed. */
  readonly code?: string;
  readonly message: string;
  readonly filename: string;
  readonly labels: readonly { readonly span: { readonly line: number } }[];
}

/** Lints `files` (text by path from the root) in a folder of their own, under the repository's own configuration. */
export async function lint(files: ReadonlyMap<string, string>): Promise<Report[]> {
  const folder = await mkdtemp(join(tmpdir(), 'memsync-lint-'));
  try {
    await copyFile(join(ROOT, 'oxlint.config.ts'), join(folder, 'oxlint.config.ts'));
    await writeFile(join(folder, 'package.json'), '{ "type": "module" }\n');
    for (const [path, text] of files) {
      await mkdir(join(folder, dirname(path)), { recursive: true });
      await writeFile(join(folder, path), text);
    }
    return parse(await oxlint(folder));
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** What `oxlint --format json` prints in `folder`; it exits with 1 when there is something to report, so that is no failure. */
function oxlint(folder: string): Promise<string> {
  const args = [join(ROOT, 'node_modules/oxlint/bin/oxlint'), '--format', 'json'];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, { cwd: folder, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      if (stdout.startsWith('{')) resolve(stdout);
      else reject(new Error(`oxlint did not run: ${stdout}${stderr}`, { cause: error }));
    });
  });
}

function parse(output: string): Report[] {
  const { diagnostics } = JSON.parse(output) as { diagnostics: Diagnostic[] };
  return diagnostics.map(({ code, message, filename, labels }) => {
    if (code === undefined) throw new Error(`${filename} does not parse: ${message}`);
    return { file: filename, line: labels[0]?.span.line ?? 0, rule: code.replace(/^.*\((.*)\)$/, '$1') };
  });
}
