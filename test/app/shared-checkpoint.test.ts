import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ReceiptReply } from '../../schemas/receipt.ts';
import { issueReceipt } from '../../src/app/issue-receipt.ts';
import { MemoryMarks } from '../../src/app/marks.ts';
import { retrieve } from '../../src/app/retrieve.ts';
import type { Services } from '../../src/app/services.ts';
import { startServices, stopServices } from '../../src/app/start.ts';
import { systemRandom } from '../../src/core/random.ts';
import { parseProof } from '../../src/log/proof.ts';
import { openSqliteStore } from '../../src/store/sqlite/store.ts';
import type { Store } from '../../src/store/store.ts';
import { inOneCommit } from '../support/one-commit.ts';
import { World } from '../support/world.ts';

const RECEIPTS = 40;

let world: World;
let services: Services;
let token: string;
/** How often the log's key has signed, and how many transactions, each ended by one fsync, have been asked for that write. */
let counted: { signatures: number; transactions: number };

beforeEach(async () => {
  world = await World.open();
  token = await (await world.owner()).grant();
  await world.stop();
  counted = { signatures: 0, transactions: 0 };
  const { logSigner, receiptSigner } = world.keys;
  services = await startServices({
    store: counting(openSqliteStore({ path: world.database })),
    clock: world.clock,
    random: systemRandom,
    marks: new MemoryMarks(),
    logSigner: {
      ...logSigner,
      sign: (message) => {
        counted.signatures += 1;
        return logSigner.sign(message);
      },
    },
    receiptSigner,
    limits: { idleMs: 900_000, memoryBudget: 2 ** 30 },
    build: 'test',
  });
});

afterEach(async () => {
  await stopServices(services);
  await world.close();
});

/** The store itself, its commits counted on their way. */
function counting(store: Store): Store {
  const commit = store.commit.bind(store);
  store.commit = async (change) => {
    if (change.vaults.length > 0 || change.log !== null) counted.transactions += 1;
    await commit(change);
  };
  return store;
}

async function retrieved(count: number): Promise<string[]> {
  const answers = await Promise.all(Array.from({ length: count }, () => retrieve(services, token, { query: 'anything' })));
  return answers.map(({ id }) => id);
}

function issue(retrievalId: string, i: number): Promise<ReceiptReply> {
  return issueReceipt(services, token, { retrievalId, model: { label: 'm' }, output: { text: `answer ${i}` } }, null);
}

const checkpointsOf = (receipts: readonly ReceiptReply[]): string[] => receipts.map(({ bundle }) => parseProof(bundle.proof).checkpoint);
const indexesOf = (receipts: readonly ReceiptReply[]): number[] => receipts.map(({ bundle }) => parseProof(bundle.proof).index);

it('receipts that arrive together share one transaction and one signature on one checkpoint', async () => {
  const ids = await retrieved(RECEIPTS);
  const before = { ...counted };
  const outcomes = await inOneCommit(
    services,
    ids.map((id, i) => () => issue(id, i)),
  );
  const receipts = outcomes.map((outcome) => {
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value as ReceiptReply;
  });
  expect({ signatures: counted.signatures - before.signatures, transactions: counted.transactions - before.transactions }).toEqual({
    signatures: 1,
    transactions: 1,
  });
  expect(new Set(checkpointsOf(receipts)).size).toBe(1);
  expect(indexesOf(receipts)).toEqual(Array.from({ length: RECEIPTS }, (_, i) => i));
});

it('receipts of callers at once, as they come, take far fewer of either than there are receipts', async () => {
  const ids = await retrieved(RECEIPTS);
  const before = { ...counted };
  const receipts = await Promise.all(ids.map(issue));
  const signatures = counted.signatures - before.signatures;
  expect(signatures).toBe(counted.transactions - before.transactions);
  expect(signatures).toBeLessThanOrEqual(4);
  expect(new Set(indexesOf(receipts)).size).toBe(RECEIPTS);
});

it('receipts that come one after another take one of each', async () => {
  const [first = '', second = ''] = await retrieved(2);
  const before = { ...counted };
  const receipts = [await issue(first, 0), await issue(second, 1)];
  expect([counted.signatures - before.signatures, counted.transactions - before.transactions]).toEqual([2, 2]);
  expect(new Set(checkpointsOf(receipts)).size).toBe(2);
});
