import { execFileSync } from 'node:child_process';
import { existsSync, globSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { base64 } from '../../src/core/bytes.ts';

const GO = '/usr/lib/go-1.19/bin/go';
/** Where Debian puts Go packages that are not Go's own. */
const SOURCES = '/usr/share/gocode';

/** Whether the verifier can be built here, from Debian's packages alone: `golang-1.19-go golang-1.19-src golang-golang-x-mod-dev`. */
export const hasGo = existsSync(GO) && existsSync(join(SOURCES, 'src/golang.org/x/mod/sumdb/tlog'));
if (!hasGo)
  console.warn('SKIPPED: Go 1.19 and golang.org/x/mod are not installed: the log was NOT verified by a program that is not ours.');

/** A case for the verifier; which fields it needs depends on its kind. */
export interface GoCase {
  readonly id: string;
  readonly kind: 'checkpoint' | 'proof' | 'inclusion' | 'consistency' | 'tiles';
  readonly text?: string;
  readonly key?: string;
  readonly entry?: string;
  readonly size?: number;
  readonly root?: string;
  readonly index?: number;
  readonly leaf?: string;
  readonly old?: number;
  readonly oldRoot?: string;
  readonly proof?: readonly string[];
  readonly tiles?: Readonly<Record<string, string>>;
}

export interface GoVerdict {
  readonly id: string;
  readonly ok: boolean;
  readonly why?: string;
  readonly size?: number;
}

/** The verifier in test/go, built for this run. */
export class GoVerifier {
  readonly #folder = mkdtempSync(join(tmpdir(), 'memsync-go-'));
  readonly #program = join(this.#folder, 'verifier');

  constructor() {
    const own = { GO111MODULE: 'off', GOPROXY: 'off', GOFLAGS: '', GOPATH: SOURCES, GOTOOLCHAIN: 'local', CGO_ENABLED: '0' };
    const home = process.env['HOME'] === undefined ? { GOCACHE: join(this.#folder, 'cache') } : {};
    execFileSync(GO, ['build', '-o', this.#program, ...globSync('test/go/*.go')], {
      env: { ...process.env, ...own, ...home },
      stdio: 'pipe',
    });
  }

  /** What it makes of a static mirror, checked with a verifier key. */
  mirror(folder: string, key: string): GoVerdict {
    return JSON.parse(execFileSync(this.#program, ['mirror', folder, key], { encoding: 'utf8' })) as GoVerdict;
  }

  /** A verdict for each case, in their order. */
  cases(cases: readonly GoCase[]): GoVerdict[] {
    const input = cases.map((one) => `${JSON.stringify(one)}\n`).join('');
    const output = execFileSync(this.#program, ['cases'], { input, encoding: 'utf8', maxBuffer: 2 ** 28 });
    const verdicts = output
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as GoVerdict);
    if (verdicts.map(({ id }) => id).join() !== cases.map(({ id }) => id).join()) throw new Error('the verifier answered other cases');
    return verdicts;
  }

  close(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Hashes as cases have them. */
export const encoded = (hashes: readonly Uint8Array[]): string[] => hashes.map(base64);
