import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { verifyBundle } from '../../src/receipts/verify.ts';
import { build, NOON, OUTPUT_TEXT } from '../receipts/build.ts';
import { buildForTest, freeNames, type Verifier } from '../support/bundled.ts';

let folder: string;
let code: string;
let verifier: typeof Verifier;

beforeAll(async () => {
  ({ folder, verifier } = await buildForTest());
  code = readFileSync(join(folder, 'index.js'), 'utf8');
});

/** The file without its comments: what a machine reads of it. The licences at its head are prose. */
const program = (): string => code.slice(code.indexOf('*/') + 2);

const OTHERS: readonly (readonly [string, RegExp])[] = [
  ['imports', /^\s*import\b|\bimport\s*\(|\bimport\.meta\b|\bexport\b[^;]*\bfrom\b/m],
  ['a module of Node', /['"`]node:/],
  ['Buffer', /\bBuffer\b/],
  ['process', /\bprocess\s*(?:\.(?!call)|\[|\?)|\bglobalThis\s*\.\s*process\b/],
  ['require', /\brequire\s*\(/],
  ['the network', /\bfetch\s*\(|\bXMLHttpRequest\b|\bWebSocket\b|\bEventSource\b|\bsendBeacon\b|\bRTCPeerConnection\b|\bimportScripts\b/],
  ['storage', /\blocalStorage\b|\bsessionStorage\b|\bindexedDB\b|\bdocument\s*\.\s*cookie\b/],
  ['the clock', /\bDate\s*\.\s*now\b|\bperformance\s*\.\s*now\b|\bnew\s+Date\s*\(\s*\)/],
];

describe('the bundled verifier', () => {
  it.each(OTHERS)('has nothing of %s', (_what, pattern) => {
    expect(program().match(pattern)?.[0] ?? null).toBeNull();
  });

  it('uses no name but the language’s own, and what turns text into bytes', async () => {
    // URL, atob and the name of the browser are zod's, for kinds of strings that no format here has.
    expect(await freeNames(code)).toEqual(['TextDecoder', 'TextEncoder', 'URL', 'atob', 'navigator']);
    expect(await freeNames(`${code}\nfetch(Buffer.from(process.argv[0]));`)).toEqual(
      expect.arrayContaining(['Buffer', 'fetch', 'process']),
    );
  });

  it('reaches through globalThis for nothing but random bytes, which verifying never draws, and RSA', () => {
    const reached = Array.from(program().matchAll(/.*\bglobalThis\b.*/g), ([line]) => line.trim());
    expect(reached).toEqual([
      'const cr = typeof globalThis === "object" ? globalThis.crypto : null;',
      'const { subtle } = globalThis.crypto;',
    ]);
  });

  it('brings the licence of every package in it', () => {
    const notice = code.slice(0, code.indexOf('*/'));
    for (const name of ['@noble/curves', '@noble/hashes', 'canonicalize', 'zod']) {
      const licence = readFileSync(join('node_modules', name, 'LICENSE'), 'utf8').trim();
      expect(notice).toContain(name);
      expect(notice).toContain(licence);
    }
  });

  it('has declarations beside it, and hands out no more than they say', () => {
    expect(readFileSync(join(folder, 'index.d.ts'), 'utf8')).toBe("export * from '../src/verify/index.js';\n");
    expect(Object.keys(verifier).toSorted()).toEqual([
      'MemSyncError',
      'isMemSyncError',
      'looksLikeCase',
      'looksLikeCertificate',
      'readClaimTrust',
      'rejudge',
      'verifyBundle',
      'verifyCaseBundle',
      'verifyCertificate',
    ]);
  });

  it('comes to the verdict that the source comes to', () => {
    for (const { text, trust } of [build(), build({ evidence: 'none' }), build({ records: [] })]) {
      const inHand = { outputText: OUTPUT_TEXT };
      const verdict = verifier.verifyBundle(text, trust, NOON + 60_000, inHand);
      expect(verdict).toEqual(verifyBundle(text, trust, NOON + 60_000, inHand));
      expect(verdict.ok).toBe(true);
    }
  });
});

/** Verifies a bundle in a process of its own, where no text may become code, and says what that left behind. */
const SCRIPT = `
const [file, text, keys, at, output] = process.argv.slice(1);
const before = Reflect.ownKeys(globalThis).length;
const { verifyBundle } = await import(file);
const verdict = verifyBundle(text, { verifierKeys: JSON.parse(keys) }, Number(at), { outputText: output });
console.log(JSON.stringify({ verdict, left: Reflect.ownKeys(globalThis).length - before, node: process.versions.node }));
`;

/** The Node of this repository, and whichever the machine has besides: the package says 22, the verifier asks for 20. */
const NODES = [process.execPath, '/usr/bin/node', '/usr/local/bin/node'].filter((path) => existsSync(path));

describe.each(NODES)('in a process of its own (%s)', (node) => {
  it('verifies where text may not become code, and leaves nothing among the globals', () => {
    const { text, trust } = build();
    const flags = ['--disallow-code-generation-from-strings', '--input-type=module', '-e', SCRIPT];
    const file = pathToFileURL(join(folder, 'index.js')).href;
    const args = [...flags, file, text, JSON.stringify(trust.verifierKeys), String(NOON + 60_000), OUTPUT_TEXT];
    const { verdict, left } = JSON.parse(execFileSync(node, args, { encoding: 'utf8' })) as { verdict: Verifier.Verdict; left: number };
    expect(verdict).toEqual(verifyBundle(text, { verifierKeys: trust.verifierKeys }, NOON + 60_000, { outputText: OUTPUT_TEXT }));
    expect(left).toBe(0);
  });
});
