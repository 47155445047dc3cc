import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Memory } from '../../../schemas/memory.ts';
import { ReceiptRecord, ReceiptRowRecord } from '../../../src/app/receipt-record.ts';
import { parseEnvelope } from '../../../src/crypto/dsse.ts';
import { keyId } from '../../../src/log/verifier-key.ts';
import { buildStatement, keyidOf, parseStatement, signReceipt } from '../../../src/receipts/statement.ts';
import { STATEMENT_PAYLOAD_TYPE } from '../../../schemas/receipt.ts';
import { openRecord, sealRecord } from '../../../src/app/sealed-record.ts';
import { fromHex } from '../../../src/core/bytes.ts';
import { systemRandom } from '../../../src/core/random.ts';
import { DEFAULT_POLICY } from '../../../schemas/policy.ts';
import { DAY } from '../../support/world.ts';
import { Asked, told } from './asked.ts';

let asked: Asked;
let tea: Memory;
let receipt: string;

beforeEach(async () => {
  asked = await Asked.open();
  tea = await asked.say('Likes tea in the morning');
  await asked.owner.confirm(tea, await asked.say('Likes coffee, never tea, at noon'));
  receipt = (await asked.ask('tea coffee')).receipt.id;
});

afterEach(() => asked.world.close());

/** Changes the database behind the service's back. */
async function alter(sql: string, ...values: unknown[]): Promise<void> {
  await asked.world.restart(() => {
    const db = new Database(asked.world.database);
    expect(db.prepare(sql).run(...values).changes).toBe(1);
    db.close();
  });
}

const key = (id: string): Uint8Array => fromHex(id.slice(4));

/** Alters what is kept of the receipt, or of one of its rows, as only a holder of the keys can. */
async function reseal(
  bend: (record: ReceiptRecord) => ReceiptRecord,
  bendRow?: (row: ReceiptRowRecord) => ReceiptRowRecord,
  position = 0,
): Promise<void> {
  const { services } = asked.world;
  const stored = await services.store.receipt(asked.owner.vault, receipt);
  const row = (await services.store.receiptRows(asked.owner.vault, receipt))[position];
  const [own, rows] = [asked.owner.key('vault'), asked.owner.key('default')];
  const record = openRecord([own], ['receipt', receipt], stored?.sealed ?? new Uint8Array(0), ReceiptRecord);
  const sealed = sealRecord(own, ['receipt', receipt], bend(record), systemRandom);
  await alter('UPDATE receipts SET sealed = ? WHERE id = ?', sealed, key(receipt));
  if (bendRow === undefined) return;
  const opened = openRecord([rows], ['receipt-row', `${receipt}/${position}`], row?.sealed ?? new Uint8Array(0), ReceiptRowRecord);
  const bent = sealRecord(rows, ['receipt-row', `${receipt}/${position}`], bendRow(opened), systemRandom);
  await alter('UPDATE receipt_rows SET sealed = ? WHERE receipt = ? AND position = ?', bent, key(receipt), position);
}

const same = <T>(record: T): T => record;

