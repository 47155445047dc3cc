import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Memory } from '../../schemas/memory.ts';
import { demoteStale } from '../../src/app/demote-stale.ts';
import { edit } from '../../src/app/edit.ts';
import { history } from '../../src/app/history.ts';
import { list, show } from '../../src/app/list.ts';
import { remember } from '../../src/app/remember.ts';
import { retrieve } from '../../src/app/retrieve.ts';
import { formatInstant } from '../../src/core/instant.ts';
import { DAY, World } from '../support/world.ts';
import type { TestOwner } from '../support/owner.ts';

let world: World;
let owner: TestOwner;
let app: string;

beforeEach(async () => {
  world = await World.open();
  owner = await world.owner();
  app = await owner.grant();
});

afterEach(async () => {
  await world.close();
});

const ALLERGY = { text: "I'm allergic to hazelnuts", category: 'health', claimed: { kind: 'user_stated' } } as const;

async function say(text: string, more: object = {}): Promise<Memory> {
  const { memories } = await remember(world.services, app, { memories: [{ text, claimed: { kind: 'user_stated' }, ...more }] }, null);
  return memories[0] as Memory;
}

async function read(id: string): Promise<Memory> {
  return show(world.services, app, id);
}

describe('promise 1: only an owner’s validation moves lastValidatedAt', () => {
  it('stays null through reads, retrievals, repeats, edits, jobs and restarts', async () => {
    const row = await say(ALLERGY.text);
    await retrieve(world.services, app, { query: 'hazelnuts' });
    await say('i’m ALLERGIC to hazelnuts!');
    await edit(world.services, app, row.id, { category: 'health' }, null);
    world.clock.advance(200 * DAY);
    await demoteStale(world.services);
    await world.restart();
    expect((await read(row.id)).lastValidatedAt).toBeNull();
  });

  it('moves on an owner’s validation, counts for that version alone, and a new version starts unvalidated', async () => {
    const row = await say(ALLERGY.text);
    world.clock.advance(DAY);
    await owner.confirm(row);
    const confirmed = await read(row.id);
    expect(confirmed.lastValidatedAt).toBe(formatInstant(world.clock.now()));
    const header = world.services.vaults.open.get(owner.vault)?.rows.get(row.id)?.header;
    if (header === undefined) throw new Error('the row is open');
    await owner.edit(
      row,
      { ...header, version: 2, origin: { ...header.origin, stamped: { ...header.origin.stamped, grantId: null, channel: 'owner' } } },
      'I am allergic to walnuts',
    );
    const edited = await read(row.id);
    expect(edited).toMatchObject({ version: 2, text: 'I am allergic to walnuts', lastValidatedAt: null, basisAt: row.basisAt });
  });

  it('refuses a validation of a version that has changed', async () => {
    const row = await say('Lives in Porto');
    await edit(world.services, app, row.id, { text: 'Lives in Lisbon' }, null);
    await expect(owner.confirm(row)).rejects.toMatchObject({ code: 'version_changed' });
    expect((await read(row.id)).lastValidatedAt).toBeNull();
  });

  it('dates a validation by the earlier of signed and appended', async () => {
    const row = await say(ALLERGY.text);
    const leaves = [owner.leaf(row)];
    const early = world.clock.now() - 40 * DAY;
    await owner.send(owner.next('validated', owner.validatedBody(leaves), { signedAt: early }), { leaves });
    expect((await read(row.id)).lastValidatedAt).toBe(formatInstant(early));
    const late = [owner.leaf(row)];
    await owner.send(owner.next('validated', owner.validatedBody(late), { signedAt: world.clock.now() + 400 * DAY }), { leaves: late });
    expect((await read(row.id)).lastValidatedAt).toBe(formatInstant(world.clock.now()));
  });
});

describe('promise 3: demotion needs no key and a late job changes nothing that a reader sees', () => {
  it('demotes in a vault that nobody has opened', async () => {
    const row = await say(ALLERGY.text, { category: 'health' });
    await world.restart();
    world.clock.advance(150 * DAY);
    expect(world.services.vaults.open.size).toBe(0);
    await expect(demoteStale(world.services)).resolves.toMatchObject({ demoted: 1, vaults: 1 });
    expect(world.services.vaults.open.size).toBe(0);
    const { events } = await history(world.services, app, row.id);
    expect(events.at(-1)).toMatchObject({ kind: 'demoted', by: 'job:demote-stale', detail: 'active to background' });
  });

  it('shows the same rows with and without the job', async () => {
    for (const text of ['Works at Brightwell', 'Plays the cello', 'Allergic to hazelnuts']) await say(text, { category: 'career' });
    for (const days of [100, 100, 200, 200]) {
      world.clock.advance(days * DAY);
      const before = await list(world.services, app, {});
      await demoteStale(world.services);
      const after = await list(world.services, app, {});
      expect(after.memories).toEqual(before.memories);
      await expect(demoteStale(world.services)).resolves.toMatchObject({ demoted: 0 });
    }
  });
});

