import { afterEach, beforeEach, expect, it } from 'vitest';
import { base64, hex } from '../../src/core/bytes.ts';
import { type EventSource, followChain } from '../../src/sdk/follow-chain.ts';
import { type OwnerState, stateAtGenesis } from '../../src/sdk/owner-state.ts';
import { rereadLedger } from '../../src/sdk/restored.ts';
import { KeptWorld } from '../support/backups.ts';

let kept: KeptWorld;
beforeEach(async () => {
  kept = await KeptWorld.open();
});
afterEach(() => kept.close());

const LATER = { epoch: 2, keyCommitment: 'ab'.repeat(32), boxSha256: 'ab'.repeat(32), sealedPrevious: 'AAAA' };

/** The ledger as the service shows it. */
const source: EventSource = {
  events: async (vault, { from = 0, limit = 7 }) => {
    const { store } = kept.world.services;
    const head = await store.head(vault);
    if (head === null) throw new Error('there is no vault');
    // Small pages, so that there are many.
    const events = await store.events(vault, from, Math.min(limit, 3));
    return {
      head: { seq: head.seq, hash: hex(head.hash) },
      events: events.map(({ seq, hash, stored, beside }) => ({
        seq,
        hash: hex(hash),
        stored: base64(stored),
        beside: beside === null ? null : base64(beside),
      })),
    };
  },
};

async function remembered(): Promise<OwnerState> {
  const { state } = await kept.world.services.vaults.acquire(kept.owner.vault);
  return followChain(source, stateAtGenesis(state.genesis));
}

it('what a restore has lost is told from what is remembered, and only where all before it is the owner’s own history', async () => {
  const row = await kept.say('One');
  await kept.owner.confirm(row);
  const all = await remembered();
  expect(await rereadLedger(source, all)).toEqual({ loss: null, state: all });
  await kept.backUp();
  await kept.owner.addCollection('work');
  await kept.owner.grant({ collections: ['work'] });
  await kept.say('Two');
  const state = await remembered();
  await kept.restore();

  const { loss, state: now } = await rereadLedger(source, state);
  expect(loss).toMatchObject({
    restore: { seq: all.head.seq + 1, lostTo: state.head.seq },
    missing: { from: all.head.seq + 1, to: state.head.seq },
    ownerEvents: 2,
    unrevoked: [],
    unrotated: [],
    ownerKeys: 0,
    policy: false,
  });
  expect(loss?.collections).toEqual([kept.owner.key('work').name.collection]);
  expect(loss?.grants).toHaveLength(1);
  expect(now).toMatchObject({ ownerSeq: all.ownerSeq, ownerHead: all.ownerHead, head: { seq: all.head.seq + 1 } });
  expect(now.restores).toEqual([now.head]);
  expect(await rereadLedger(source, now)).toEqual({ loss: null, state: now });

  // Had the owner changed keys as well, that would be told.
  const changed = { ...state, ownerRotations: [state.genesis], collections: state.collections.map((one) => ({ ...one, later: [LATER] })) };
  const more = await rereadLedger(source, changed);
  expect(more.loss).toMatchObject({ ownerKeys: 1, unrotated: now.collections.map(({ id }) => id) });

  const refused = expect.objectContaining({ code: 'head_not_reached' }) as unknown;
  const strangers: Partial<OwnerState>[] = [
    { grants: state.grants.slice(1) },
    { collections: state.collections.slice(1) },
    { ownerSeq: all.ownerSeq - 1 },
    { ownerSeq: all.ownerSeq, ownerHead: 'ab'.repeat(32) },
    // A restore that is remembered already.
    { restores: now.restores },
    // Nothing up to there says that it was restored.
    { head: { seq: all.head.seq, hash: 'ab'.repeat(32) } },
  ];
  for (const change of strangers) await expect(rereadLedger(source, { ...state, ...change })).rejects.toEqual(refused);
});
