import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildVerifier } from '../../build/verifier.ts';
import { verifyBundle } from '../../src/receipts/verify.ts';
import { ROOT } from '../house/lint.ts';
import { build, NOON, OUTPUT_TEXT } from '../receipts/build.ts';

const TSC = join(ROOT, 'node_modules/typescript/bin/tsc');
/** The Node of this repository, and the machine's own where it has one: the verifier asks for 20. */
const NODES = [process.execPath, '/usr/local/bin/node', '/usr/bin/node'].filter((path) => existsSync(path));

const USER = `
import { type Verdict, verifyBundle, verifyCertificate, isMemSyncError } from 'memsync/verify';

const verdict: Verdict = verifyBundle('{}', { verifierKeys: ['x'] }, 0, { outputText: 'y' });
export const status: 'absent' | 'asserted' | 'pending' | 'verified' | 'failed' | undefined = verdict.claims[0]?.status;
export const ages: number[] = verdict.rows.flatMap((row) => (row.disclosed ? [row.ageSecondsThen] : []));
export function code(text: string): string | null {
  try {
    return verifyCertificate(text, { verifierKeys: [] }).statement.predicate.vault;
  } catch (error) {
    return isMemSyncError(error) ? error.code : null;
  }
}
`;

/** A folder with nothing in it but the package as `npm pack` ships it, with what the build makes of the verifier. */
let folder: string;
const inPackage = (): string => join(folder, 'user/node_modules/memsync');

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'memsync-packed-'));
  const stage = join(folder, 'stage');
  mkdirSync(stage);
  for (const file of ['package.json', 'LICENSE', 'README.md']) cpSync(join(ROOT, file), join(stage, file));
  await buildVerifier(join(stage, 'dist/verify'));
  const types = ['-p', join(ROOT, 'tsconfig.build.json'), '--emitDeclarationOnly', '--outDir', join(stage, 'dist')];
  spawnSync(process.execPath, [TSC, ...types]);
  execFileSync('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder], { cwd: stage });
  const packed = readdirSync(folder).find((name) => name.endsWith('.tgz'));
  mkdirSync(inPackage(), { recursive: true });
  execFileSync('tar', ['-xzf', join(folder, packed ?? ''), '-C', inPackage(), '--strip-components=1']);
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Type-checks a program in the user's folder, and gives what the compiler prints; nothing where it has no complaint. */
function complaints(program: string, options: Record<string, unknown>): string {
  const user = join(folder, 'user');
  writeFileSync(join(user, 'program.ts'), program);
  const compilerOptions = { target: 'es2022', strict: true, noEmit: true, types: [], lib: ['es2022', 'dom'], ...options };
  writeFileSync(join(user, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['program.ts'] }));
  return spawnSync(process.execPath, [TSC, '-p', user], { encoding: 'utf8' }).stdout;
}

describe('the packed package', () => {
  it('has the verifier, its types and the page', () => {
    expect(readdirSync(join(inPackage(), 'dist/verify')).toSorted()).toEqual(['index.d.ts', 'index.html', 'index.js']);
    const { exports } = JSON.parse(readFileSync(join(inPackage(), 'package.json'), 'utf8')) as { exports: Record<string, unknown> };
    expect(Object.keys(exports)).toEqual(['./verify', './package.json']);
  });

  it.each(NODES)('verifies in a folder where nothing else is installed (%s)', (node) => {
    const { text, trust } = build();
    const script = `
      import { verifyBundle } from 'memsync/verify';
      const [text, trust, at, output] = process.argv.slice(1);
      console.log(JSON.stringify(verifyBundle(text, JSON.parse(trust), Number(at), { outputText: output })));`;
    const args = ['--input-type=module', '-e', script, text, JSON.stringify(trust), String(NOON + 60_000), OUTPUT_TEXT];
    const verdict: unknown = JSON.parse(execFileSync(node, args, { cwd: join(folder, 'user'), encoding: 'utf8' }));
    expect(verdict).toEqual(JSON.parse(JSON.stringify(verifyBundle(text, trust, NOON + 60_000, { outputText: OUTPUT_TEXT }))));
    expect(verdict).toMatchObject({ ok: true });
  });

  it('lets nobody import the rest of it', () => {
    const script = "import('memsync/dist/verify/index.js').then(() => console.log('open'), ({ code }) => console.log(code))";
    const printed = execFileSync(process.execPath, ['-e', script], { cwd: join(folder, 'user'), encoding: 'utf8' });
    expect(printed).toBe('ERR_PACKAGE_PATH_NOT_EXPORTED\n');
  });

  it.each([
    ['Node', { module: 'nodenext', moduleResolution: 'nodenext' }],
    ['a bundler', { module: 'esnext', moduleResolution: 'bundler' }],
  ])('has types for whoever builds for %s', (_for, options) => {
    symlinkSync(join(ROOT, 'node_modules/zod'), join(folder, 'user/node_modules/zod'));
    try {
      expect(complaints(USER, { ...options, skipLibCheck: true })).toBe('');
      expect(complaints(USER.replace('verdict.claims[0]?.status;', 'verdict.claims;'), { ...options, skipLibCheck: true })).toContain(
        'TS2322',
      );
    } finally {
      rmSync(join(folder, 'user/node_modules/zod'));
    }
  });
});