describe('a replay shouts', () => {
  it.each([
    ['a score', (row: ReceiptRowRecord) => ({ ...row, score: 0.5 }), /is served again with another score/],
    ['a rank', (row: ReceiptRowRecord) => ({ ...row, record: { ...row.record, rank: 9 } }), /does not open its signed digest/],
    ['a line', (row: ReceiptRowRecord) => ({ ...row, line: `${row.line.slice(0, 20)}!` }), /is not what was served: line/],
    ['the tag’s salt', (row: ReceiptRowRecord) => ({ ...row, tagSalt: '0'.repeat(64) }), /does not open its signed digest/],
    ['the line’s salt', (row: ReceiptRowRecord) => ({ ...row, lineSalt: '0'.repeat(64) }), /The context block is another/],
    [
      'the event of its validation',
      ({ validation, ...row }: ReceiptRowRecord) => ({
        ...row,
        validation: { seq: (validation?.seq ?? 0) + 1, leaf: validation?.leaf ?? 0 },
      }),
      /is not what was served: validation/,
    ],
    [
      'the leaf of its validation',
      ({ validation, ...row }: ReceiptRowRecord) => ({
        ...row,
        validation: { seq: validation?.seq ?? 0, leaf: (validation?.leaf ?? 0) + 1 },
      }),
      /is not what was served: validation/,
    ],
  ])('where %s is another, sealed anew by somebody with the keys', async (_what, bend, fault) => {
    await reseal(same, bend);
    const replay = await asked.replay(receipt);
    expect(replay.outcome).toBe('differs');
    expect(replay.faults.join(' ')).toMatch(fault);
  });

  it.each([
    [
      'the query',
      (record: ReceiptRecord) => ({ ...record, query: { ...record.query, text: 'coffee' } }),
      /The query is not the one that was signed/,
    ],
    [
      'the limit',
      (record: ReceiptRecord) => ({ ...record, replay: { limit: 1, collections: record.replay?.collections ?? [] } }),
      /is not served again/,
    ],
    ['the context', (record: ReceiptRecord) => ({ ...record, lines: record.lines.slice(1) }), /does not come to the root/],
  ])('where %s is another', async (_what, bend, fault) => {
    await reseal(bend);
    const replay = await asked.replay(receipt);
    expect(replay.outcome).toBe('differs');
    expect(replay.faults.join(' ')).toMatch(fault);
  });

  it.each([
    ['policy', { policySha256: 'a'.repeat(64) }, /The policy that held then is another/],
    ['head', { head: { seq: 6, hash: 'a'.repeat(64) } }, /another event 6 than the one that the receipt names/],
    ['receipt', { receipt: `rcp_${'a'.repeat(32)}` }, /another receipt’s/],
    ['vault', { vault: 'a'.repeat(64) }, /another receipt’s/],
  ])('where the service itself has signed for another %s', async (_what, bent, fault) => {
    const { name, key: signer } = asked.world.services.receiptSigner;
    await reseal((record) => {
      const { subject, predicate } = parseStatement(parseEnvelope(STATEMENT_PAYLOAD_TYPE, record.envelope).payload);
      const payload = buildStatement({ outputSha256: subject[0]?.digest.sha256 ?? '', predicate: { ...predicate, ...bent } });
      return { ...record, envelope: signReceipt(signer, keyidOf({ name, keyId: keyId(name, signer.publicKey) }), payload) };
    });
    const replay = await asked.replay(receipt);
    expect(replay).toMatchObject({ outcome: 'differs', checked: { signature: 'verified' } });
    expect(replay.faults.join(' ')).toMatch(fault);
  });

  it('where a signature is another', async () => {
    await reseal(({ envelope, ...record }) => ({
      ...record,
      envelope: {
        ...envelope,
        signatures: envelope.signatures.map((one) => ({ ...one, sig: `${one.sig.startsWith('A') ? 'B' : 'A'}${one.sig.slice(1)}` })),
      },
    }));
    expect(await asked.replay(receipt)).toMatchObject({ outcome: 'differs', checked: { signature: 'failed' } });
  });

  it('where a byte of what is kept of a row is another: it does not open', async () => {
    await alter('UPDATE receipt_rows SET sealed = zeroblob(length(sealed)) WHERE receipt = ? AND position = 1', key(receipt));
    await expect(asked.replay(receipt)).rejects.toMatchObject({ code: 'row_unopenable' });
  });

  it('where a row is another on the disk', async () => {
    await alter('UPDATE versions SET sealed_text = zeroblob(length(sealed_text)) WHERE row_id = ?', key(tea.id));
    const replay = await asked.replay(receipt);
    expect(replay).toMatchObject({ outcome: 'differs', checked: { commitments: 1 } });
    expect(replay.rows.find(({ row }) => row === tea.id)).toMatchObject({ outcome: 'differs', differs: ['row_unopenable'] });
  });

  it('where a row is another on the disk, and was opened before that', async () => {
    const db = new Database(asked.world.database);
    expect(db.prepare('UPDATE versions SET sealed_text = zeroblob(length(sealed_text)) WHERE row_id = ?').run(key(tea.id)).changes).toBe(1);
    db.close();
    const replay = await asked.replay(receipt);
    expect(replay).toMatchObject({ outcome: 'differs', checked: { commitments: 1 } });
  });
});

