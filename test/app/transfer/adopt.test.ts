import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Memory } from '../../../schemas/memory.ts';
import type { ExportLine } from '../../../schemas/export-line.ts';
import { dropStaleImports } from '../../../src/app/transfer/pieces.ts';
import { MemSyncClient } from '../../../src/sdk/client.ts';
import { askImport, sendImport } from '../../../src/sdk/transfer/import-vault.ts';
import { openExport } from '../../../src/sdk/transfer/open-file.ts';
import { verifyBundle } from '../../../src/receipts/verify.ts';
import { Home } from '../../sdk/home.ts';
import { fresherThan } from '../../support/fresher.ts';
import { Site } from '../../support/site.ts';
import { bring, checkFile, Desk, exportFrom, exportLines, importerOf, resealed } from '../../support/transfer.ts';
import { DAY } from '../../support/world.ts';

let old: Site;
let fresh: Site;
let home: Home;
let desk: Desk;

beforeEach(async () => {
  old = await Site.open();
  fresh = await Site.open();
  home = await Home.make(old);
  desk = new Desk();
});
afterEach(async () => {
  await old.close();
  await fresh.close();
  desk.close();
});

const at = (site: Site, token: string): MemSyncClient => new MemSyncClient({ url: site.url, token });

async function say(text: string, more: object = {}): Promise<Memory> {
  const { memories } = await home.app.remember({ memories: [{ text, ...more }] });
  const [memory] = memories;
  if (memory === undefined) throw new Error('nothing was remembered');
  return memory;
}

/** Some life: confirmed, retracted, edited, superseded, contested and erased rows, another collection, receipts, time in between. */
async function live(): Promise<{ receipts: string[] }> {
  const nuts = await say('Allergic to hazelnuts', { category: 'health', subject: 'me', attribute: 'allergy' });
  const device = home.client(home.token);
  const [porto] = (await device.remember({ memories: [{ text: 'Lives in Porto' }] })).memories;
  const gone = await say('A secret that is erased');
  old.world.clock.advance(DAY);
  expect((await device.edit(porto?.id ?? '', { text: 'Lives in Lisbon' })).outcome).toBe('edited');
  expect((await device.edit((await say('Has a dog')).id, { text: 'Has a cat' })).outcome).toBe('contested');
  await say('Plays the cello', { supersedes: [(await say('Plays the piano')).id] });
  await say('allergic to HAZELNUTS');
  const owner = home.owner();
  await owner.validate([await owner.row(nuts.id)]);
  await owner.retract([await owner.row((await say('Likes opera')).id)]);
  await home.owner().erase({ scope: 'rows', rows: [gone.id] });
  const { id: retrieval } = await home.app.retrieve({ query: 'am I allergic to hazelnuts, and what do I play?', thread: 't1' });
  const receipt = await home.app.receipt({
    retrievalId: retrieval,
    model: { label: 'm' },
    output: { text: 'No nuts [m1].' },
    conversation: { thread: 't1', turn: 1 },
  });
  old.world.clock.advance(DAY);
  await say('Works nights');
  return { receipts: [receipt.id] };
}

async function everything(site: Site): Promise<{ rows: Memory[]; histories: unknown[] }> {
  const client = at(site, home.token);
  const { memories } = await client.list({ limit: 200 });
  const rows = memories.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const histories: unknown[] = [];
  for (const { id } of rows) histories.push((await client.history(id)).events);
  return { rows, histories };
}

