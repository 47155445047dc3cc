import { readFileSync, writeFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Terminal } from '../terminal.ts';

let terminal: Terminal;
let app: { MEMSYNC_TOKEN: string };
const SECRET = { MEMSYNC_EXPORT_PASSPHRASE: 'along it goes' };
/** Another owner, at the same service. */
let elsewhere: Record<string, string>;

beforeEach(async () => {
  terminal = new Terminal();
  await terminal.serve();
  const { value } = await terminal.json(['init', '--yes', '--work-factor', '2']);
  app = { MEMSYNC_TOKEN: String(value['token']) };
  elsewhere = { ...SECRET, MEMSYNC_HOME: terminal.path('elsewhere') };
});
afterEach(() => terminal.close());

interface Row {
  readonly id: string;
  readonly text: string;
  readonly tier: string;
  readonly standing: string;
  readonly category: string;
  readonly collection: string;
  readonly basisAt: string;
  readonly lastValidatedAt: string | null;
  readonly sightings: number;
  readonly origin: { readonly effective: string; readonly claimed: { readonly kind?: string } };
}

async function rows(env: Record<string, string> = {}): Promise<Row[]> {
  return (await terminal.json(['list', '--all'], { env })).value['memories'] as Row[];
}

async function remember(...argv: string[]): Promise<string> {
  const { value } = await terminal.json(['remember', ...argv], { env: app });
  return (value['memories'] as { id: string }[])[0]?.id ?? '';
}

function file(name: string, text: string): string {
  writeFileSync(terminal.path(name), text);
  return terminal.path(name);
}

it('rows of an export land in another vault, imported, with their own age; a second import adds nothing', async () => {
  const nuts = await remember('Allergic to hazelnuts', '--category', 'health');
  await remember('Lives in Porto');
  const opera = await remember('Likes opera');
  expect((await terminal.json(['confirm', nuts, '--yes'])).code).toBe(0);
  expect((await terminal.json(['retract', opera, '--yes'])).code).toBe(0);
  const before = await rows();
  const path = terminal.path('my.age');
  expect((await terminal.json(['export', path, '--work-factor', '2'], { env: SECRET })).code).toBe(0);

  expect((await terminal.json(['init', '--yes', '--work-factor', '2'], { env: elsewhere })).code).toBe(0);
  expect(await terminal.json(['import', path], { env: elsewhere })).toMatchObject({ code: 1, value: { code: 'event_vault_mismatch' } });
  const dry = await terminal.json(['import', path, '--as-rows', '--dry-run'], { env: elsewhere });
  expect(dry).toMatchObject({ code: 0, value: { rows: 2, added: 2, present: 0, written: false } });
  expect(await rows(elsewhere)).toEqual([]);
  const first = await terminal.json(['import', path, '--as-rows'], { env: elsewhere });
  expect(first).toMatchObject({ code: 0, value: { rows: 2, added: 2, present: 0, written: true } });
  const after = await rows(elsewhere);
  expect(after.map(({ text }) => text).sort()).toEqual(['Allergic to hazelnuts', 'Lives in Porto']);
  for (const row of after) {
    const was = before.find(({ text }) => text === row.text);
    expect(row).toMatchObject({
      tier: 'background',
      lastValidatedAt: null,
      basisAt: was?.basisAt,
      category: was?.category,
      sightings: 0,
      origin: { effective: 'imported', claimed: { kind: 'imported' } },
    });
    expect(row.id).not.toBe(was?.id);
  }
  expect((await terminal.json(['import', path, '--as-rows'], { env: elsewhere })).value).toMatchObject({ added: 0, present: 2 });
  expect(await rows(elsewhere)).toEqual(after.map((row) => ({ ...row, ...ages(row) })));

  // Nor does it bring back what was retracted there since.
  const porto = after.find(({ text }) => text === 'Lives in Porto')?.id ?? '';
  expect((await terminal.json(['retract', porto, '--yes'], { env: elsewhere })).code).toBe(0);
  expect((await terminal.json(['import', path, '--as-rows'], { env: elsewhere })).value).toMatchObject({ added: 0, present: 2 });
  expect((await rows(elsewhere)).find(({ id }) => id === porto)).toMatchObject({ standing: 'retracted' });
});

/** What moves on by itself. */
function ages(_row: Row): object {
  return { ageSeconds: expect.any(Number) as number, unvalidatedForSeconds: expect.any(Number) as number };
}

it('an export of one collection holds its rows alone, and makes no vault', async () => {
  expect((await terminal.json(['collection', 'add', 'work'])).code).toBe(0);
  await remember('Lives in Porto');
  const path = terminal.path('work.age');
  expect((await terminal.json(['export', path, '--collection', 'default', '--work-factor', '2'], { env: SECRET })).value).toMatchObject({
    rows: 1,
  });
  expect(await terminal.json(['import', path], { env: SECRET })).toMatchObject({ code: 1, value: { code: 'input_invalid' } });
  const taken = await terminal.json(['import', path, '--as-rows', '--collection', 'work'], { env: SECRET });
  expect(taken).toMatchObject({ code: 0, value: { added: 1 } });
  expect((await rows()).map(({ collection, tier }) => `${collection} ${tier}`).sort()).toEqual(['default active', 'work background']);
});

