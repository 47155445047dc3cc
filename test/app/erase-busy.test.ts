import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Memory } from '../../schemas/memory.ts';
import { readCertificates } from '../../src/app/certificates.ts';
import { finishErasures } from '../../src/app/erase/carry-out.ts';
import { issueReceipt } from '../../src/app/issue-receipt.ts';
import { show } from '../../src/app/list.ts';
import { remember } from '../../src/app/remember.ts';
import { retrieve } from '../../src/app/retrieve.ts';
import { filesHolding, tracesOf } from '../support/erased.ts';
import type { TestOwner } from '../support/owner.ts';
import { World } from '../support/world.ts';

const MARK = 'Quillfeather';
const LONG = `${MARK} ${'is a name that nobody else in this street has. '.repeat(6000)}`;

let world: World;
let owner: TestOwner;
let app: string;

beforeEach(async () => {
  world = await World.open();
  owner = await world.owner();
  app = await owner.grant();
});
afterEach(() => world.close());

async function say(text: string): Promise<Memory> {
  const { memories } = await remember(world.services, app, { memories: [{ text }] }, null);
  return memories[0] as Memory;
}

const eraseRows = (...rows: readonly { id: string }[]) => owner.post('erased', { scope: 'rows', rows: rows.map(({ id }) => id) });

it('an erasure that is held up by somebody who reads from the database is answered once they are done, or said to be busy and finished later', async () => {
  const [row, other] = [await say(LONG), await say(`${MARK} has a sister. ${LONG.slice(0, 5000)}`)];
  const { id } = await retrieve(world.services, app, { query: MARK });
  const receipt = (await issueReceipt(world.services, app, { retrievalId: id, model: { label: 'm' }, output: { text: 'x' } }, null)).id;
  const found = await tracesOf(world.services, owner.vault, row, receipt);
  const otherFound = await tracesOf(world.services, owner.vault, other, receipt);
  const device = await owner.device();
  const pending = async () => (await readCertificates(world.services, device, owner.vault)).pending;
  const reader = new Database(world.database, { readonly: true });
  const read = () => reader.prepare('SELECT count(*) FROM versions').pluck().get();
  try {
    reader.prepare('BEGIN').run();
    expect(read()).toBe(2);
    const answer = eraseRows(row);
    await expect.poll(pending).toBe(1);
    await expect(show(world.services, app, row.id)).rejects.toMatchObject({ code: 'memory_erased' });
    expect([read(), filesHolding(world.folder, found).length > 0]).toEqual([2, true]);
    reader.prepare('COMMIT').run();
    expect((await answer).certificate?.kind).toBe('erasure');
    expect([await pending(), filesHolding(world.folder, found)]).toEqual([0, []]);

    reader.prepare('BEGIN').run();
    expect(read()).toBe(1);
    await expect(eraseRows(other)).rejects.toMatchObject({ code: 'vault_busy' });
    await expect(show(world.services, app, other.id)).rejects.toMatchObject({ code: 'memory_erased' });
    expect(await pending()).toBe(1);
    reader.prepare('COMMIT').run();
  } finally {
    reader.close();
  }
  expect(await finishErasures(world.services)).toEqual({ finished: 1, waiting: 0 });
  expect([await pending(), filesHolding(world.folder, otherFound)]).toEqual([0, []]);
}, 30_000);