describe('what cannot be replayed says why', () => {
  it('under another engine', async () => {
    const { vault } = asked.owner;
    const open = asked.world.services.vaults.open.get(vault);
    if (open === undefined) throw new Error('the vault is open');
    Object.defineProperty(open.index, 'engine', { value: 'lexical/3' });
    expect(await asked.replay(receipt)).toMatchObject({
      outcome: 'not_replayable',
      reason: 'engine_not_installed',
      engine: { served: 'lexical/2', replayed: 'lexical/3' },
    });
  });

  it('where it was issued before that was kept', async () => {
    await reseal(({ replay: _replay, ...record }) => record);
    expect(told(await asked.replay(receipt))).toMatchObject({ outcome: 'not_replayable', reason: 'nothing_kept', faults: [] });
  });

  it('where a score was not kept', async () => {
    await reseal(same, ({ score: _score, ...row }) => row);
    expect(told(await asked.replay(receipt))).toMatchObject({ outcome: 'not_replayable', reason: 'nothing_kept' });
  });

  it('to whom a collection is closed, and a receipt that is another’s is none', async () => {
    const narrow = await asked.owner.grant({ role: 'device', collections: ['default'], capabilities: ['list', 'retrieve', 'receipt'] });
    expect(told(await asked.replay(receipt, narrow))).toMatchObject({ outcome: 'not_replayable', reason: 'collection_closed', faults: [] });
    await expect(asked.replay(receipt, await asked.owner.grant())).rejects.toMatchObject({ code: 'receipt_unknown' });
    const reviewer = await asked.owner.grant({ role: 'reviewer', capabilities: ['receipt', 'review'] });
    await expect(asked.replay(receipt, reviewer)).rejects.toMatchObject({ code: 'scope_exceeded' });
  });

  it('where a key that was at hand then is not now, and a row descends from what lies under it', async () => {
    const source = await asked.say('Bought a samovar', { collection: 'work', category: 'productivity' });
    await asked.say('Owns a samovar', { category: 'identity', derivedFrom: [source.id] });
    const short = { activeForSeconds: 86_400, backgroundForSeconds: 200 * 86_400 };
    const categories = { ...DEFAULT_POLICY.categories, productivity: { semantic: short, episodic: short } };
    await asked.owner.post('policy_set', { policy: { ...DEFAULT_POLICY, version: 2, categories } });
    asked.world.clock.advance(20 * DAY);
    const narrow = await asked.owner.grant();
    const [withKey, without] = ['background', 'active'];
    const first = await asked.ask('samovar', {}, narrow);
    expect(first.served.rows.map(({ placement }) => placement)).toEqual([withKey]);
    expect(told(await asked.replay(first.receipt.id, narrow))).toMatchObject({ outcome: 'identical' });
    // Then its source is dormant, and so is it: it is not served at all.
    const shorter = { activeForSeconds: 3600, backgroundForSeconds: 3600 };
    const ended = { ...categories, productivity: { semantic: shorter, episodic: shorter } };
    await asked.owner.post('policy_set', { policy: { ...DEFAULT_POLICY, version: 3, categories: ended } });
    const unserved = await asked.ask('samovar', {}, narrow);
    expect(unserved.served.rows).toEqual([]);
    await asked.world.restart();
    const second = await asked.ask('samovar', {}, narrow);
    expect(second.served.rows.map(({ placement }) => placement)).toEqual([without]);
    expect(told(await asked.replay(second.receipt.id, narrow))).toMatchObject({ outcome: 'identical' });
    for (const {
      receipt: { id },
    } of [first, unserved])
      expect(told(await asked.replay(id, narrow))).toMatchObject({ outcome: 'not_replayable', reason: 'collection_closed', faults: [] });
    for (const {
      receipt: { id },
    } of [first, second])
      expect(told(await asked.replay(id))).toMatchObject({ outcome: 'identical' });
  });

  it('where a row above one that was served is erased: it is reduced, and the row’s line is what was signed', async () => {
    const source = await asked.say('Bought a samovar', { collection: 'work', category: 'identity' });
    await asked.say('Owns a samovar', { category: 'identity', derivedFrom: [source.id] });
    await asked.say('Polishes the samovar', { category: 'identity' });
    const { receipt: one } = await asked.ask('samovar', { collections: ['default'] });
    await asked.owner.post('erased', { scope: 'rows', rows: [source.id] });
    const replay = await asked.replay(one.id);
    expect(replay).toMatchObject({ outcome: 'reduced', context: 'reduced', faults: [], checked: { lines: 2, commitments: 2, erased: 0 } });
    expect(replay.rows.map(({ outcome }) => outcome)).toContain('not_served');
    // What did not descend from it is held to its score all the same.
    receipt = one.id;
    const left = replay.rows.findIndex(({ outcome }) => outcome !== 'not_served');
    await reseal(same, (row) => ({ ...row, score: 0.5 }), left);
    expect(await asked.replay(one.id)).toMatchObject({ outcome: 'differs' });
  });
});
