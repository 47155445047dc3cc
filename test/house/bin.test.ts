import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from './lint.ts';

/** Runs the command on this Node, told that it is another version. */
function run(version: string): { status: number | null; stdout: string; stderr: string } {
  const disguise = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } });`;
  const args = ['--import', `data:text/javascript,${encodeURIComponent(disguise)}`, join(ROOT, 'bin/memsync.js'), '--version'];
  return spawnSync(process.execPath, args, { encoding: 'utf8' });
}

describe('bin/memsync.js', () => {
  it.each(['12.22.12', '18.20.8', '20.20.2', '22.17.1'])('refuses Node %s in one line', (version) => {
    const { status, stdout, stderr } = run(version);
    expect(status).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^memsync needs Node 22\.18 or newer[^\n]*\n$/);
    expect(stderr).toContain(version);
  });

  it.each(['22.18.0', '24.0.0'])('goes on under Node %s', (version) => {
    expect(run(version).stderr).not.toContain('needs Node');
  });
});
