import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { enter } from '../../../src/app/access.ts';
import { issueReceipt } from '../../../src/app/issue-receipt.ts';
import { readRetrieval } from '../../../src/app/retrieval-record.ts';
import { BAD_MOODS } from '../../support/embedding-service.ts';
import { lasting, Stage, texts } from './stage.ts';

let stage: Stage;
beforeEach(async () => {
  stage = await Stage.open();
});
afterEach(() => stage.close());

describe('a service that gives no vectors', () => {
  it.each(BAD_MOODS)('is done without: %s', async (mood) => {
    stage.world.embeddings = stage.toy.options({ timeoutMs: 120, rowsMs: 120 });
    await stage.world.restart();
    const row = await stage.say('My florrin practises in Porto');
    await stage.embed();
    await stage.say('The quindle is in');
    stage.toy.mood = mood;
    await stage.embed();
    expect(stage.stored()).toHaveLength(1);
    const reply = await stage.ask('which quindle');
    expect(reply).toMatchObject({ degraded: 'embeddings_unavailable', engine: expect.stringMatching(/^lexical\/\d+$/) });
    expect(texts(reply)).toEqual(['The quindle is in']);
    const receipt = await issueReceipt(
      stage.world.services,
      stage.app,
      { retrievalId: reply.id, model: { label: 'm' }, output: { text: 'x' } },
      null,
    );
    expect(Buffer.from(receipt.bundle.envelope.payload, 'base64').toString()).toContain(`"engine":"${reply.engine}"`);
    stage.toy.mood = 'well';
    await stage.embed();
    // It is left alone for a while.
    expect(stage.stored()).toHaveLength(1);
    stage.world.clock.advance(60_000);
    await stage.embed();
    expect(stage.stored()).toHaveLength(2);
    expect(texts(await stage.ask('which quindle'))).toContain(row.text);
  });

  it('says the same as a service that was never set up', async () => {
    await stage.say('The quindle is in');
    stage.toy.mood = 'dead';
    const { degraded, ...degradedReply } = await stage.ask('which quindle');
    const access = await enter(stage.world.services, stage.app, 'retrieve');
    expect(await readRetrieval(stage.world.services, access, degradedReply.id)).toMatchObject({ degraded: 'embeddings_unavailable' });
    stage.world.embeddings = null;
    await stage.world.restart();
    expect(lasting(await stage.ask('which quindle'))).toEqual(lasting(degradedReply));
    expect(degraded).toBe('embeddings_unavailable');
    expect(stage.world.services.embeddings).toBeNull();
  });

  it('gives vectors of another length than rows have: they are not compared, and no row is given up for them', async () => {
    await stage.say('My florrin practises in Porto');
    await stage.embed();
    stage.toy.dimensions = 12;
    expect(await stage.ask('which quindle')).toMatchObject({ degraded: 'embeddings_unavailable', rows: [] });
    await stage.say('Plays the cello');
    await stage.embed();
    expect(stage.stored()).toHaveLength(1);
    stage.toy.dimensions = 16;
    stage.world.clock.advance(60_000);
    await stage.embed();
    expect(stage.stored()).toHaveLength(2);
    expect(texts(await stage.ask('which quindle'))[0]).toBe('My florrin practises in Porto');
  });

  it('does not take one text: the others are not held up', async () => {
    stage.toy.refuses = (text) => text.includes('poison');
    await stage.say('a poison');
    await stage.embed();
    for (let i = 0; i < 5; i++) await stage.say(`Number ${i}`);
    await stage.say('another poison');
    await stage.say('My florrin practises in Porto');
    await stage.embed();
    expect(stage.stored()).toHaveLength(6);
    expect(texts(await stage.ask('which quindle'))[0]).toBe('My florrin practises in Porto');
    const sent = stage.toy.asked.length;
    await stage.say('Plays chess');
    await stage.embed();
    expect(stage.toy.asked).toHaveLength(sent + 1);
  });

  it('takes no text at all, as one that does not know its model: rows wait', async () => {
    stage.toy.refuses = () => true;
    await stage.say('My florrin practises in Porto');
    await stage.say('Plays chess');
    await stage.embed();
    stage.toy.refuses = () => false;
    stage.world.clock.advance(60_000);
    await stage.embed();
    expect(stage.stored()).toHaveLength(2);
  });
});
