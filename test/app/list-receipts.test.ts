import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ReceiptRequest } from '../../schemas/receipt.ts';
import type { ClaimStatus } from '../../schemas/vocabulary.ts';
import { issueReceipt } from '../../src/app/issue-receipt.ts';
import { listReceipts } from '../../src/app/list-receipts.ts';
import { ReceiptRecord } from '../../src/app/receipt-record.ts';
import { remember } from '../../src/app/remember.ts';
import { retrieve } from '../../src/app/retrieve.ts';
import { openRecord, sealRecord } from '../../src/app/sealed-record.ts';
import { ALL_RECEIPTS } from '../store/samples.ts';
import { systemRandom } from '../../src/core/random.ts';
import type { TestOwner } from '../support/owner.ts';
import { World } from '../support/world.ts';

let world: World;
let owner: TestOwner;
let app: string;
let device: string;
beforeEach(async () => {
  world = await World.open();
  owner = await world.owner();
  app = await owner.grant();
  device = await owner.device();
});
afterEach(() => world.close());

const OUTPUT = { text: 'No hazelnuts, then [m1].' };

/** An answer that the row about hazelnuts steers, with its receipt. */
async function answered(more: Partial<ReceiptRequest> = {}, token = app): Promise<string> {
  world.clock.advance(60_000);
  const retrieval = await retrieve(world.services, token, { query: 'Which nuts?' });
  const request = { retrievalId: retrieval.id, model: { label: 'some-model' }, output: OUTPUT, ...more };
  return (await issueReceipt(world.services, token, request, null)).id;
}

async function remembered(text: string): Promise<string> {
  const { memories } = await remember(world.services, app, { memories: [{ text }] }, null);
  return memories[0]?.id ?? '';
}

/** Marks a receipt's payment as it may be found once claims have evidence: in its record under the seal, and in the column. */
async function claimed(id: string, statuses: Partial<Record<string, ClaimStatus>>, flag: 0 | 1): Promise<void> {
  const vault = world.services.vaults.open.get(owner.vault);
  const stored = await world.services.store.receipt(owner.vault, id);
  if (vault === undefined || stored === null) throw new Error('nothing to change');
  const record = openRecord(vault.vaultKeys(), ['receipt', id], stored.sealed, ReceiptRecord);
  const claims = record.claims.map((claim) => ({ ...claim, status: statuses[claim.claim] ?? claim.status }));
  const sealed = sealRecord(vault.vaultKey(), ['receipt', id], { ...record, claims }, systemRandom);
  const db = new Database(world.database);
  db.prepare('UPDATE receipts SET sealed = ?, paid_unexplained = ? WHERE id = ?').run(sealed, flag, Buffer.from(id.slice(4), 'hex'));
  db.close();
}

