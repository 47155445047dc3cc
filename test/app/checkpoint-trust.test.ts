import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Memory } from '../../schemas/memory.ts';
import type { RetrievalReply } from '../../schemas/retrieval.ts';
import { fromUtf8, hex } from '../../src/core/bytes.ts';
import { Redacted } from '../../src/core/redacted.ts';
import { deriveOwnerKeys } from '../../src/crypto/root.ts';
import { readVaultState } from '../../src/app/ledger-reader.ts';
import { remember } from '../../src/app/remember.ts';
import { retrieve } from '../../src/app/retrieve.ts';
import type { RowState, Validation, VaultState } from '../../src/memory/state.ts';
import type { TestOwner } from '../support/owner.ts';
import { DAY, World } from '../support/world.ts';

let world: World;
let owner: TestOwner;
let app: string;
let rows: Memory[];

/** Rows so old that only the owner's word makes them active; the first two are confirmed in one batch. */
beforeEach(async () => {
  world = await World.open();
  owner = await world.owner();
  app = await owner.grant();
  const said = await remember(
    world.services,
    app,
    { memories: ['one', 'two', 'three'].map((text) => ({ text: `likes tea ${text}` })) },
    null,
  );
  rows = said.memories;
  world.clock.advance(150 * DAY);
  await owner.confirm(...rows.slice(0, 2));
});

afterEach(() => world.close());

const ask = (more: object = {}): Promise<RetrievalReply> =>
  retrieve(world.services, app, { query: 'likes tea', includeDormant: true, ...more });
/** Where each of the rows is placed. */
async function placed(): Promise<(string | undefined)[]> {
  const { rows: found } = await ask();
  return rows.map(({ id }) => found.find((row) => row.id === id)?.placement);
}

/** Seals a checkpoint as the service does, of a state that somebody with its keys has bent; the ledger stays as it is. */
async function forge(bend: (state: VaultState) => void): Promise<void> {
  const state = await readVaultState(world.services.store, owner.vault);
  if (state === null) throw new Error('there is a vault');
  bend(state);
  expect(await world.services.checkpoints.keep(state)).toBe(true);
}

function rowOf(state: VaultState, i: number): RowState {
  const row = state.rows.get(rows[i]?.id ?? '');
  if (row === undefined) throw new Error('there is such a row');
  return row;
}

/** Has a state say of a row that the owner stands behind it, as behind the first, with what is bent in that. */
function claim(state: VaultState, row: number, bent: Partial<Validation>): void {
  const { validation } = rowOf(state, 0);
  if (validation !== null) rowOf(state, row).validation = { ...validation, ...bent };
}

describe('the owner’s word in a checkpoint', () => {
  it('is taken once its signature has been checked', async () => {
    const before = await placed();
    expect(before.slice(0, 2)).toEqual(['active', 'active']);
    expect(before[2]).not.toBe('active');
    await forge(() => undefined);
    await world.restart();
    expect(await placed()).toEqual(before);
    const { state } = await world.services.vaults.acquire(owner.vault);
    expect(world.services.checkpoints.unsealedAt(state)).toBe(state.headSeq);
  });

  it('is checked with the key that was the owner’s then, or that of a device', async () => {
    const nextKeys = deriveOwnerKeys(owner.root, 1);
    await owner.send(
      owner.signAs(nextKeys, 'owner_rotated', { ownerKey: hex(nextKeys.signing.publicKey), nextKeyHash: hex(nextKeys.nextKeyHash) }),
    );
    Object.assign(owner, { keys: nextKeys });
    const device = deriveOwnerKeys(new Redacted(new Uint8Array(32).fill(9)));
    const { grantId, body, boxes } = owner.grantParts({ role: 'device', capabilities: ['list'] });
    await owner.post('granted', { ...body, signingKey: hex(device.signing.publicKey) }, { boxes });
    const leaves = rows.slice(2).map((row) => owner.leaf(row));
    const { payload } = owner.next('validated', owner.validatedBody(leaves), { by: grantId });
    await owner.send(owner.sign(JSON.parse(fromUtf8(payload)), device), { leaves });
    expect(await placed()).toEqual(['active', 'active', 'active']);
    await forge(() => undefined);
    await world.restart();
    expect(await placed()).toEqual(['active', 'active', 'active']);
    const { state } = await world.services.vaults.acquire(owner.vault);
    expect(world.services.checkpoints.unsealedAt(state)).toBe(state.headSeq);
    // A device that had been cut off by then can have confirmed nothing.
    await forge((bent) => void ((bent.grants.get(grantId) as { revokedAt: number | null }).revokedAt = 0));
    await world.restart();
    await ask();
    expect(world.services.checkpoints.unsealedAt((await world.services.vaults.acquire(owner.vault)).state)).toBe(-1);
  });

  it.each<[string, (state: VaultState) => void]>([
    ['a row that the owner never confirmed', (state) => claim(state, 2, { leaf: 0 })],
    ['a leaf that there is not', (state) => claim(state, 2, { leaf: 2 })],
    ['an event that is no validation', (state) => claim(state, 2, { seq: 2 })],
    ['an event of a grant', (state) => claim(state, 2, { seq: 6 })],
    ['an event that there is not', (state) => claim(state, 2, { seq: 1 + state.headSeq })],
    ['a later time', (state) => claim(state, 0, { at: world.clock.now() + DAY })],
    ['a longer term', (state) => claim(state, 0, { expiresAt: world.clock.now() + 4000 * DAY })],
    ['doubts seen that came later', (state) => claim(state, 0, { seen: 1000 })],
  ])('is not taken for %s: the ledger is folded anew', async (_what, bend) => {
    const before = await ask();
    await forge(bend);
    await world.restart();
    const after = await ask();
    expect(after.rows).toEqual(before.rows);
    expect((await ask({ asOf: { seq: before.head.seq } })).rows).toEqual(before.rows);
    const { state } = await world.services.vaults.acquire(owner.vault);
    expect(world.services.checkpoints.unsealedAt(state)).toBe(-1);
  });

  it('is not taken for the past either', async () => {
    const { head, rows: before } = await ask();
    await forge((state) => {
      rowOf(state, 2).validation = rowOf(state, 1).validation;
    });
    await remember(world.services, app, { memories: [{ text: 'Something else' }] }, null);
    expect((await ask({ asOf: { seq: head.seq } })).rows).toEqual(before);
  });

  it('is not taken where its event has been bent since: that is told', async () => {
    await forge(() => undefined);
    await world.restart(() => {
      const db = new DatabaseSync(world.database);
      const stored = db.prepare('SELECT seq, stored FROM events ORDER BY seq DESC LIMIT 1').get() as { seq: number; stored: Uint8Array };
      const bent = Uint8Array.from(stored.stored);
      bent[bent.length - 1] = (bent.at(-1) ?? 0) ^ 1;
      db.prepare('UPDATE events SET stored = ? WHERE seq = ?').run(bent, stored.seq);
      db.close();
    });
    await expect(ask()).rejects.toMatchObject({ code: 'ledger_broken' });
  });
});
