import { afterEach, beforeEach, expect, it } from 'vitest';
import { MemSyncClient } from '../../../src/sdk/client.ts';
import { Redacted } from '../../../src/core/redacted.ts';
import { systemRandom } from '../../../src/core/random.ts';
import { Spool } from '../../../src/sdk/transfer/spool.ts';
import { fetchExport } from '../../../src/sdk/transfer/write-export.ts';
import { FIRST_APP_GRANT } from '../../../src/sdk/grant.ts';
import { Home } from '../../sdk/home.ts';
import { Site } from '../../support/site.ts';
import { bring, Desk, exportFrom, exportLines, resealed } from '../../support/transfer.ts';

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
const texts = async (site: Site, token: string): Promise<string[]> =>
  (await at(site, token).list({ limit: 200 })).memories.map(({ text }) => text).sort();

it('a vault with rotated keys and a later owner key is the same vault elsewhere', async () => {
  await home.app.remember({ memories: [{ text: 'Allergic to hazelnuts' }] });
  const second = await home.owner().grant({ ...FIRST_APP_GRANT, label: 'to be cut off' }, ['default']);
  await home.owner().rotate({ revoke: [second.grant] });
  await home.owner().rotateOwnerKey();
  await home.app.remember({ memories: [{ text: 'Lives in Porto' }] });
  expect(await bring(home, fresh, desk.lines(await exportLines(desk, exportFrom(home))))).toMatchObject({ done: { rows: 2 } });
  expect(await texts(fresh, home.vault.appToken)).toEqual(['Allergic to hazelnuts', 'Lives in Porto']);
  expect(await texts(fresh, home.token)).toEqual(['Allergic to hazelnuts', 'Lives in Porto']);
  await expect(texts(fresh, second.token)).rejects.toMatchObject({ code: 'grant_revoked' });
  expect((await at(fresh, home.token).rotations(home.vault.vault)).rotations.map(({ epoch }) => epoch)).toEqual([2, 2]);
});

it('an owner who has moved on to a later key brings an export from before as what is there already', async () => {
  await home.app.remember({ memories: [{ text: 'Allergic to hazelnuts' }] });
  const path = desk.lines(await exportLines(desk, exportFrom(home)));
  await home.owner().rotateOwnerKey();
  expect(await bring(home, old, path)).toMatchObject({ outlook: { outcome: 'present' }, done: null });
});

it.each([
  ['keys are rotated', () => home.owner().rotate()],
  ['a grant is revoked', async () => home.owner().revoke((await home.owner().grant(FIRST_APP_GRANT, ['default'])).grant)],
  ['a row is erased', async () => home.owner().erase({ scope: 'rows', rows: [(await home.app.list({})).memories[0]?.id ?? ''] })],
])('an export during which %s is read anew, and is whole then', async (_what, meanwhile) => {
  await home.app.remember({ memories: ['Allergic to hazelnuts', 'Lives in Porto'].map((text) => ({ text })) });
  const key = new Redacted(systemRandom.bytes(32));
  const client = home.client(home.token);
  let pages = 0;
  let again = 0;
  const exportPage: MemSyncClient['exportPage'] = async (...asked) => {
    pages += 1;
    if (pages === 4) await meanwhile();
    return client.exportPage(...asked);
  };
  const open = (): Promise<Spool> => Spool.open({ folder: desk.file(), purpose: 'test', key });
  const source = {
    client: { exportPage },
    vault: home.vault.vault,
    collection: null,
    progress: () => undefined,
    again: () => (again += 1),
  };
  const { spool, position } = await fetchExport({ ...source, again: () => void source.again() }, await open(), open);
  expect(again).toBe(1);
  expect(position.head.seq).toBe((await client.vaultHead(home.vault.vault)).head.seq);
  const pieces: Uint8Array[] = [];
  for await (const { bytes } of spool.parts()) pieces.push(bytes);
  const lines = Buffer.concat(pieces).toString('utf8').trimEnd().split('\n');
  expect(lines.filter((line) => line.startsWith('{"type":"readme"'))).toHaveLength(1);
  expect(await bring(home, fresh, desk.lines(resealed(lines)))).toMatchObject({ outlook: { outcome: 'new' } });
});

it('what only goes on while it is read is left for the next export', async () => {
  await home.app.remember({ memories: [{ text: 'Lives in Porto' }] });
  const client = home.client(home.token);
  const { about, cursor, lines } = await client.exportPage(home.vault.vault);
  await home.app.remember({ memories: [{ text: 'Said meanwhile' }] });
  const porto = (await client.list({})).memories.find(({ text }) => text === 'Lives in Porto');
  const owner = home.owner();
  await owner.validate([await owner.row(porto?.id ?? '')]);
  await owner.grant({ ...FIRST_APP_GRANT, label: 'given meanwhile' }, ['default']);
  const types: string[] = [];
  let moved = false;
  const said: string[] = [];
  for (let next = cursor; next !== null;) {
    const page = await client.exportPage(home.vault.vault, { cursor: next });
    lines.push(...page.lines);
    types.push(...page.lines.map(({ type }) => type));
    said.push(...page.lines.flatMap((line) => (line.type === 'version' ? [line.text ?? ''] : [])));
    ({ moved } = page);
    next = page.cursor;
  }
  expect(moved).toBe(false);
  expect(types.filter((type) => type === 'event' || type === 'genesis')).toHaveLength((about?.head.seq ?? 0) + 1);
  expect(said).toEqual(['Lives in Porto']);
  const readme = { type: 'readme', format: 'memsync-export/1', text: [], ...about };
  const whole = resealed([readme, ...lines].map((line) => JSON.stringify(line)));
  expect(await bring(home, fresh, desk.lines(whole))).toMatchObject({ done: { rows: 1 } });
});
