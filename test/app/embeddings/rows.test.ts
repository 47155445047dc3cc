import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { edit } from '../../../src/app/edit.ts';
import { issueReceipt } from '../../../src/app/issue-receipt.ts';
import { Redacted } from '../../../src/core/redacted.ts';
import { encodeToken, parseToken } from '../../../src/crypto/token.ts';
import { DAY } from '../../support/world.ts';
import { lasting, Stage, texts } from './stage.ts';

let stage: Stage;
beforeEach(async () => {
  stage = await Stage.open();
});
afterEach(() => stage.close());

const WITH_VECTORS = /^lexical\/\d+\+toy\/16@[0-9a-f]{16}$/;

describe('rows with vectors', () => {
  it('are found where no word of the query is theirs, and the retrieval and its receipt say by what', async () => {
    const row = await stage.say('My florrin practises in Porto');
    await stage.say('Plays chess');
    await stage.embed();
    const reply = await stage.ask('which quindle');
    expect(texts(reply)[0]).toBe('My florrin practises in Porto');
    expect(reply.rows[0]?.why).toEqual({ words: [], others: expect.arrayContaining([expect.objectContaining({ by: 'vector' })]) });
    expect(reply.engine).toMatch(WITH_VECTORS);
    expect(reply).not.toHaveProperty('degraded');
    const { bundle } = await issueReceipt(
      stage.world.services,
      stage.app,
      { retrievalId: reply.id, model: { label: 'm' }, output: { text: 'x' } },
      null,
    );
    const { predicate } = JSON.parse(Buffer.from(bundle.envelope.payload, 'base64').toString()) as { predicate: { engine: string } };
    expect(predicate.engine).toBe(reply.engine);
    expect(stage.toy.texts.toSorted()).toEqual([row.text, 'Plays chess', 'which quindle'].toSorted());
  });

  it('stand beside rows without: those are found by their words', async () => {
    await stage.say('My florrin practises in Porto');
    await stage.embed();
    const { engine } = await stage.ask('which quindle');
    await stage.say('The quindle called back');
    expect(texts(await stage.ask('which quindle')).toSorted()).toEqual(['My florrin practises in Porto', 'The quindle called back']);
    expect((await stage.ask('which quindle')).engine).toBe(engine);
    await stage.embed();
    expect((await stage.ask('which quindle')).engine).not.toBe(engine);
  });

  it('give the same answer again, and after a restart; what is stored is not asked for anew', async () => {
    for (const text of ['My florrin practises in Porto', 'Plays the cello', 'Drinks a brew at five', 'Lives in Lisbon'])
      await stage.say(text);
    await stage.embed();
    const reply = await stage.ask('what tarvik does the wexham have at home');
    expect(lasting(await stage.ask('what tarvik does the wexham have at home'))).toEqual(lasting(reply));
    const sent = stage.toy.texts.length;
    await stage.world.restart();
    expect(lasting(await stage.ask('what tarvik does the wexham have at home'))).toEqual(lasting(reply));
    await stage.embed();
    expect(stage.toy.texts.slice(sent)).toEqual(['what tarvik does the wexham have at home']);
    expect(reply.engine).toMatch(WITH_VECTORS);
  });

  it('are sent once, in batches, and only where they may be shown', async () => {
    const [gone, kept] = [await stage.say('Lives in Lisbon'), await stage.say('Lives in Porto')];
    await stage.owner.retract(gone);
    for (let i = 0; i < 70; i++) await stage.say(`Number ${i} of many`);
    await stage.say(`long ${'words '.repeat(5000)}`);
    await stage.embed();
    expect(stage.toy.asked.map(({ body }) => body.input.length)).toEqual([64, 8]);
    expect(stage.toy.texts).toContain(kept.text);
    expect(stage.toy.texts).not.toContain(gone.text);
    expect(Math.max(...stage.toy.texts.map((text) => text.length))).toBe(8000);
    await stage.embed();
    expect(stage.toy.asked).toHaveLength(2);
    expect(stage.stored()).toHaveLength(72);
    await stage.owner.post('reinstated', { rows: [{ row: gone.id, version: 1, commitment: gone.commitment }] });
    await stage.embed();
    expect(stage.toy.texts.at(-1)).toBe(gone.text);
  });

  it('go by what each version says; the past is looked at with the vectors of then', async () => {
    const row = await stage.say('My florrin practises in Porto');
    await stage.embed();
    const then = await stage.ask('which quindle');
    stage.world.clock.advance(DAY);
    await edit(stage.world.services, stage.app, row.id, { text: 'Plays the cello' }, null);
    expect(texts(await stage.ask('which quindle'))).toEqual([]);
    await stage.embed();
    expect(texts(await stage.ask('which tarvik'))).toEqual(['Plays the cello']);
    const past = await stage.ask('which quindle', { asOf: { seq: then.head.seq } });
    expect([texts(past), past.engine]).toEqual([texts(then), then.engine]);
  });

  it('under one model are not another’s, which takes their place', async () => {
    await stage.say('My florrin practises in Porto');
    await stage.embed();
    const { engine } = await stage.ask('which quindle');
    stage.world.embeddings = stage.toy.options({ model: 'other' });
    await stage.world.restart();
    const before = await stage.ask('which quindle');
    expect([texts(before), before.engine]).toEqual([[], expect.stringMatching(/^lexical\/\d+\+other\/16@0{16}$/)]);
    await stage.embed();
    expect(texts(await stage.ask('which quindle'))).toHaveLength(1);
    expect(stage.stored()).toHaveLength(1);
    stage.world.embeddings = stage.toy.options({ model: 'other', dimensions: 12 });
    await stage.world.restart();
    expect((await stage.ask('which quindle')).engine).toMatch(/\+other\/12@0{16}$/);
    await stage.embed();
    const shorter = await stage.ask('which quindle');
    expect([texts(shorter), shorter.engine]).toEqual([['My florrin practises in Porto'], expect.stringMatching(/\+other\/12@/)]);
    expect(engine).toMatch(/\+toy\/16@/);
  });
});

