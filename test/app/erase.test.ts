import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Memory, NewMemory } from '../../schemas/memory.ts';
import { readCertificates } from '../../src/app/certificates.ts';
import { edit } from '../../src/app/edit.ts';
import { carryOut, finishErasures } from '../../src/app/erase/carry-out.ts';
import { inspectVaults } from '../../src/app/inspect.ts';
import { issueReceipt } from '../../src/app/issue-receipt.ts';
import { history } from '../../src/app/history.ts';
import { list, show } from '../../src/app/list.ts';
import { appendOwnerEvent } from '../../src/app/owner-event.ts';
import { listReceipts } from '../../src/app/list-receipts.ts';
import { readReceipt } from '../../src/app/receipts.ts';
import { remember } from '../../src/app/remember.ts';
import { retrieve } from '../../src/app/retrieve.ts';
import { parseToken } from '../../src/crypto/token.ts';
import { verifyCertificate } from '../../src/receipts/certificate.ts';
import { verifyBundle } from '../../src/receipts/verify.ts';
import { filesHolding, tracesOf } from '../support/erased.ts';
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

const MARK = 'Quillfeather';
const LONG = `${MARK} ${'is a name that nobody else in this street has. '.repeat(6000)}`;

async function say(text: string, more: Partial<NewMemory> = {}, token = app): Promise<Memory> {
  const { memories } = await remember(world.services, token, { memories: [{ text, claimed: { kind: 'user_stated' }, ...more }] }, null);
  return memories[0] as Memory;
}

async function receiptFor(query: string): Promise<string> {
  const { id } = await retrieve(world.services, app, { query });
  return (await issueReceipt(world.services, app, { retrievalId: id, model: { label: 'm' }, output: { text: 'x' } }, null)).id;
}

const erase = (body: object) => owner.post('erased', body);
const eraseRows = (...rows: readonly { id: string }[]) => erase({ scope: 'rows', rows: rows.map(({ id }) => id) });

const traces = (row: Memory, receipt: string) => tracesOf(world.services, owner.vault, row, receipt);
const holding = (bytes: readonly Uint8Array[]) => filesHolding(world.folder, bytes);

