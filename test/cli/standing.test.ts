import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LIMITS } from '../../schemas/limits.ts';
import { Memory, RememberReply } from '../../schemas/memory.ts';
import type { Questions } from '../../src/cli/questions.ts';
import { MemSyncClient } from '../../src/sdk/client.ts';
import { has, onTerminal } from './pty.ts';
import { Terminal } from './terminal.ts';

let terminal: Terminal;
let token: string;

const app = () => ({ env: { MEMSYNC_TOKEN: token } });

beforeAll(async () => {
  terminal = new Terminal();
  await terminal.serve();
  token = String((await terminal.json(['init', '--yes', '--work-factor', '2'])).value['token']);
});
afterAll(() => terminal.close());

async function remembered(text: string, ...options: string[]): Promise<string> {
  const { value } = await terminal.json(['remember', text, '--kind', 'user_stated', ...options], app());
  return RememberReply.parse(value).memories[0]?.id ?? '';
}

async function shown(id: string): Promise<Memory> {
  return Memory.parse((await terminal.json(['show', id])).value['memory']);
}

const act = (...argv: string[]) => terminal.json([...argv, '--yes']);

describe('many rows at once', () => {
  it('come from the line, from a file of ids, and from what `list` and `due` print', async () => {
    const [a, b, c] = [await remembered('Plays chess'), await remembered('Likes tea'), await remembered('Sings in a choir')];
    writeFileSync(terminal.path('ids.txt'), `${a}\n\n${b}\r\n`);
    const { value } = await act('confirm', c, '--file', terminal.path('ids.txt'));
    expect((value['confirmed'] as { id: string }[]).map(({ id }) => id)).toEqual([c, a, b]);
    const due = await terminal.spawn(['due', '--within', '1y', '--json']);
    const piped = await terminal.spawn(['confirm', '--file', '-', '--yes', '--json'], { input: due.stdout });
    expect(JSON.parse(piped.stdout)).toMatchObject({ confirmed: expect.arrayContaining([expect.objectContaining({ id: a })]) });
    const lines = [a, b].map((id) => JSON.stringify({ id, note: 'kept apart' })).join('\n');
    expect((await terminal.spawn(['retract', '--file', '-', '--yes'], { input: lines })).code).toBe(0);
    expect([(await shown(a)).standing, (await shown(c)).standing]).toEqual(['retracted', 'live']);
    await act('reinstate', a, b);
    expect(await shown(a)).toMatchObject({ standing: 'live', lastValidatedAt: null });
  });

  it('are refused, each with its line, where they are no rows; and nothing is signed', async () => {
    const id = await remembered('Walks to work');
    for (const [text, said] of [
      [`${id}\nmem_12`, 'line 2'],
      [`${id}\n{"id":"${id}"`, 'line 2'],
      ['', 'Name the rows'],
    ] as const) {
      const ran = await terminal.spawn(['confirm', '--file', '-', '--yes'], { input: text });
      expect(ran).toMatchObject({ code: 2, stderr: expect.stringContaining(said) });
    }
    expect((await act('confirm', 'mem_'.padEnd(36, '0'))).code).toBe(4);
    expect((await shown(id)).lastValidatedAt).toBeNull();
  });

  it('up to ten thousand take one signature, and more take two', async () => {
    const client = new MemSyncClient({ url: String(terminal.environment['MEMSYNC_URL']), token });
    const ids: string[] = [];
    while (ids.length <= LIMITS.eventRows) {
      const size = Math.min(LIMITS.batchRows, LIMITS.eventRows + 1 - ids.length);
      const memories = Array.from({ length: size }, (_, i) => ({ text: `Wrote down the number ${ids.length + i}` }));
      ids.push(...(await client.remember({ memories })).memories.map(({ id }) => id));
    }
    writeFileSync(terminal.path('many.txt'), ids.join('\n'));
    const { value } = await act('confirm', '--file', terminal.path('many.txt'));
    expect(value['seqs']).toHaveLength(2);
    expect(value['confirmed']).toHaveLength(LIMITS.eventRows + 1);
    expect((await shown(ids.at(-1) ?? '')).lastValidatedAt).not.toBeNull();
  }, 120_000);
});

describe('putting right', () => {
  it('one row, and the owner stands behind what it says now', async () => {
    const id = await remembered('Lives in Porto');
    const { value } = await act('correct', id, '--text', 'Lives in Lisbon');
    expect(value['corrected']).toEqual([{ id, version: 2, commitment: expect.stringMatching(/^[0-9a-f]{64}$/) }]);
    expect(await shown(id)).toMatchObject({ text: 'Lives in Lisbon', version: 2, lastValidatedAt: expect.any(String) });
  });

  it('many from a file, all or none', async () => {
    const [a, b] = [await remembered('Has a dog called Rex'), await remembered('Works at Brightwell')];
    writeFileSync(terminal.path('fixes.jsonl'), `{"id":"${a}","text":"Has a dog called Max"}\n{"id":"${b}","text":""}\n`);
    expect((await act('correct', '--file', terminal.path('fixes.jsonl'))).code).toBe(2);
    expect((await shown(a)).version).toBe(1);
    writeFileSync(
      terminal.path('fixes.jsonl'),
      `{"id":"${a}","text":"Has a dog called Max"}\n{"id":"${b}","text":"Works at Brightwater"}\n`,
    );
    const { value } = await act('correct', '--file', terminal.path('fixes.jsonl'));
    expect(value['seqs']).toHaveLength(2);
    expect([(await shown(a)).text, (await shown(b)).text]).toEqual(['Has a dog called Max', 'Works at Brightwater']);
  });

  it('by putting one row in the place of another', async () => {
    const [old, next] = [await remembered('Drives a red car'), await remembered('Drives a blue van')];
    await act('supersede', old, next);
    expect(await shown(old)).toMatchObject({ standing: 'superseded', supersededBy: next });
  });
});

