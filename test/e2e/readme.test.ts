import { execFile, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..');
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');
const run = promisify(execFile);

/** The fenced blocks of one language, in order. */
function blocks(language: string): string[] {
  return Array.from(README.matchAll(new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\`$`, 'gm')), ([, block]) => block ?? '');
}

let folder: string;
let data: string;
let url: string;
let stop: () => Promise<void>;

/** `npm start`, as the first line of the README has it, on a port and folders of its own. */
beforeAll(async () => {
  data = mkdtempSync(join(tmpdir(), 'memsync-readme-'));
  // Below the clone, so that `npx memsync` finds it, as for somebody who works there.
  mkdirSync(join(ROOT, 'coverage'), { recursive: true });
  folder = mkdtempSync(join(ROOT, 'coverage', 'readme-'));
  const env = { ...process.env, MEMSYNC_PORT: '0', MEMSYNC_DATA: join(data, 'data'), MEMSYNC_KEYS: join(data, 'keys') };
  const service = spawn('npm', ['start'], { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'inherit'], detached: true });
  const ended = new Promise<void>((resolve) => service.once('exit', () => resolve()));
  url = await new Promise<string>((resolve, reject) => {
    let said = '';
    service.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      const address = /http:\/\/127\.0\.0\.1:\d+/.exec(said);
      if (address !== null && said.includes('npx memsync init')) resolve(address[0]);
    });
    service.once('exit', () => reject(new Error(`npm start ended: ${said}`)));
  });
  stop = async () => {
    process.kill(-(service.pid ?? 0), 'SIGTERM');
    await ended;
  };
}, 60_000);

afterAll(async () => {
  await stop();
  rmSync(data, { recursive: true, force: true });
  rmSync(folder, { recursive: true, force: true });
});

describe('the README', () => {
  it('opens with the two commands', () => {
    expect(blocks('sh').slice(0, 2)).toEqual(['npm ci && npm start\n', 'npm ci && npm test\n']);
    expect(README.indexOf('npm ci && npm test')).toBeLessThan(100);
  });

  it('has no command that is not run here', { timeout: 240_000 }, async () => {
    writeFileSync(join(folder, 'app.ts'), blocks('ts')[0] ?? '');
    const script = blocks('sh').slice(2).join('\necho "--- next block"\n').replaceAll('http://127.0.0.1:8787', url);
    expect(script).not.toContain('8787');
    const folders = { MEMSYNC_DATA: join(data, 'data'), MEMSYNC_KEYS: join(data, 'keys'), MEMSYNC_HOME: join(data, 'home') };
    const env = { ...process.env, ...folders, MEMSYNC_URL: url, NO_COLOR: '1' };
    const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', script], { cwd: folder, env, maxBuffer: 16_000_000 });
    const [first, confirmed, curl, verified, review, rights, demo] = stdout.split('--- next block\n');
    const promised = /```\n(ACTIVE:[\s\S]*?)```/.exec(README)?.[1] ?? 'nothing';
    expect(first).toContain(promised);
    expect(confirmed).toContain("confirmed by the owner just now; an app's note");
    expect(JSON.parse(curl ?? '')).toMatchObject({ rows: [{ tag: 'm1' }, { tag: 'm2' }] });
    expect(verified?.split('Nothing that was checked has failed.')).toHaveLength(3);
    expect(verified).toContain('m1: its line says what its row’s commitment holds.');
    expect(review).toMatch(
      /Case cse_[0-9a-f]{32}: HOLD\nJudgement: not assessed[\s\S]*MISSING  every active row is confirmed by its owner within 30 days/,
    );
    for (const said of ['your word holds', 'is cut off', '2 rows and 1 receipt are in', 'Erased 2 rows', 'The certificate verifies']) {
      expect(rights).toContain(said);
    }
    expect(demo).toContain('seven months');
    expect(blocks('sh')).toHaveLength(9);
  });
});