describe('what is erased is gone (promise 9)', () => {
  it('from every file: versions, keys, sealed halves, disclosures, retrievals, idempotency; and what is beside it stays', async () => {
    const kept = await say('Plays the cello');
    const row = await say(LONG, { category: 'identity' });
    await say(LONG, { category: 'identity', claimed: { kind: 'user_stated', quote: `My name is ${MARK}` } });
    await edit(world.services, app, row.id, { text: `${LONG} Indeed` }, 'edit-1');
    await edit(world.services, app, row.id, { text: `${MARK} it is`, category: 'identity' }, null);
    const receipt = await receiptFor(MARK);
    const other = await receiptFor('cello');
    await retrieve(world.services, app, { query: MARK }, 'search-1');
    await owner.confirm(await show(world.services, app, row.id));
    const found = await traces(row, receipt);
    expect(found.length).toBeGreaterThan(15);
    expect(holding(found)).not.toEqual([]);

    const { certificate } = await eraseRows(row);
    expect(holding(found)).toEqual([]);
    expect(certificate).toBeDefined();
    const { statement } = verifyCertificate(JSON.stringify(certificate?.certificate), { verifierKeys: world.verifierKeys });
    expect(statement.predicate).toMatchObject({ vault: owner.vault, scope: 'rows', rows: [row.id], counts: { rows: 1, versions: 3 } });
    expect(JSON.stringify(statement)).not.toContain(MARK);

    expect((await show(world.services, app, kept.id)).text).toBe('Plays the cello');
    const { bundle } = await readReceipt(world.services, app, other);
    expect(verifyBundle(JSON.stringify(bundle), { verifierKeys: world.verifierKeys }, world.clock.now()).ok).toBe(true);
    await world.restart();
    expect(holding(found)).toEqual([]);
    expect((await list(world.services, app, {})).memories.map(({ id }) => id)).toEqual([kept.id]);
  });

  it('and no answer has it any more; the receipts that had it verify and show it as erased', async () => {
    const row = await say(`${MARK} is my name`);
    const child = await say('Has an unusual name', { derivedFrom: [row.id] });
    const receipt = await receiptFor(MARK);
    const before = await readReceipt(world.services, app, receipt);
    world.clock.advance(DAY);
    await eraseRows(row);
    const check = async () => {
      const gone = { code: 'memory_erased' };
      await expect(show(world.services, app, row.id)).rejects.toMatchObject(gone);
      await expect(history(world.services, app, row.id)).rejects.toMatchObject(gone);
      await expect(edit(world.services, app, row.id, { text: 'x' }, null)).rejects.toMatchObject(gone);
      const answers = JSON.stringify([
        await list(world.services, app, {}),
        await retrieve(world.services, app, { query: `${MARK} name`, includeDormant: true }),
        await listReceipts(world.services, app, {}),
        await readReceipt(world.services, app, receipt),
      ]);
      expect(answers).not.toContain(`${MARK} is my name`);
      expect((await show(world.services, app, child.id)).tier).toBe('dormant');
    };
    await check();
    const after = await readReceipt(world.services, app, receipt);
    expect(after.erased).toEqual([{ position: 0, row: row.id, erasedAt: new Date(world.clock.now()).toISOString() }]);
    expect(after.bundle.envelope).toEqual(before.bundle.envelope);
    for (const { bundle } of [before, after]) {
      expect(verifyBundle(JSON.stringify(bundle), { verifierKeys: world.verifierKeys }, world.clock.now())).toMatchObject({ ok: true });
    }
    await world.restart();
    await check();
    expect(await inspectVaults(world.services)).toMatchObject([{ error: null }]);
  });

  it('for good: it is not remembered as said before, its event cannot be replayed, nothing about it can be signed', async () => {
    const row = await say(`${MARK} is my name`, { observedAt: world.clock.now() - 100 * DAY });
    const event = owner.next('erased', { scope: 'rows', rows: [row.id] });
    await owner.send(event);
    const replay = appendOwnerEvent(world.services, owner.vault, { event: event.envelope });
    await expect(replay).rejects.toMatchObject({ code: 'event_replayed' });
    await expect(owner.confirm(row)).rejects.toMatchObject({ code: 'row_not_live' });
    await expect(owner.retract(row)).rejects.toMatchObject({ code: 'row_not_live' });
    const anew = await say(`${MARK} is my name`);
    expect(anew.id).not.toBe(row.id);
    expect(anew).toMatchObject({ sightings: 0, basisReason: 'recorded' });
  });

  it('with a retrieval that waits for its receipt: none is issued for what is gone', async () => {
    const row = await say(`${MARK} is my name`);
    const { id } = await retrieve(world.services, app, { query: MARK });
    await eraseRows(row);
    const late = issueReceipt(world.services, app, { retrievalId: id, model: { label: 'm' }, output: { text: 'x' } }, null);
    await expect(late).rejects.toMatchObject({ code: 'retrieval_unknown' });
  });
});

it('a collection goes with its key, for every grant; the others stay', async () => {
  await owner.addCollection('work');
  const both = await owner.grant({ collections: ['default', 'work'] });
  const kept = await say('Plays the cello', {}, both);
  const rows = [await say('Works at Brightwell', { collection: 'work' }, both), await say('Earns enough', { collection: 'work' }, both)];
  const id = owner.key('work').name.collection;
  await erase({ scope: 'collection', collection: id });
  expect((await world.services.store.boxes(owner.vault, null)).map(({ collection }) => collection)).not.toContain(id);
  for (const check of [async () => undefined, async () => world.restart()]) {
    await check();
    expect((await list(world.services, both, {})).memories.map((one) => one.id)).toEqual([kept.id]);
    await expect(say('Works elsewhere', { collection: 'work' }, both)).rejects.toMatchObject({ code: 'collection_unknown' });
    await expect(show(world.services, both, rows[0]?.id ?? '')).rejects.toMatchObject({
      code: expect.stringMatching(/memory_(?:erased|unknown)/),
    });
  }
  await expect(owner.post('granted', owner.grantParts({ collections: ['work'] }).body)).rejects.toMatchObject({ code: 'box_mismatch' });
});

