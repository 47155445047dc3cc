import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DiffLine, DiffReply } from '../../../schemas/diff.ts';
import { DEFAULT_POLICY } from '../../../schemas/policy.ts';
import type { ReceiptRequest } from '../../../schemas/receipt.ts';
import { contest } from '../../../src/app/contest.ts';
import { edit } from '../../../src/app/edit.ts';
import { issueReceipt } from '../../../src/app/issue-receipt.ts';
import { diffReceipt } from '../../../src/app/replay/diff.ts';
import { retrieve } from '../../../src/app/retrieve.ts';
import { parseToken } from '../../../src/crypto/token.ts';
import { DAY } from '../../support/world.ts';
import { Asked } from './asked.ts';

let asked: Asked;

beforeEach(async () => {
  asked = await Asked.open();
});

afterEach(() => asked.world.close());

async function issue(query: string, more: object = {}, said: Partial<ReceiptRequest> = {}): Promise<string> {
  const { services } = asked.world;
  const { id: retrievalId } = await retrieve(services, asked.app, { query, ...more });
  return (await issueReceipt(services, asked.app, { retrievalId, model: { label: 'm' }, output: { text: 'so' }, ...said }, null)).id;
}

const diff = (from: string, to: string, token = asked.device): Promise<DiffReply> =>
  diffReceipt(asked.world.services, token, from, { with: to });
const about = ({ lines }: DiffReply, row: string): Omit<DiffLine, 'row'>[] =>
  lines.flatMap(({ row: of, ...line }) => (of === row && line.what !== 'row.rank' ? [line] : []));
const settings = ({ lines }: DiffReply): unknown[] =>
  lines.flatMap(({ what, from, to }) => (what.startsWith('row.') ? [] : [[what, from, to]]));