describe('what a caller sees', () => {
  it('has nothing of vectors outside the grant: not a row, not a score, not the engine', async () => {
    await stage.owner.addCollection('work');
    const narrow = await stage.owner.grant({ categories: ['health'] });
    const all = await stage.owner.grant({ collections: ['default', 'work'] });
    await stage.say('My florrin practises in Porto', { category: 'health' }, all);
    await stage.embed();
    const reply = await stage.ask('which quindle', {}, narrow);
    expect(texts(reply)).toHaveLength(1);
    await stage.say('The wexham dwells in Braga', { category: 'travel' }, all);
    await stage.say('An ostrel at work', { category: 'health', collection: 'work' }, all);
    await stage.embed();
    expect((await stage.ask('which quindle', {}, all)).rows).toHaveLength(3);
    expect(lasting(await stage.ask('which quindle', {}, narrow))).toEqual(lasting(reply));
  });

  it('is not sent anywhere for somebody who is not let in', async () => {
    await stage.ask('hello');
    const forged = encodeToken({ grantId: parseToken(stage.app).grantId, secret: new Redacted(new Uint8Array(32)) });
    await expect(stage.ask('a secret of somebody else’s', {}, forged)).rejects.toMatchObject({ code: 'token_invalid' });
    const writer = await stage.owner.grant({ capabilities: ['remember'] });
    await stage.say('Plays chess', {}, writer);
    await expect(stage.ask('which quindle', {}, writer)).rejects.toMatchObject({ code: 'capability_missing' });
    expect(stage.toy.texts).toEqual(['hello']);
  });

  it('is asked once by each grant, for as long as the vault is open', async () => {
    const other = await stage.owner.grant();
    for (let i = 0; i < 3; i++) await stage.ask('which quindle');
    await stage.ask('which quindle', {}, other);
    expect(stage.toy.texts).toEqual(['which quindle', 'which quindle']);
    stage.world.services.vaults.forget(stage.owner.vault);
    await stage.ask('which quindle');
    expect(stage.toy.texts).toHaveLength(3);
  });
});