it('a vault goes whole: every token is told so, its ledger still folds, and nothing more can be signed', async () => {
  const row = await say(LONG);
  const receipt = await receiptFor(MARK);
  const found = await traces(row, receipt);
  const [lost, device, others] = [await owner.device(), await owner.device(), await (await world.owner()).device()];
  await owner.post('revoked', { grant: parseToken(lost).grantId });
  world.clock.advance(1000);
  const { certificate } = await erase({ scope: 'vault' });
  expect(certificate?.kind).toBe('erasure');
  expect(holding(found)).toEqual([]);
  for (const restart of [false, true]) {
    if (restart) await world.restart();
    await expect(list(world.services, app, {})).rejects.toMatchObject({ code: 'vault_erased' });
    await expect(owner.post('policy_set', {})).rejects.toMatchObject({ code: expect.stringMatching(/vault_erased|event_malformed/) });
    expect(await inspectVaults(world.services)).toContainEqual(expect.objectContaining({ vault: owner.vault, error: null, rows: 1 }));
    // The owner's devices still get what was signed about it; nobody else does.
    expect(await readCertificates(world.services, device, owner.vault)).toMatchObject({
      certificates: [{ id: certificate?.id }],
      pending: 0,
    });
    for (const token of [lost, app, others]) {
      await expect(readCertificates(world.services, token, owner.vault)).rejects.toMatchObject({
        code: expect.stringMatching(/vault_erased|vault_unknown/),
      });
    }
  }
  expect(await world.services.store.boxes(owner.vault, null)).toEqual([]);
});

describe('an erasure that was cut short', () => {
  it('after its event is finished later, without a key, and certified once', async () => {
    const row = await say(LONG);
    const receipt = await receiptFor(MARK);
    const found = await traces(row, receipt);
    const device = await owner.device();
    // As if the service had been killed right after the commit: the event is there, and nothing has been carried out.
    const { erasing } = world.services.store;
    const rows = erasing.rows.bind(erasing);
    erasing.rows = () => Promise.reject(new Error('killed'));
    await expect(eraseRows(row)).rejects.toThrow('killed');
    erasing.rows = rows;
    await expect(show(world.services, app, row.id)).rejects.toMatchObject({ code: 'memory_erased' });
    expect((await readCertificates(world.services, device, owner.vault)).pending).toBe(1);
    await world.restart();
    expect(holding(found)).not.toEqual([]);
    expect(await finishErasures(world.services)).toEqual({ finished: 1, waiting: 0 });
    expect(holding(found)).toEqual([]);
    expect(await finishErasures(world.services)).toEqual({ finished: 0, waiting: 0 });
    const { certificates, pending } = await readCertificates(world.services, device, owner.vault);
    expect([certificates.length, pending]).toEqual([1, 0]);
  });

  it('is certified once, however many carry it out at the same time, and each is given that certificate', async () => {
    const row = await say(LONG);
    const reply = await eraseRows(row);
    const order = { vault: owner.vault, seq: reply.seq };
    const [one, two] = await Promise.all([carryOut(world.services, order), carryOut(world.services, order)]);
    expect(reply.certificate?.id).toBeDefined();
    expect([one.id, two.id]).toEqual([reply.certificate?.id, reply.certificate?.id]);
    expect(await world.services.store.erasing.certificates(owner.vault)).toHaveLength(1);

    const other = await say('Plays the cello');
    const { erasing } = world.services.store;
    const rows = erasing.rows.bind(erasing);
    erasing.rows = () => Promise.reject(new Error('killed'));
    await expect(eraseRows(other)).rejects.toThrow('killed');
    erasing.rows = rows;
    const done = await Promise.all([1, 2, 3].map(() => finishErasures(world.services)));
    expect(done.reduce((sum, { waiting }) => sum + waiting, 0)).toBe(0);
    expect(await erasing.certificates(owner.vault)).toHaveLength(2);
  });

  it('is refused for an event that orders none', async () => {
    await say('Plays the cello');
    await expect(carryOut(world.services, { vault: owner.vault, seq: 1 })).rejects.toMatchObject({ code: 'ledger_broken' });
  });
});

it('a ledger whose sealed halves are missing for rows that nobody erased does not open', async () => {
  await say('Plays the cello');
  const events = await world.services.store.events(owner.vault, 0, 1000);
  const seq = events.findLast(({ beside }) => beside !== null)?.seq ?? -1;
  await world.services.store.erasing.blank(owner.vault, [seq]);
  await world.restart();
  await expect(list(world.services, app, {})).rejects.toMatchObject({ code: 'ledger_broken' });
});
