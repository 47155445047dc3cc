import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { eraseAgain, type KnownErasure } from '../../../src/app/backup/erase-again.ts';
import { FileJournal } from '../../../src/config/erasure-journal.ts';
import { issueReceipt } from '../../../src/app/issue-receipt.ts';
import { readVaultState } from '../../../src/app/ledger-reader.ts';
import { retrieve } from '../../../src/app/retrieve.ts';
import { openSqliteStore } from '../../../src/store/sqlite/store.ts';
import { KeptWorld } from '../../support/backups.ts';

let kept: KeptWorld;
beforeEach(async () => {
  kept = await KeptWorld.open();
});
afterEach(() => kept.close());

const EVENT = 'ab'.repeat(32);
const OTHER = 'cd'.repeat(32);

/** Erases on the stopped service's database, as a restore does on the one that it prepares; returns how many rows, and the ledger's state then. */
async function erased(...known: KnownErasure[]) {
  await kept.stop();
  const store = openSqliteStore({ path: kept.world.database });
  const rows = await eraseAgain(store, kept.owner.vault, known, kept.world.clock.now());
  const state = await readVaultState(store, kept.owner.vault);
  await store.close();
  await kept.start();
  if (state === null) throw new Error('the vault is gone');
  return { rows, state };
}

it('rows that had been erased are erased again: not served, named in the ledger, noted as still to be taken off the disk', async () => {
  const [one, two, three] = [await kept.say('One'), await kept.say('Two'), await kept.say('Three')];
  if (one === undefined || two === undefined || three === undefined) throw new Error('three rows');
  const before = (await kept.world.services.store.head(kept.owner.vault))?.seq ?? 0;
  const { vault } = kept.owner;
  const rows: KnownErasure = { vault, event: EVENT, what: { scope: 'rows', rows: [one.id, `mem_${'0'.repeat(32)}`] } };
  const { rows: count, state } = await erased(rows, { ...rows, vault: OTHER }, { ...rows, event: OTHER });
  expect(count).toBe(1);
  expect(state.headSeq).toBe(before + 1);
  expect([one, two, three].map(({ id }) => state.rows.get(id)?.erased?.seq ?? null)).toEqual([before + 1, null, null]);
  expect((await kept.rows()).map(({ id }) => id).toSorted()).toEqual([two.id, three.id].toSorted());
  // Done again, there is nothing to do.
  expect((await erased(rows)).rows).toBe(0);
});

it('a collection’s rows go with it, and a vault’s with the vault', async () => {
  await kept.say('One');
  await kept.say('Two');
  const collection = kept.owner.key('default').name.collection;
  const { vault } = kept.owner;
  expect((await erased({ vault, event: EVENT, what: { scope: 'collection', collection } })).rows).toBe(2);
  await kept.say('Three');
  const { rows, state } = await erased({ vault, event: OTHER, what: { scope: 'vault' } });
  expect(rows).toBe(1);
  expect([...state.rows.values()].every((row) => row.erased !== null)).toBe(true);
  expect(await kept.rows()).toEqual([]);
});

it('an erasure that the ledger has is not repeated', async () => {
  const row = await kept.say('One');
  const { state } = await erased();
  const known: KnownErasure = { vault: kept.owner.vault, event: state.ownerHead, what: { scope: 'rows', rows: [row.id] } };
  expect((await erased(known)).rows).toBe(0);
});

it('a vault that was erased whole is left with no receipt either', async () => {
  const row = await kept.say('One');
  const { services } = kept.world;
  const { vault } = kept.owner;
  const { id } = await retrieve(services, kept.token, { query: 'One' });
  const { id: receipt } = await issueReceipt(services, kept.token, { retrievalId: id, model: { label: 'm' }, output: { text: 'x' } }, null);
  expect(await services.store.receipt(vault, receipt)).not.toBeNull();
  await kept.backUp();
  new FileJournal(join(kept.world.folder, 'keys')).note({
    vault,
    event: EVENT,
    seq: 9,
    at: kept.world.clock.now(),
    what: { scope: 'vault' },
  });
  expect((await kept.restore()).restored.vaults).toMatchObject([{ erasedAgain: 1 }]);
  const { store } = kept.world.services;
  expect([await store.version(vault, row?.id ?? '', 1), await store.receipt(vault, receipt)]).toEqual([null, null]);
  expect([await store.receiptRows(vault, receipt), await store.retrievalsAfter(vault, '', 10)]).toEqual([[], []]);
});

it('a restore erases again what the journal in the key folder has, in the ledger and on the disk', async () => {
  const [one, two] = [await kept.say('One'), await kept.say('Two')];
  const { vault } = kept.owner;
  await kept.backUp();
  const erasure = { vault, event: EVENT, seq: 9, at: kept.world.clock.now(), what: { scope: 'rows' as const, rows: [one?.id ?? ''] } };
  new FileJournal(join(kept.world.folder, 'keys')).note(erasure);
  const { restored } = await kept.restore();
  expect(restored.vaults).toMatchObject([{ outcome: 'same', erasedAgain: 1 }]);
  const { store } = kept.world.services;
  expect(await store.version(vault, one?.id ?? '', 1)).toBeNull();
  expect(await store.version(vault, two?.id ?? '', 1)).not.toBeNull();
  expect((await kept.rows()).map(({ id }) => id)).toEqual([two?.id]);
  expect(await store.erasing.pending()).toEqual([]);
});
