import { afterEach, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { enter } from '../../src/app/access.ts';
import { issueReceipt } from '../../src/app/issue-receipt.ts';
import type { OpenVault } from '../../src/app/open-vault.ts';
import { remember } from '../../src/app/remember.ts';
import { retrieve } from '../../src/app/retrieve.ts';
import { rewrapVault } from '../../src/app/rewrap.ts';
import { openRecord, sealRecord } from '../../src/app/sealed-record.ts';
import { makeId } from '../../src/core/ids.ts';
import type { TestOwner } from '../support/owner.ts';
import { rotate } from '../support/rotate.ts';
import { World } from '../support/world.ts';

let world: World;
let owner: TestOwner;
let kept: string;

beforeEach(async () => {
  world = await World.open();
  owner = await world.owner();
  kept = await owner.grant();
});
afterEach(() => world.close());

function openVault(): OpenVault {
  const vault = world.services.vaults.open.get(owner.vault);
  if (vault === undefined) throw new Error('the vault is not open');
  return vault;
}

/** Evidence after each of these receipts, with artefacts of these sizes in bytes. */
async function withEvidence(receipts: readonly string[], sizes: readonly number[]): Promise<void> {
  const { writer, random, vaults } = world.services;
  await writer.submit({
    prepare: async () => ({ tail: (await vaults.acquire(owner.vault)).state }),
    build: (_, { draft }) => {
      const seal = (kind: 'addendum' | 'evidence', name: string, value: unknown) =>
        sealRecord(openVault().vaultKey(), [kind, name], value, random);
      for (const receipt of receipts) {
        for (const [i, size] of sizes.entries()) {
          const number = i + 1;
          const name = `${receipt}/${number}`;
          const evidence = size === 0 ? new Uint8Array(0) : seal('evidence', name, 'x'.repeat(size));
          const id = makeId('addendum', draft.now, random);
          draft.addenda.push({ receipt, number, id, at: draft.now, logIndex: 0, sealed: seal('addendum', name, { number }), evidence });
        }
      }
    },
  });
}

it('evidence that came after receipts comes along after a rotation, with artefacts of more bytes than one commit holds', async () => {
  await remember(world.services, kept, { memories: [{ text: 'Plays the cello' }] }, null);
  const receipts: string[] = [];
  for (const query of ['cello', 'plays']) {
    const served = await retrieve(world.services, kept, { query });
    const request = { retrievalId: served.id, model: { label: 'm' }, output: { text: 'x' } };
    receipts.push((await issueReceipt(world.services, kept, request, null)).id);
  }
  const sizes = [7, 7, 0, 7, 7, 0].map((megabytes) => megabytes * 1_000_000);
  await withEvidence(receipts, sizes);
  const { store } = world.services;
  const all = async () => (await Promise.all(receipts.map((id) => store.addenda.after(owner.vault, id, 0, Infinity)))).flat();
  const before = await all();
  const commits = world.services.writer.counts.commits;
  await rotate(owner);
  const { vault } = await enter(world.services, kept, null);
  await rewrapVault(world.services, vault);
  expect(world.services.writer.counts.commits - commits).toBeGreaterThan(6);
  const after = await all();
  expect(after).toHaveLength(12);
  const newest = openVault().vaultKeys().slice(0, 1);
  for (const [i, one] of after.entries()) {
    expect(one.sealed).not.toEqual(before[i]?.sealed);
    const name = `${one.receipt}/${one.number}`;
    expect(openRecord(newest, ['addendum', name], one.sealed, z.unknown())).toEqual({ number: one.number });
    const size = sizes[one.number - 1] ?? 0;
    if (size === 0) expect(one.evidence).toHaveLength(0);
    else expect(openRecord(newest, ['evidence', name], one.evidence, z.string())).toHaveLength(size);
  }
  expect(await store.rewrapsPending()).toBe(0);
});
