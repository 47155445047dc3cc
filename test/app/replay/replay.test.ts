import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { edit } from '../../../src/app/edit.ts';
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
  });
});