describe('promise 5: nothing grows young by being stored again', () => {
  it('makes a repeat a sighting that moves no time', async () => {
    const row = await say('Lives at 12 Quillfeather Lane, Porto');
    world.clock.advance(30 * DAY);
    const again = await say('  lives at 12 Quillfeather  Lane, PORTO. ', { observedAt: world.clock.now() });
    expect(again).toMatchObject({
      id: row.id,
      sighting: true,
      sightings: 1,
      basisAt: row.basisAt,
      recordedAt: row.recordedAt,
      fallsDueAt: row.fallsDueAt,
    });
  });

  it('does not bring a retracted row back by repeating it', async () => {
    const row = await say('Lives in Porto');
    await owner.retract(row);
    expect(await say('Lives in Porto')).toMatchObject({ id: row.id, sighting: true, standing: 'retracted', tier: 'dormant' });
    const { rows, withheld } = await retrieve(world.services, app, { query: 'Porto', includeDormant: true });
    expect(rows).toEqual([]);
    expect(withheld.retracted).toBe(1);
  });

  it('counts age from the earliest that is known', async () => {
    const observed = world.clock.now() - 90 * DAY;
    expect(await say('Moved in spring', { observedAt: observed })).toMatchObject({
      basisAt: formatInstant(observed),
      basisReason: 'observed',
    });
  });

  it('lets a text said in another collection keep its age there', async () => {
    await owner.addCollection('work');
    const both = await owner.grant({ collections: ['default', 'work'] });
    const first = await say('Reports to Ilse Varga');
    world.clock.advance(50 * DAY);
    const { memories } = await remember(
      world.services,
      both,
      { memories: [{ text: 'reports to Ilse Varga', collection: 'work', claimed: { kind: 'user_stated' }, category: 'identity' }] },
      null,
    );
    expect(memories[0]).toMatchObject({ collection: 'work', basisAt: first.basisAt, basisReason: 'repeat' });
    expect(Date.parse(memories[0]?.fallsDueAt ?? '')).toBeLessThanOrEqual(Date.parse(first.fallsDueAt ?? ''));
  });

  it('lets what a row used to say keep its age when it is said anew', async () => {
    const row = await say('Lives in Porto');
    await edit(world.services, app, row.id, { text: 'Lives in Lisbon' }, null);
    world.clock.advance(50 * DAY);
    const back = await say('Lives in Porto');
    expect(back.id).not.toBe(row.id);
    expect(back).toMatchObject({ basisAt: row.basisAt, basisReason: 'repeat' });
  });

  it('holds a batch’s own repeats to one row', async () => {
    const twice = await remember(world.services, app, { memories: [{ text: 'Plays chess' }, { text: 'plays chess.' }] }, null);
    expect(twice.memories[1]).toMatchObject({ id: twice.memories[0]?.id, sighting: true });
  });

  it('never lengthens a due time by an app’s edit, whatever it changes', async () => {
    const row = await say('Travelling to Oslo', { category: 'travel', type: 'episodic' });
    world.clock.advance(10 * DAY);
    const { memory } = await edit(
      world.services,
      app,
      row.id,
      { category: 'identity', type: 'semantic', observedAt: world.clock.now(), text: 'Lives in Oslo' },
      null,
    );
    expect(memory).toMatchObject({ version: 2, category: 'identity', basisAt: row.basisAt, fallsDueAt: row.fallsDueAt, tier: 'active' });
  });

  it('stamps the lower of claim and ceiling, and an edit cannot raise it', async () => {
    const low = await owner.grant({ ceiling: 'tool_output' });
    const { memories } = await remember(
      world.services,
      low,
      { memories: [{ text: 'Prefers trains', claimed: { kind: 'user_stated' } }] },
      null,
    );
    expect(memories[0]).toMatchObject({ origin: { effective: 'tool_output', claimed: { kind: 'user_stated' } }, tier: 'background' });
    const inferred = await say('Likes Bach', { claimed: { kind: 'model_inferred' } });
    const { memory } = await edit(world.services, app, inferred.id, { claimed: { kind: 'user_stated' } }, null);
    expect(memory).toMatchObject({ origin: { effective: 'model_inferred' }, tier: 'background' });
  });

  it('gives a derived row the least trusted origin and the oldest basis of its sources, and lets it fall with them', async () => {
    const old = await say('Bought a flat in Porto', { observedAt: world.clock.now() - 100 * DAY, category: 'finance' });
    const tool = await say('Bank statement shows a mortgage', { claimed: { kind: 'tool_output' } });
    const derived = await say('Owns property', { derivedFrom: [old.id, tool.id], category: 'identity' });
    expect(derived).toMatchObject({
      basisAt: old.basisAt,
      basisReason: 'source',
      origin: { effective: 'tool_output' },
      tier: 'background',
    });
    const onward = await say('Pays a mortgage', { derivedFrom: [derived.id] });
    await owner.retract(old);
    expect(await read(derived.id)).toMatchObject({ tier: 'dormant', fallsDueAt: null, standing: 'live' });
    expect((await read(onward.id)).tier).toBe('dormant');
  });
});

describe('promise 4: machines may doubt, only people may validate', () => {
  it('makes an app’s edit of a confirmed row a contest, which the owner’s word answers', async () => {
    const row = await say(ALLERGY.text);
    await owner.confirm(row);
    const doubted = await edit(world.services, app, row.id, { text: 'Not allergic to anything' }, null);
    expect(doubted).toMatchObject({ outcome: 'contested', memory: { text: ALLERGY.text, standing: 'contested', tier: 'background' } });
    await owner.confirm(row);
    expect(await read(row.id)).toMatchObject({ standing: 'live', tier: 'active', contestedBy: [] });
  });

  it('lets an app replace its own unvalidated row by a later one, and merely contest another’s', async () => {
    const mine = await say('Lives in Porto');
    world.clock.advance(DAY);
    const next = await say('Lives in Lisbon', { supersedes: [mine.id] });
    expect(await read(mine.id)).toMatchObject({ standing: 'superseded', supersededBy: next.id, tier: 'dormant' });
    const other = await owner.grant({ label: 'another app' });
    const { memories } = await remember(world.services, other, { memories: [{ text: 'Lives in Faro', supersedes: [next.id] }] }, null);
    expect(memories[0]?.standing).toBe('live');
    expect(await read(next.id)).toMatchObject({ standing: 'contested', tier: 'background' });
  });
});
