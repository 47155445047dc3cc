import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { edit } from '../../../src/app/edit.ts';
import { readVaultState } from '../../../src/app/ledger-reader.ts';
import { list } from '../../../src/app/list.ts';
import { diffReceipt } from '../../../src/app/replay/diff.ts';
import { demoteStale } from '../../../src/app/demote-stale.ts';
import { rotate } from '../../support/rotate.ts';
import { DAY } from '../../support/world.ts';
import { Asked, told } from './asked.ts';

let asked: Asked;

beforeEach(async () => {
  asked = await Asked.open();
});

afterEach(() => asked.world.close());

const IDENTICAL = { outcome: 'identical', reason: null, context: 'same', added: 0, faults: [] };

describe('a replay', () => {
  it('is identical, whatever has been edited, demoted, retracted, rotated and restarted since', async () => {
    const tea = await asked.say('Likes tea in the morning');
    const coffee = await asked.say('Likes coffee, never tea, at noon');
    const { receipt } = await asked.ask('tea coffee');
    asked.world.clock.advance(DAY);
    await edit(asked.world.services, asked.app, tea.id, { text: 'Likes water', category: 'health' }, null);
    await asked.owner.retract(coffee);
    await asked.say('Likes tea above all');
    asked.world.clock.advance(300 * DAY);
    await demoteStale(asked.world.services);
    await rotate(asked.owner);
    for (const again of [false, true]) {
      if (again) await asked.world.restart();
      for (const token of [asked.app, asked.device]) {
        const replay = await asked.replay(receipt.id, token);
        expect(told(replay)).toEqual({ ...IDENTICAL, rows: ['same', 'same'] });
        expect(replay.checked).toEqual({ signature: 'verified', commitments: 2, tags: 2, lines: 3, scores: 2, erased: 0 });
        expect(replay.engine.replayed).toBe(replay.engine.served);
      }
    }
  });

  it('is reduced where rows were erased: each that is left gives its signed line', async () => {
    await asked.say('Drinks tea in Porto');
    await asked.say('Drinks coffee and tea in Lisbon');
    await asked.say('Drinks water and tea at home, at work and elsewhere, on most days');
    const { receipt, served } = await asked.ask('tea', { limit: 2 });
    await asked.owner.post('erased', { scope: 'rows', rows: [served.rows[0]?.id] });
    const replay = await asked.replay(receipt.id);
    expect(told(replay)).toEqual({ outcome: 'reduced', reason: null, context: 'reduced', rows: ['erased', 'moved'], added: 1, faults: [] });
    expect(replay.checked).toMatchObject({ commitments: 1, tags: 1, lines: 1, erased: 1 });
    // What would come in is named to those who may see it now.
    const id = replay.added[0]?.row ?? '';
    expect((await asked.replay(receipt.id, asked.app)).added).toMatchObject([{ row: id }]);
    const all = await list(asked.world.services, asked.device, { limit: 10 });
    for (const row of all.memories) if (row.id === id) await asked.owner.retract(row);
    const narrow = await asked.owner.grant({ role: 'device', categories: ['health'] });
    expect((await asked.replay(receipt.id, asked.device)).added).toMatchObject([{ row: id }]);
    expect(await asked.replay(receipt.id, narrow)).toMatchObject({ outcome: 'not_replayable', reason: 'collection_closed', added: [] });
  });

  it('is identical while others write, and from both sides of a comparison', async () => {
    const rows = [];
    for (let i = 0; i < 6; i++) rows.push(await asked.say(`Likes tea number ${i}`));
    const { receipt } = await asked.ask('tea');
    const { services } = asked.world;
    const all = rows.flatMap(({ id }, i) => [
      edit(services, asked.app, id, { text: `Likes coffee number ${i}` }, null).then(() => null),
      asked.replay(receipt.id, i % 2 === 0 ? asked.app : asked.device),
      diffReceipt(services, asked.app, receipt.id, { with: receipt.id }),
    ]);
    for (const one of await Promise.all(all)) {
      if (one !== null && 'outcome' in one) expect(told(one)).toMatchObject(IDENTICAL);
      else if (one !== null) expect(one).toMatchObject({ lines: [], same: 6 });
    }
  });

  it('is identical where nothing was served, and reduced where a whole collection was erased', async () => {
    await asked.say('Likes tea');
    await asked.say('Sells tea', { collection: 'work' });
    const { receipt: nothing } = await asked.ask('violin');
    const { receipt } = await asked.ask('tea');
    const collection = asked.owner.key('work').name.collection;
    await asked.owner.post('erased', { scope: 'collection', collection });
    expect(told(await asked.replay(nothing.id))).toEqual({ ...IDENTICAL, rows: [] });
    const replay = await asked.replay(receipt.id);
    expect(replay).toMatchObject({ outcome: 'reduced', faults: [], checked: { erased: 1, lines: 1 } });
    expect(replay.rows.map(({ outcome }) => outcome).toSorted()).toEqual(['erased', 'moved']);
    await asked.world.restart();
    expect((await asked.replay(receipt.id)).outcome).toBe('reduced');
  });

  it('names to an app no row that has been retracted since, where it did not write it', async () => {
    const theirs = await asked.owner.grant();
    const [first, second] = [await asked.say('Drinks tea in Porto'), await asked.say('Drinks tea in Lisbon and elsewhere')];
    const { receipt, served } = await asked.ask('tea', { limit: 1 }, theirs);
    const rest = [first, second].find(({ id }) => id !== served.rows[0]?.id);
    if (rest === undefined) throw new Error('one of two was served');
    await asked.owner.post('erased', { scope: 'rows', rows: [served.rows[0]?.id] });
    expect((await asked.replay(receipt.id, theirs)).added).toMatchObject([{ row: rest.id }]);
    await asked.owner.retract(rest);
    expect((await asked.replay(receipt.id, theirs)).added).toMatchObject([{ row: null }]);
    expect((await asked.replay(receipt.id)).added).toMatchObject([{ row: rest.id }]);
  });

  it('believes no checkpoint that claims the owner’s word, nor does a comparison', async () => {
    const { services } = asked.world;
    const [tea, coffee] = [await asked.say('Likes tea'), await asked.say('Likes tea and coffee')];
    asked.world.clock.advance(100 * DAY);
    await asked.owner.confirm(tea);
    const { receipt } = await asked.ask('tea', { includeDormant: true });
    const state = await readVaultState(services.store, asked.owner.vault);
    const [confirmed, other] = [state?.rows.get(tea.id), state?.rows.get(coffee.id)];
    if (!state || !confirmed || !other) throw new Error('there are such rows');
    other.validation = confirmed.validation;
    expect(await services.checkpoints.keep(state)).toBe(true);
    await asked.world.restart();
    expect((await diffReceipt(asked.world.services, asked.device, receipt.id, { with: 'now' })).lines).toEqual([]);
    await asked.world.services.checkpoints.keep(state);
    await asked.world.restart();
    expect(told(await asked.replay(receipt.id))).toEqual({ ...IDENTICAL, rows: ['same', 'same'] });
  });
});