describe('a list of receipts', () => {
  it('has who answered, in which turn, for which app, and how each claim stands by itself', async () => {
    await remembered('Allergic to hazelnuts');
    const full = await answered({
      model: { label: 'some-model', provider: 'a-provider' },
      conversation: { thread: 'trip', turn: 3 },
      app: { name: 'planner', version: '2.1', promptTemplate: { id: 'main', sha256: 'a'.repeat(64) } },
    });
    const bare = await answered({ output: { sha256: 'b'.repeat(64) } });
    const { receipts, cursor } = await listReceipts(world.services, app, {});
    expect(cursor).toBeNull();
    expect(receipts.map(({ id }) => id)).toEqual([bare, full]);
    expect(receipts[1]).toMatchObject({
      model: 'some-model',
      provider: 'a-provider',
      thread: 'trip',
      turn: 3,
      app: { name: 'planner', version: '2.1' },
      claims: { memory: 'verified', output: 'verified', payment: 'absent', route: 'asserted' },
      paidUnexplained: null,
      rows: 1,
    });
    expect(receipts[0]).toMatchObject({ provider: null, thread: null, turn: null, app: null, claims: { output: 'asserted' } });
    expect(Object.keys(receipts[0]?.claims ?? {})).toHaveLength(10);
  });

  it('has every answer that a row steered, and of a thread every turn, page by page', async () => {
    const nuts = await remembered('Allergic to hazelnuts');
    const turns: string[] = [];
    for (let turn = 0; turn < 5; turn += 1) turns.push(await answered({ conversation: { thread: turn === 2 ? 'other' : 'trip', turn } }));
    const trains = await remembered('Takes the night train to Porto');
    const both = await answered();
    const list = async (query: Parameters<typeof listReceipts>[2], token = app) => {
      const ids: string[] = [];
      for (let cursor: string | null | undefined; cursor !== null;) {
        const page = await listReceipts(world.services, token, { ...query, ...(cursor === undefined ? {} : { cursor }), limit: 2 });
        ids.push(...page.receipts.map(({ id }) => id));
        cursor = page.cursor;
      }
      return ids;
    };
    expect(await list({ memory: nuts })).toEqual([both, ...turns.toReversed()]);
    expect(await list({ thread: 'trip' })).toEqual(turns.filter((_, turn) => turn !== 2).toReversed());
    expect(await list({ thread: 'trip', memory: trains })).toEqual([]);
    const third = (await listReceipts(world.services, app, {})).receipts.find(({ id }) => id === turns[3])?.issuedAt;
    expect(await list({ to: Date.parse(third ?? '') })).toEqual(turns.slice(0, 3).toReversed());
    expect(await list({ from: Date.parse(third ?? '') })).toEqual([both, ...turns.slice(3).toReversed()]);
    const other = await owner.grant({ label: 'another app' });
    const own = await answered({}, other);
    expect(await list({ memory: nuts }, other)).toEqual([own]);
    expect(await list({ memory: nuts }, device)).toHaveLength(7);
    await expect(listReceipts(world.services, app, { cursor: 'ret_1' })).rejects.toMatchObject({ code: 'input_invalid' });
  });
});

describe('receipts that are paid for and not explained', () => {
  it('are none at issue: no payment can be verified yet', async () => {
    await answered({ output: { sha256: 'b'.repeat(64) } });
    expect((await world.services.store.receipts(owner.vault, ALL_RECEIPTS)).receipts.map((one) => one.paidUnexplained)).toEqual([false]);
    expect(await listReceipts(world.services, app, { paidUnexplained: true })).toEqual({ receipts: [], cursor: null });
  });

  it('are listed with what is open and for how long, as their records say', async () => {
    const paid = await answered({ conversation: { thread: 'trip', turn: 1 } });
    const explained = await answered();
    const marked = await answered();
    const missed = await answered();
    await claimed(paid, { payment: 'verified', enclave: 'pending', output: 'asserted' }, 1);
    await claimed(explained, { payment: 'verified', model: 'verified' }, 0);
    // The column alone shows nothing that is not under the seal.
    await claimed(marked, { payment: 'asserted', enclave: 'failed' }, 1);
    await claimed(missed, { payment: 'verified', model: 'failed' }, 0);
    const { receipts } = await listReceipts(world.services, device, { paidUnexplained: true });
    const [one] = receipts;
    expect(receipts.map(({ id }) => id)).toEqual([paid]);
    expect(one?.paidUnexplained).toEqual({ claims: ['output', 'enclave', 'model'], since: one?.issuedAt, lagSeconds: 180 });
    expect((await listReceipts(world.services, device, { paidUnexplained: true, thread: 'trip' })).receipts).toHaveLength(1);
    expect((await listReceipts(world.services, device, { paidUnexplained: true, thread: 'none' })).receipts).toHaveLength(0);
    const all = (await listReceipts(world.services, device, {})).receipts;
    expect(all.map((summary) => [summary.id, summary.paidUnexplained?.claims ?? null])).toEqual([
      [missed, ['model']],
      [marked, null],
      [explained, null],
      [paid, ['output', 'enclave', 'model']],
    ]);
  });
});