it('JSON Lines and CSV come in by a mapping; one bad line stops all of it, unless asked', async () => {
  const csv = file(
    'notes.csv',
    'note,date,tag\n"Allergic to hazelnuts",2024-03-01,health\nLives in Porto,2031-01-01,travel\nPlays the cello,,music\n',
  );
  const mapped = ['--map', 'text=note,observedAt=date,category=tag'];
  const refused = await terminal.json(['import', csv, ...mapped]);
  expect(refused).toMatchObject({ code: 1, value: { written: false, refused: 1, added: 0 } });
  expect((refused.value['errors'] as string[])[0]).toMatch(/^Line 3 .*future/);
  expect(await rows()).toEqual([]);
  const dry = await terminal.json(['import', csv, ...mapped, '--dry-run', '--skip-bad']);
  expect(dry).toMatchObject({ code: 0, value: { written: false, rows: 2, added: 2, refused: 1, withoutTime: 1, categoryUnknown: 1 } });
  expect(await rows()).toEqual([]);
  expect(await terminal.json(['import', csv, ...mapped, '--skip-bad'])).toMatchObject({ code: 0, value: { added: 2, refused: 1 } });
  const taken = await rows();
  expect(taken.find(({ text }) => text === 'Allergic to hazelnuts')).toMatchObject({
    category: 'health',
    basisAt: '2024-03-01T00:00:00.000Z',
    lastValidatedAt: null,
    origin: { effective: 'imported' },
  });
  expect(taken.map(({ tier }) => tier)).not.toContain('active');

  const mapping = file('map.json', JSON.stringify({ text: ['memory', 'text'], observedAt: 'meta.at', constants: { category: 'career' } }));
  const jsonl = file('other.jsonl', '{"memory":"Works nights","meta":{"at":"2025-01-01"},"validated":true}\n{"text":"Plays the cello"}\n');
  expect(await terminal.json(['import', jsonl, '--mapping', mapping])).toMatchObject({ code: 0, value: { added: 1, present: 1 } });
  expect((await rows()).find(({ text }) => text === 'Works nights')).toMatchObject({ category: 'career', lastValidatedAt: null });
  const broken = file('broken.jsonl', '{"text":"Fine"}\n{"text":\n');
  const failed = await terminal.json(['import', broken]);
  expect(failed).toMatchObject({ code: 1, value: { written: false, refused: 1 } });
  expect((failed.value['errors'] as string[])[0]).toContain('Line 2 ');
  expect(await terminal.json(['import', file('x.txt', 'x')])).toMatchObject({ code: 2 });
});

it('Markdown is for reading: rows by category with how fresh they are, and no encryption', async () => {
  await remember('Allergic to *hazelnuts*', '--category', 'health');
  const opera = await remember('Likes opera');
  await terminal.json(['retract', opera, '--yes']);
  const path = terminal.path('rows.md');
  const { code, stderr } = await terminal.run(['export', path, '--format', 'markdown']);
  expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining('NOT encrypted') as string });
  const text = readFileSync(path, 'utf8');
  expect(text).toContain(String.raw`- Allergic to \*hazelnuts\*`);
  expect(text).toMatch(/## default\n\n### health[\s\S]*active; never confirmed by you/);
  expect(text).not.toContain('opera');
  expect(await terminal.json(['export', path, '--format', 'markdown'])).toMatchObject({ code: 2 });
});

it('an export does not take another file’s place, goes on where it was interrupted, and is certified', async () => {
  await remember('Lives in Porto');
  const path = file('my.age', 'something else');
  expect(await terminal.json(['export', path, '--work-factor', '2'], { env: SECRET })).toMatchObject({ code: 2 });
  expect(readFileSync(path, 'utf8')).toBe('something else');
  expect(await terminal.json(['export', terminal.path('c.age'), '--resume'], { env: SECRET })).toMatchObject({ code: 4 });
  const { value } = await terminal.json(['export', path, '--force', '--work-factor', '2'], { env: SECRET });
  expect(value).toMatchObject({ rows: 1, damaged: 0, encrypted: true, certificate: expect.stringMatching(/^crt_/) as string });
});

it('a row that is damaged on the disk is told of, keeps the vault from being taken up, and not the other rows', async () => {
  await remember('Lives in Porto');
  await remember('Plays the cello');
  await terminal.stop();
  const db = new Database(terminal.path('data/memsync.db'));
  db.prepare('UPDATE versions SET sealed_text = zeroblob(length(sealed_text)) WHERE rowid = (SELECT min(rowid) FROM versions)').run();
  db.close();
  await terminal.serve();
  const path = terminal.path('my.age');
  expect(await terminal.json(['export', path, '--work-factor', '2'], { env: SECRET })).toMatchObject({
    code: 7,
    value: { damaged: 1, rows: 2 },
  });
  expect(await terminal.json(['import', path], { env: SECRET })).toMatchObject({ code: 1, value: { code: 'transfer_damaged' } });
  expect((await terminal.json(['init', '--yes', '--work-factor', '2'], { env: elsewhere })).code).toBe(0);
  expect((await terminal.json(['import', path, '--as-rows'], { env: elsewhere })).value).toMatchObject({ rows: 1, added: 1 });
  expect((await rows(elsewhere)).map(({ text }) => text)).toEqual(['Plays the cello']);
});
