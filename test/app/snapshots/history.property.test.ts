import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Memory } from '../../../schemas/memory.ts';
import { edit } from '../../../src/app/edit.ts';
import { list } from '../../../src/app/list.ts';
import type { OpenVault } from '../../../src/app/open-vault.ts';
import { remember } from '../../../src/app/remember.ts';
import { retrieve } from '../../../src/app/retrieve.ts';
import { isMemSyncError } from '../../../src/core/errors.ts';
import type { TestOwner } from '../../support/owner.ts';
import { rotate } from '../../support/rotate.ts';
import { close, keepSnapshots } from '../../support/snapshots.ts';
import { DAY, World } from '../../support/world.ts';

const TEXTS = ['Plays the cello', 'Plays chess', 'Drinks oolong', 'Lives in Porto', 'Lives in Lisbon', 'Allergic to hazelnuts'];
const ATTRIBUTES = ['home', 'colour'];

const anyText = fc.constantFrom(...TEXTS);
const pick = fc.nat(1000);
const anyAct = fc.oneof(
  { weight: 4, arbitrary: fc.record({ act: fc.constant('say' as const), text: anyText, work: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ act: fc.constant('derive' as const), text: anyText, pick }) },
  { weight: 2, arbitrary: fc.record({ act: fc.constant('set' as const), text: anyText, attribute: fc.constantFrom(...ATTRIBUTES) }) },
  { weight: 3, arbitrary: fc.record({ act: fc.constant('edit' as const), text: anyText, pick }) },
  { weight: 2, arbitrary: fc.record({ act: fc.constantFrom('confirm' as const, 'retract' as const, 'erase' as const), pick }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constantFrom('rotate' as const, 'restart' as const) }) },
  { weight: 3, arbitrary: fc.record({ act: fc.constantFrom('snapshot' as const, 'close' as const) }) },
);
type Act = typeof anyAct extends fc.Arbitrary<infer T> ? T : never;

interface Stage {
  readonly world: World;
  readonly owner: TestOwner;
  readonly app: string;
  readonly device: string;
}

const rowsOf = async ({ world, device }: Stage): Promise<readonly Memory[]> =>
  (await list(world.services, device, { limit: 200 })).memories;

async function play(stage: Stage, act: Act): Promise<void> {
  const { world, owner, app } = stage;
  world.clock.advance(DAY);
  const rows = await rowsOf(stage);
  const say = (memory: object): Promise<unknown> => remember(world.services, app, { memories: [{ text: '', ...memory }] }, null);
  const chosen = 'pick' in act ? rows[act.pick % Math.max(1, rows.length)] : undefined;
  switch (act.act) {
    case 'say':
      await say({ text: act.text, collection: act.work ? 'work' : 'default' });
      break;
    case 'derive':
      await say({ text: `${act.text}, so they say`, derivedFrom: chosen === undefined ? [] : [chosen.id] });
      break;
    case 'set':
      await say({ text: act.text, subject: 'user', attribute: act.attribute });
      break;
    case 'edit':
      if (chosen !== undefined) await edit(world.services, app, chosen.id, { text: `${act.text} now` }, null);
      break;
    case 'confirm':
      if (chosen !== undefined) await owner.confirm(chosen);
      break;
    case 'retract':
      if (chosen !== undefined) await owner.retract(chosen);
      break;
    case 'erase':
      if (chosen !== undefined) await owner.post('erased', { scope: 'rows', rows: [chosen.id] });
      break;
    case 'rotate':
      await rotate(owner);
      break;
    case 'snapshot':
      await rowsOf(stage);
      await keepSnapshots(world, owner.vault);
      break;
    case 'close':
      close(world, owner.vault);
      break;
    case 'restart':
      await world.restart();
      break;
  }
}

/** All that anybody can see of an open vault, and what its writes go by. */
async function seen(stage: Stage): Promise<unknown> {
  const { world, owner, app, device } = stage;
  const rows = await rowsOf(stage);
  const answers = [];
  for (const query of ['Plays', 'Porto', 'oolong now', 'hazelnuts', 'they say']) {
    for (const token of [app, device]) {
      const { context, engine, rows: found, withheld } = await retrieve(world.services, token, { query, includeDormant: true });
      answers.push({ context, engine, withheld, found: found.map(({ id, score, rank, why }) => ({ id, score, rank, why })) });
    }
  }
  const vault = world.services.vaults.open.get(owner.vault);
  return { rows, answers, beneath: vault === undefined ? null : beneath(vault, rows) };
}

function beneath(vault: OpenVault, rows: readonly Memory[]): unknown {
  const texts = new Set([...TEXTS, ...TEXTS.map((text) => `${text} now`), ...rows.map(({ text }) => text)]);
  const inUse = (id: string): boolean => rows.some((row) => row.id === id && (row.standing === 'live' || row.standing === 'contested'));
  const collection = [...vault.names].find(([, name]) => name === 'default')?.[0] ?? '';
  return {
    size: vault.rows.size,
    ids: [...vault.rows.keys()].toSorted(),
    basis: [...vault.rows.values()].map(({ state, basisAt }) => `${state.id} ${basisAt}`).toSorted(),
    damaged: [...vault.damaged],
    said: [...texts].map((text) =>
      vault
        .sayingsOf(text)
        .filter(({ row }) => vault.rows.has(row))
        .map(({ row, version }) => `${row} ${version}`)
        .toSorted(),
    ),
    speaking: ATTRIBUTES.map((attribute) => [...vault.attributes.of({ collection, subject: 'user', attribute }, inUse)].toSorted()),
    below: rows.map(({ id }) => [...vault.descent.below([id])].toSorted()),
    indexed: vault.index.size,
  };
}

describe('whatever happens in between', () => {
  it('a vault opened from its snapshots is the one that is opened row by row', { timeout: 300_000 }, async () => {
    let fromSnapshots = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(anyAct, { minLength: 4, maxLength: 18 }), async (acts) => {
        const world = await World.open();
        try {
          const owner = await world.owner();
          await owner.addCollection('work');
          const app = await owner.grant({ collections: ['default', 'work'] });
          const stage: Stage = { world, owner, app, device: await owner.device() };
          await play(stage, { act: 'say', text: 'Plays chess', work: true });
          for (const act of acts) {
            await play(stage, act).catch((error: unknown) => {
              if (!isMemSyncError(error)) throw error;
            });
          }
          const warm = await seen(stage);
          close(world, owner.vault);
          const cold = await seen(stage);
          fromSnapshots += [...(world.services.vaults.open.get(owner.vault)?.snapshots.values() ?? [])].filter(
            ({ isGood }) => isGood,
          ).length;
          await world.services.store.snapshots.drop(owner.vault);
          close(world, owner.vault);
          const fresh = await seen(stage);
          expect(cold).toEqual(fresh);
          expect(warm).toEqual(fresh);
        } finally {
          await world.close();
        }
      }),
      { numRuns: 40 },
    );
    expect(fromSnapshots).toBeGreaterThan(10);
  });
});