describe('a diff', () => {
  it('says nothing where nothing is another', async () => {
    await asked.say('Likes tea');
    const [one, two] = [await issue('tea'), await issue('tea')];
    expect(await diff(one, two)).toMatchObject({ lines: [], same: 1 });
    expect(await diff(one, 'now', asked.app)).toMatchObject({ lines: [], same: 1, to: { receipt: null } });
  });

  it('says what the app swapped, and how it was searched', async () => {
    await asked.say('Likes tea');
    const template = (n: string): { id: string; sha256: string } => ({ id: 'chat', sha256: n.repeat(64) });
    const one = await issue(
      'tea',
      { limit: 3 },
      {
        model: { label: 'm', provider: 'p', artifact: { sha256: 'a'.repeat(64), blobId: 'b1' } },
        app: { name: 'planner', version: '1.0', promptTemplate: template('1') },
        tools: [{ name: 'search', version: '1' }, { name: 'maps' }],
      },
    );
    const two = await issue(
      'coffee',
      { limit: 4, maxTokens: 500, includeDormant: true, categories: ['health'], collections: ['default'] },
      {
        model: { label: 'n', artifact: { sha256: 'c'.repeat(64), blobId: 'b2' } },
        app: { name: 'trips', version: '1.1', promptTemplate: template('2') },
        tools: [{ name: 'search', version: '2', argsSha256: 'd'.repeat(64) }],
      },
    );
    expect(settings(await diff(one, two))).toEqual([
      ['model.label', 'm', 'n'],
      ['model.provider', 'p', null],
      ['model.blobId', 'b1', 'b2'],
      ['model.sha256', 'a'.repeat(64), 'c'.repeat(64)],
      ['app.name', 'planner', 'trips'],
      ['app.version', '1.0', '1.1'],
      ['promptTemplate.sha256', '1'.repeat(64), '2'.repeat(64)],
      ['tool', 'search 1', `search 2, arguments ${'d'.repeat(64)}`],
      ['tool', 'maps', null],
      ['query', 'tea', 'coffee'],
      ['limit', '3', '4'],
      ['maxTokens', null, '500'],
      ['includeDormant', 'false', 'true'],
      ['collections', 'default, work', 'default'],
      ['categories', null, 'health'],
    ]);
  });

  it('says of each row that went why, and of each that came why it was not there before', async () => {
    const { services } = asked.world;
    const say = (text: string, more: object = {}) => asked.say(`the samovar ${text}`, { category: 'interests', ...more });
    const superseded = await say('is silver');
    const retracted = await say('is old');
    const erased = await say('is loud');
    const moved = await say('is heavy');
    const faded = await say('is warm', { category: 'productivity' });
    const edited = await say('is round');
    const doubted = await say('is cracked');
    const confirmed = await say('is polished');
    const kept = await say('is lent out');
    const query = 'the samovar';
    const scope = { limit: 20, categories: ['interests', 'productivity'] };
    const tuesday = await issue(query, scope);
    asked.world.clock.advance(2 * DAY);
    const better = await say('is gold', { supersedes: [superseded.id] });
    await asked.owner.retract(retracted);
    await asked.owner.post('erased', { scope: 'rows', rows: [erased.id] });
    await edit(services, asked.app, moved.id, { category: 'travel' }, null);
    await edit(services, asked.app, edited.id, { text: 'the samovar is square' }, null);
    await contest(services, await asked.owner.grant({ capabilities: ['contest', 'list'] }), doubted.id, {}, null);
    await asked.owner.confirm(confirmed);
    const short = { activeForSeconds: 86_400, backgroundForSeconds: 3600 };
    const categories = { ...DEFAULT_POLICY.categories, productivity: { semantic: short, episodic: short } };
    await asked.owner.post('policy_set', { policy: { ...DEFAULT_POLICY, version: 2, categories } });
    const thursday = await issue(query, scope);
    for (const to of [thursday, 'now']) {
      const reply = await diff(tuesday, to);
      expect(settings(reply).map((line) => (line as string[])[0])).toEqual(['policy', 'ledger']);
      expect(about(reply, better.id)).toMatchObject([
        { what: 'row.added', from: null, why: 'not_yet', text: { from: null, to: 'the samovar is gold' } },
      ]);
      expect(about(reply, superseded.id)).toMatchObject([{ what: 'row.gone', to: null, why: 'superseded', by: better.id }]);
      expect(about(reply, retracted.id)).toMatchObject([{ what: 'row.gone', why: 'retracted' }]);
      expect(about(reply, erased.id)).toMatchObject([{ what: 'row.erased', from: expect.stringMatching(/^m\d$/), to: null }]);
      expect(about(reply, moved.id)).toMatchObject([
        { what: 'row.gone', why: 'category' },
        { what: 'row.version', from: '1', to: '2' },
      ]);
      expect(about(reply, faded.id)).toMatchObject([{ what: 'row.gone', why: 'dormant' }]);
      expect(about(reply, edited.id)).toMatchObject([
        { what: 'row.version', from: '1', to: '2', text: { from: 'the samovar is round', to: 'the samovar is square' } },
        { what: 'row.age' },
      ]);
      expect(about(reply, doubted.id)).toMatchObject([
        { what: 'row.standing', from: 'live', to: 'contested' },
        { what: 'row.tier', from: 'active', to: 'background' },
        { what: 'row.placement', from: 'active', to: 'background' },
        { what: 'row.age' },
      ]);
      expect(about(reply, confirmed.id)).toMatchObject([
        { what: 'row.validation', from: null, to: expect.stringMatching(/Z$/) },
        { what: 'row.age' },
      ]);
      expect(about(reply, kept.id)).toEqual([{ what: 'row.age', from: '0', to: String(2 * 86_400) }]);
    }
    const back = await diff(thursday, tuesday);
    expect(about(back, superseded.id)).toMatchObject([{ what: 'row.added', why: 'superseded', by: better.id }]);
    expect(about(back, better.id)).toMatchObject([{ what: 'row.gone', why: 'not_yet' }]);
  });

  it('tells a row that others outrank from one that there was no room for, and one that nothing leads to', async () => {
    const short = await asked.say('samovar');
    // Of two with one score, the earlier comes first.
    asked.world.clock.advance(1000);
    const long = await asked.say(`samovar ${'and a kettle beside it '.repeat(20)}`);
    const both = await issue('samovar');
    const ranked = await diff(both, await issue('samovar', { limit: 1 }));
    const roomy = await diff(both, await issue('samovar', { maxTokens: 60 }));
    const other = await diff(both, await issue('violin'));
    const why = (reply: DiffReply): unknown => reply.lines.flatMap((line) => (line.what === 'row.gone' ? [[line.row, line.why]] : []));
    expect(why(ranked)).toEqual([[long.id, 'outranked']]);
    expect(why(roomy)).toEqual([[long.id, 'no_room']]);
    expect(why(other)).toEqual([
      [short.id, 'not_found'],
      [long.id, 'not_found'],
    ]);
  });

  it('is for the owner’s devices and whose receipts they are; now is asked within what the caller may see', async () => {
    await asked.say('samovar in the office', { collection: 'work' });
    const one = await issue('samovar');
    const other = await asked.owner.grant();
    await expect(diff(one, 'now', other)).rejects.toMatchObject({ code: 'receipt_unknown' });
    const narrow = await asked.owner.grant({ role: 'device', capabilities: ['list', 'retrieve', 'receipt'] });
    const reply = await diff(one, 'now', narrow);
    expect(settings(reply)).toEqual([
      ['collections', 'default, work', 'default'],
      ['ledger', expect.any(String), expect.any(String)],
    ]);
    expect(reply.lines.filter(({ what }) => what.startsWith('row.'))).toEqual([{ what: 'row.withheld', from: '1', to: '0' }]);
    expect(JSON.stringify(reply)).not.toContain('office');
  });

  it('says that the grant is cut off, or that the receipts are of different ones', async () => {
    await asked.say('samovar');
    const other = await asked.owner.grant();
    const one = await issue('samovar');
    const { receipt: theirs } = await asked.ask('samovar', {}, other);
    const [mine, another] = [asked.app, other].map((token) => parseToken(token).grantId);
    expect(settings(await diff(one, theirs.id))).toContainEqual(['grant', mine, another]);
    await asked.owner.post('revoked', { grant: another });
    expect(settings(await diff(theirs.id, 'now'))).toContainEqual(['grant', another, 'revoked or run out']);
  });

  it('shows an app neither words nor names that it may not see, and says where another collection was searched', async () => {
    const { services } = asked.world;
    const narrow = await asked.owner.grant({ collections: ['default', 'work'], categories: ['health'] });
    const mine = async (more: object = {}): Promise<string> => (await asked.ask('samovar', more, narrow)).receipt.id;
    const moved = await asked.say('samovar and health', { category: 'health' });
    const retracted = await asked.say('samovar, the doctor said', { category: 'health' });
    const replaced = await asked.say('samovar steam is healthy', { category: 'health' });
    const away = await asked.say('samovar at the office', { category: 'health', collection: 'work' });
    const before = await mine();
    await edit(services, asked.app, moved.id, { category: 'travel', text: 'samovar sold in secret' }, null);
    await asked.owner.retract(retracted);
    asked.world.clock.advance(1000);
    const by = await asked.say('samovar steam burns', { category: 'health', supersedes: [replaced.id] });
    await edit(services, asked.app, by.id, { category: 'travel' }, null);
    const reply = await diff(before, await mine({ collections: ['default'] }), narrow);
    expect(about(reply, moved.id)).toEqual([
      { what: 'row.gone', from: expect.any(String), to: null, why: 'category', text: { from: 'samovar and health', to: null } },
    ]);
    expect(about(reply, retracted.id)).toEqual([{ what: 'row.gone', from: expect.any(String), to: null, why: 'retracted' }]);
    expect(about(reply, replaced.id)).toMatchObject([{ what: 'row.gone', why: 'superseded' }]);
    expect(about(reply, away.id)).toMatchObject([{ what: 'row.gone', why: 'collection' }]);
    for (const secret of [by.id, 'secret', 'doctor', 'burns']) expect(JSON.stringify(reply)).not.toContain(secret);
  });

  it('writes nothing and is no serving', async () => {
    await asked.say('samovar');
    const one = await issue('samovar');
    const before = asked.world.services.store;
    const reads = await before.readTotals(asked.owner.vault, (await before.receipt(asked.owner.vault, one))?.grant ?? '');
    await diff(one, 'now', asked.app);
    await asked.replay(one, asked.app);
    expect(await before.readTotals(asked.owner.vault, (await before.receipt(asked.owner.vault, one))?.grant ?? '')).toEqual(reads);
  });
});