it('a doubt is raised with a reason, listed, and dismissed, by grant or by row', async () => {
  const id = await remembered('Eats no meat');
  const granted = await terminal.json(['grant', 'Meal planner', '--can', 'retrieve,list,contest']);
  const planner = { env: { MEMSYNC_TOKEN: String(granted.value['token']) } };
  const raised = await terminal.json(['contest', id, '--note', 'Ordered a steak'], planner);
  expect(raised.value['memory']).toMatchObject({ standing: 'contested', tier: 'background' });
  expect((await terminal.run(['list', '--standing', 'contested'])).stdout).toContain(id);
  expect((await terminal.run(['show', id])).stdout).toContain('Ordered a steak');
  await act('dismiss', 'Meal planner');
  expect((await shown(id)).standing).toBe('live');
  await terminal.json(['contest', id], planner);
  await act('dismiss', '--row', id);
  expect((await shown(id)).standing).toBe('live');
  expect((await act('dismiss')).code).toBe(2);
});

describe('the walk through what falls due', () => {
  function answers(keys: string, lines: readonly string[] = []): Questions & { readonly asked: string[] } {
    const [pressed, typed, asked] = [[...keys], [...lines], [] as string[]];
    return {
      asked,
      hidden: () => Promise.reject(new Error('the passphrase is in the environment')),
      agreed: (question) => Promise.resolve(asked.push(question) > 0),
      line: () => Promise.resolve(typed.shift() ?? ''),
      key: () => Promise.resolve(pressed.shift() ?? 'q'),
    };
  }

  it('confirms, corrects, retracts and skips by a key each, takes back, and signs all at the end', async () => {
    const home = new Terminal();
    await home.serve();
    const env = { MEMSYNC_TOKEN: String((await home.json(['init', '--yes', '--work-factor', '2'])).value['token']) };
    const ids: string[] = [];
    for (const [i, text] of ['Plays chess', 'Lives in Porto', 'Likes tea', 'Sings'].entries()) {
      const observed = `2026-0${i + 1}-01`;
      const { value } = await home.json(['remember', text, '--kind', 'user_stated', '--observed', observed], { env });
      ids.push(RememberReply.parse(value).memories[0]?.id ?? '');
    }
    // Retracted by mistake, undone, then confirmed; the second corrected; the third retracted; the fourth skipped after a wrong key.
    const questions = answers('ruceerxs', ['', 'Lives in Lisbon']);
    const ran = await home.run(['due', '--within', '2y', '--order', 'soonest', '--walk'], { questions });
    expect(ran.stderr).toContain('1 of 4');
    expect(questions.asked).toEqual(['Sign? 1 row to confirm, 1 row to correct, 1 row to retract']);
    expect(ran.stdout).toMatch(/Confirmed 1 row.*\nCorrected 1 row.*\nRetracted 1 row/);
    const state = async (id = '') => Memory.parse((await home.json(['show', id])).value['memory']);
    expect(await state(ids[0])).toMatchObject({ version: 1, lastValidatedAt: expect.any(String) });
    expect(await state(ids[1])).toMatchObject({ version: 2, text: 'Lives in Lisbon', lastValidatedAt: expect.any(String) });
    expect(await state(ids[2])).toMatchObject({ standing: 'retracted' });
    expect(await state(ids[3])).toMatchObject({ standing: 'live', lastValidatedAt: null });
    const idle = answers('q');
    expect((await home.run(['due', '--within', '2y', '--walk'], { questions: idle })).stdout).toContain('Nothing was decided');
    await home.close();
  });

  it('is refused where nobody sits at a terminal', async () => {
    await remembered('Swims', '--observed', '2026-01-01');
    expect(await terminal.run(['due', '--within', '2y', '--walk'])).toMatchObject({ code: 2 });
    expect((await terminal.run(['due', '--within', '2y', '--walk', '--json'])).code).toBe(2);
  });

  it.skipIf(!has('script'))('takes keys from a real terminal as they are pressed', async () => {
    const env = { ...process.env, ...terminal.environment } as Record<string, string>;
    const command = [process.execPath, 'bin/memsync.js', 'due', '--within', '2y', '--limit', '1', '--walk'];
    const { code, printed } = await onTerminal(command, env, [
      ['[q]uit', 'c'],
      ['Sign?', 'y'],
    ]);
    expect(printed).toContain('Confirmed 1 row');
    expect(code).toBe(0);
  });
});