it('every row, time, tier, history and receipt is the same at another service, and receipts verify there', async () => {
  const { receipts } = await live();
  const lines = await exportLines(desk, exportFrom(home));
  expect(lines.join('\n')).not.toContain('A secret that is erased');
  const path = desk.lines(lines);
  // Two services, one time.
  fresh.world.clock.set(old.world.clock.now());
  const before = await everything(old);
  const keys = await at(old, home.token).logKey();
  expect(await bring(home, fresh, path)).toMatchObject({ outlook: { outcome: 'new' }, done: { rows: 7, versions: 8, receipts: 1 } });
  const after = await everything(fresh);
  expect(after).toEqual(before);
  expect(before.rows.flatMap((row, i) => fresherThan(row, after.rows[i] ?? row))).toEqual([]);
  for (const id of receipts) {
    const bundle = await at(fresh, home.token).bundle(id);
    expect(bundle).toEqual(await at(old, home.token).bundle(id));
    const trust = { verifierKeys: keys.split('\n'), vault: home.vault.vault };
    expect(verifyBundle(bundle, trust, fresh.world.clock.now())).toMatchObject({ ok: true });
  }
  expect((await at(fresh, home.token).imports(home.vault.vault)).imports).toMatchObject([{ keys }]);
  // Exported again there, it is the same file but for who has written it.
  const again = await exportLines(desk, exportFrom(home, fresh));
  const kept = (all: readonly string[]): string[] => all.filter((line) => !/^\{"type":"(?:readme|service|end)"/.test(line));
  expect(kept(again)).toEqual(kept(lines));
  for (const type of ['served', 'read', 'receipt', 'receipt_row', 'erasure', 'certificate', 'box'])
    expect(
      lines.some((line) => line.startsWith(`{"type":"${type}"`)),
      type,
    ).toBe(true);
  // What was read and shown before is known there, too.
  const grant = home.state.grants.find(({ role }) => role === 'app')?.id ?? '';
  expect((await at(fresh, home.token).grantReads(home.vault.vault, grant)).reads).toEqual(
    (await at(old, home.token).grantReads(home.vault.vault, grant)).reads,
  );
  // It lives on, and goes back.
  await at(fresh, home.vault.appToken).remember({ memories: [{ text: 'Moved house' }] });
  const back = desk.lines(await exportLines(desk, exportFrom(home, fresh)));
  expect(await bring(home, old, back)).toMatchObject({ outlook: { outcome: 'behind' }, done: { rows: 8 } });
  expect((await at(old, home.token).list({})).memories.map(({ text }) => text)).toContain('Moved house');
  expect(await at(old, home.token).bundle(receipts[0] ?? '')).toEqual(await at(fresh, home.token).bundle(receipts[0] ?? ''));
  expect((await at(old, home.vault.appToken).remember({ memories: [{ text: 'And on it goes' }] })).memories).toHaveLength(1);
});

it('an export from before a retraction brings nothing back', async () => {
  const row = await say('Likes opera');
  const path = desk.lines(await exportLines(desk, exportFrom(home)));
  const owner = home.owner();
  await owner.retract([await owner.row(row.id)]);
  const before = old.stored();
  expect(await bring(home, old, path)).toMatchObject({ outlook: { outcome: 'present' }, done: null });
  expect(old.stored()).toEqual(before);
  expect((await home.client(home.token).show(row.id)).standing).toBe('retracted');
});

it('a vault that is behind a known mark is refused, wherever it was seen', async () => {
  const path = desk.lines(await exportLines(desk, exportFrom(home)));
  await say('Said later');
  const { head } = await at(old, home.token).vaultHead(home.vault.vault);
  fresh.world.services.marks.raise(home.vault.vault, { seq: head.seq, hash: Buffer.from(head.hash, 'hex') });
  await expect(askImport(importerOf(home, fresh), await checkFile(home, path), true)).rejects.toMatchObject({ code: 'head_not_reached' });
  await expect(bring(home, fresh, path)).rejects.toMatchObject({ code: 'head_not_reached' });
  expect(nothingOf(fresh)).toBe(true);
});

it('an export that does not contain what a service has known of the vault is refused', async () => {
  await say('Said first');
  fresh.world.services.marks.raise(home.vault.vault, { seq: 3, hash: new Uint8Array(32).fill(7) });
  await expect(bring(home, fresh, desk.lines(await exportLines(desk, exportFrom(home))))).rejects.toMatchObject({
    code: 'head_not_reached',
  });
  expect(nothingOf(fresh)).toBe(true);
});

it('two that have gone different ways are refused, with the last event that both have', async () => {
  for (let i = 0; i < 70; i += 1) await say(`Fact number ${i}`);
  const path = desk.lines(await exportLines(desk, exportFrom(home)));
  const { head } = await at(old, home.token).vaultHead(home.vault.vault);
  await bring(home, fresh, path);
  for (const site of [old, fresh]) {
    await at(site, home.vault.appToken).remember({ memories: [{ text: `Only at ${site.url}` }] });
    await at(site, home.vault.appToken).remember({ memories: [{ text: `And again at ${site.url}` }] });
  }
  const forked = desk.lines(await exportLines(desk, exportFrom(home)));
  const before = fresh.stored();
  expect(await bring(home, fresh, forked)).toMatchObject({ outlook: { outcome: 'forked', fork: head.seq }, done: null });
  expect(fresh.stored()).toEqual(before);
});

it('only the owner’s key has a vault taken up, and only from the export’s own ledger', async () => {
  await live();
  const path = desk.lines(await exportLines(desk, exportFrom(home)));
  const stranger = await Home.make(old);
  const checked = await checkFile(home, path);
  const theirs = importerOf(stranger, fresh);
  const { import: id } = await askImport(theirs, checked, false);
  expect(id).not.toBeNull();
  await expect(sendImport(theirs, checked, id ?? '', openExport(path, null).lines, () => undefined)).rejects.toMatchObject({
    code: 'event_signature_invalid',
  });
  expect(nothingOf(fresh)).toBe(true);
  // A request that was signed for another head.
  const short = { ...checked, about: { ...checked.about, head: { ...checked.about.head, seq: checked.about.head.seq - 1 } } };
  const ours = importerOf(home, fresh);
  const again = await askImport(ours, short, false);
  await expect(sendImport(ours, short, again.import ?? '', openExport(path, null).lines, () => undefined)).rejects.toMatchObject({
    code: 'transfer_damaged',
  });
  expect(nothingOf(fresh)).toBe(true);
});

/** Whether nothing of any vault lies in a site's database. */
function nothingOf(site: Site): boolean {
  const stored = site.stored();
  return ['vaults', 'events', 'versions', 'boxes', 'receipts', 'row_states', 'imports', 'import_rows'].every(
    (table) => stored[table] === 0,
  );
}

const bends: readonly [string, (line: ExportLine) => ExportLine | readonly ExportLine[] | null][] = [
  ['a box that nobody signed', (line) => (line.type === 'box' && line.grant === null ? [line, { ...line, epoch: 2 }] : line)],
  ['an event dropped', (line) => (line.type === 'event' && line.seq === 5 ? null : line)],
  ['a version dropped', (line) => (line.type === 'version' && line.version === 2 ? null : line)],
  ['a box dropped', (line) => (line.type === 'box' && line.grant === null ? null : line)],
  [
    'another sealed text',
    (line) => (line.type === 'version' && line.sealed ? { ...line, sealed: { ...line.sealed, text: line.sealed.header } } : line),
  ],
  ['another commitment', (line) => (line.type === 'version' ? { ...line, commitment: 'ab'.repeat(32) } : line)],
  ['a key of nobody’s', (line) => (line.type === 'version' ? { ...line, wrapEpoch: 2 } : line)],
  ['another sealed half of an event', (line) => (line.type === 'event' && line.kind === 'remembered' ? { ...line, beside: 'AAAA' } : line)],
  ['no sealed half of an event', (line) => (line.type === 'event' && line.kind === 'remembered' ? { ...line, beside: null } : line)],
  ['another row’s id', (line) => (line.type === 'version' ? { ...line, row: `mem_${'0'.repeat(32)}` } : line)],
];

it('a service takes nothing up that its own checks do not let in, whatever it was sent', async () => {
  await live();
  const path = desk.lines(await exportLines(desk, exportFrom(home)));
  for (const [name, bend] of bends) {
    await expect(bring(home, fresh, path, bend), name).rejects.toMatchObject({
      code: expect.stringMatching(/^transfer_(?:damaged|unfinished)$/) as string,
    });
    // What a piece was refused for stays out of sight until the next import, or a day.
    expect(fresh.stored(), name).toMatchObject({ vaults: 0, grants: 0, row_states: 0 });
    if (name !== 'another row’s id') expect(nothingOf(fresh), name).toBe(true);
  }
});

it('what was begun and never ended is seen by nobody, and is gone after a day', async () => {
  await live();
  const path = desk.lines(await exportLines(desk, exportFrom(home)));
  const importer = importerOf(home, fresh);
  const checked = await checkFile(home, path);
  const { import: id } = await askImport(importer, checked, false);
  const half = async function* (): AsyncGenerator<ExportLine> {
    for await (const line of openExport(path, null).lines) {
      if (line.type === 'receipt') throw new Error('the power went');
      yield line;
    }
  };
  await expect(sendImport(importer, checked, id ?? '', half(), () => undefined)).rejects.toThrow('the power went');
  await importer.client.importLines(checked.about.vault, { import: id ?? '', piece: 0, lines: await firstLines(path) });
  expect(fresh.stored()['events']).toBeGreaterThan(0);
  expect(fresh.stored()['row_states']).toBe(0);
  await expect(at(fresh, home.token).list({})).rejects.toMatchObject({ code: 'token_invalid' });
  expect(await fresh.world.services.store.dueCount(Number.MAX_SAFE_INTEGER)).toBe(0);
  expect(await dropStaleImports(fresh.world.services)).toBe(0);
  fresh.world.clock.advance(DAY + 1);
  expect(await dropStaleImports(fresh.world.services)).toBe(1);
  expect(nothingOf(fresh)).toBe(true);
  // The same file, from the start.
  fresh.world.clock.set(old.world.clock.now());
  expect((await bring(home, fresh, path)).done).not.toBeNull();
});

async function firstLines(path: string): Promise<ExportLine[]> {
  const found: ExportLine[] = [];
  for await (const line of openExport(path, null).lines)
    if (line.type === 'genesis' || line.type === 'event' || line.type === 'version') found.push(line);
  return found;
}

it('a reseal changes nothing of a whole export', async () => {
  await live();
  const lines = await exportLines(desk, exportFrom(home));
  expect(resealed(lines)).toEqual(lines);
});

it('an import that gives way to another while it is being checked does not take that one along', async () => {
  await live();
  const path = desk.lines(await exportLines(desk, exportFrom(home)));
  const checked = await checkFile(home, path);
  const importer = importerOf(home, fresh);
  const first = await askImport(importer, checked, false);
  let second: string | null = null;
  const slow = {
    client: {
      beginImport: importer.client.beginImport.bind(importer.client),
      importLines: importer.client.importLines.bind(importer.client),
      endImport: async (...asked: Parameters<MemSyncClient['endImport']>) => {
        const ending = importer.client.endImport(...asked);
        second = (await askImport(importer, checked, false)).import;
        return ending;
      },
    },
  };
  const ended = await sendImport(slow, checked, first.import ?? '', openExport(path, null).lines, () => undefined).then(
    () => 'done',
    (error: unknown) => error,
  );
  if (ended === 'done') {
    expect(fresh.stored()['vaults']).toBe(1);
    return;
  }
  expect(ended).toMatchObject({ code: expect.stringMatching(/^transfer_|vault_busy/) as string });
  expect(fresh.stored()).toMatchObject({ vaults: 0, imports: 1 });
  expect((await sendImport(importer, checked, second ?? '', openExport(path, null).lines, () => undefined)).rows).toBe(7);
});
