import { existsSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { Terminal } from './terminal.ts';

const terminal = new Terminal();
const desk = (...argv: string[]) => terminal.json(['desk', ...argv]);
const KEY = 'a5'.repeat(32);

afterAll(() => terminal.close());

describe('memsync desk', () => {
  it('makes no data where there are none', async () => {
    for (const argv of [['list'], ['make', 'releases']])
      expect(await desk(...argv)).toMatchObject({ code: 4, value: { code: 'not_found' } });
    expect(existsSync(terminal.path('data'))).toBe(false);
  });

  it('makes desks while the service runs, each name once', async () => {
    await terminal.serve();
    expect((await terminal.run(['desk', 'list'])).stdout).toContain('No desks');
    expect(await desk('make', 'releases')).toMatchObject({ code: 0, value: { id: expect.stringMatching(/^dsk_/), name: 'releases' } });
    expect(await desk('make', 'releases')).toMatchObject({ code: 6, value: { code: 'name_taken' } });
    expect(await desk('make', 'letters')).toMatchObject({ code: 0 });
    expect(await desk('list')).toMatchObject({ code: 0, value: { desks: [{ name: 'letters' }, { name: 'releases', reviewers: 0 }] } });
  });

  it('makes reviewers known by their key, and shows a token this once', async () => {
    const { code, value } = await desk('add', 'releases', '--reviewer', 'anna', '--key', KEY);
    expect([code, value]).toMatchObject([0, { name: 'anna', key: KEY, token: expect.stringMatching(/^msr_/) }]);
    const token = String(value['token']);
    const shown = await terminal.run(['desk', 'show', 'releases']);
    expect(shown.stdout).toMatch(new RegExp(`anna {2}rev_[0-9a-f]{32}, since [-0-9]+\n {2}key ${KEY}`));
    expect(shown.stdout).not.toContain(token.slice(4, 60));
    expect(JSON.stringify((await desk('show', String(value['desk']))).value)).not.toContain('msr_');
    expect(await desk('add', 'releases', '--reviewer', 'anna', '--key', KEY)).toMatchObject({ code: 6, value: { code: 'name_taken' } });
    expect(await desk('add', 'nowhere', '--reviewer', 'anna', '--key', KEY)).toMatchObject({ code: 4, value: { code: 'desk_unknown' } });
    for (const key of [KEY.toUpperCase(), KEY.slice(2), `${KEY}00`])
      expect(await desk('add', 'releases', '--reviewer', 'ben', '--key', key)).toMatchObject({ code: 2, value: { code: 'usage' } });
    const told = await terminal.run(['desk', 'add', 'releases', '--reviewer', 'ben', '--key', KEY, '--token-only']);
    expect(told.stdout).toMatch(/^msr_[0-9a-f]+\n$/);
  });

  it('takes a reviewer off, and keeps who they were', async () => {
    expect(await desk('remove', 'releases', 'anna')).toMatchObject({
      code: 0,
      value: { name: 'anna', removedAt: expect.stringMatching(/Z$/) },
    });
    expect(await desk('remove', 'releases', 'anna')).toMatchObject({ code: 4, value: { code: 'reviewer_unknown' } });
    expect(await desk('list')).toMatchObject({ value: { desks: [{}, { name: 'releases', reviewers: 1 }] } });
    expect((await terminal.run(['desk', 'show', 'releases'])).stdout).toMatch(/anna .*REMOVED/);
  });
});
