import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Memory } from '../../schemas/memory.ts';
import { appendOwnerEvent } from '../../src/app/owner-event.ts';
import { demoteStale } from '../../src/app/demote-stale.ts';
import { issueReceipt } from '../../src/app/issue-receipt.ts';
import { readVaultState } from '../../src/app/ledger-reader.ts';
import { list, show } from '../../src/app/list.ts';
import { MemoryMarks } from '../../src/app/marks.ts';
import { readReceipt } from '../../src/app/receipts.ts';
import { remember } from '../../src/app/remember.ts';
import { retrieve } from '../../src/app/retrieve.ts';
import type { Services } from '../../src/app/services.ts';
import { startServices, stopServices } from '../../src/app/start.ts';
import { systemRandom } from '../../src/core/random.ts';
import { verifyBundle } from '../../src/receipts/verify.ts';
import { openSqliteStore } from '../../src/store/sqlite/store.ts';
import type { TestOwner } from '../support/owner.ts';
import { DAY, World } from '../support/world.ts';

let world: World;
let second: Services;
let owner: TestOwner;
let app: string;

/** Two services on one file, as two processes would be. */
beforeEach(async () => {
  world = await World.open();
  second = await startServices({
    store: openSqliteStore({ path: world.database }),
    clock: world.clock,
    random: systemRandom,
    marks: new MemoryMarks(),
    logSigner: world.keys.logSigner,
    receiptSigner: world.keys.receiptSigner,
    limits: { idleMs: 900_000, memoryBudget: 2 ** 30 },
    build: 'test',
  });
  owner = await world.owner();
  app = await owner.grant();
});

afterEach(async () => {
  await stopServices(second);
  await world.close();
});

async function say(services: Services, text: string, key: string | null = null): Promise<Memory> {
  const { memories } = await remember(services, app, { memories: [{ text, claimed: { kind: 'user_stated' } }] }, key);
  return memories[0] as Memory;
}

describe('several callers and several processes on one vault', () => {
  it('answers many callers out of few commits', async () => {
    const before = world.services.writer.counts.commits;
    const rows = await Promise.all(Array.from({ length: 64 }, (_, i) => say(world.services, `Fact number ${i}`)));
    expect(new Set(rows.map((row) => row.id)).size).toBe(64);
    expect(world.services.writer.counts.commits - before).toBeLessThan(16);
  });

  it('gives the same text from many callers at once one row', async () => {
    const rows = await Promise.all(Array.from({ length: 20 }, () => say(world.services, 'Likes tea')));
    expect(new Set(rows.map((row) => row.id)).size).toBe(1);
    expect(await show(world.services, app, rows[0]?.id ?? '')).toMatchObject({ sightings: 19 });
  });

  it('lets both write by turns and at once, and each sees the other’s rows', async () => {
    const first = await say(world.services, 'Said to the first');
    expect(await show(second, app, first.id)).toMatchObject({ text: 'Said to the first' });
    await Promise.all(Array.from({ length: 30 }, (_, i) => say(i % 2 === 0 ? world.services : second, `Both ${i}`)));
    const [here, there] = await Promise.all([list(world.services, app, { limit: 200 }), list(second, app, { limit: 200 })]);
    expect(here.memories).toHaveLength(31);
    expect(there.memories).toEqual(here.memories);
    const state = await readVaultState(second.store, owner.vault);
    expect(state?.headSeq).toBe(here.head.seq);
  });

  it('keeps one log between them', async () => {
    const receipts = [];
    for (const services of [world.services, second, world.services, second]) {
      await say(services, `A fact ${receipts.length}`);
      const { id } = await retrieve(services, app, { query: 'fact' });
      receipts.push(await issueReceipt(services, app, { retrievalId: id, model: { label: 'm' }, output: { text: 'x' } }, null));
    }
    expect(
      receipts.map(
        ({ bundle }) => verifyBundle(bundle, { verifierKeys: world.verifierKeys, vault: owner.vault }, world.clock.now()).log?.index,
      ),
    ).toEqual([0, 1, 2, 3]);
    const read = await readReceipt(second, app, receipts[0]?.id ?? '');
    expect(verifyBundle(read.bundle, { verifierKeys: world.verifierKeys, vault: owner.vault }, world.clock.now())).toMatchObject({
      ok: true,
      log: { index: 0, size: 4 },
    });
  });

  it('cuts a revoked app off in both at once', async () => {
    await say(second, 'Before');
    const grantId = `grt_${app.slice(4, 36)}`;
    const { body } = { body: { grant: grantId } };
    await owner.post('revoked', body);
    await expect(say(world.services, 'After')).rejects.toMatchObject({ code: 'grant_revoked' });
    await expect(say(second, 'After')).rejects.toMatchObject({ code: 'grant_revoked' });
    expect(second.vaults.open.get(owner.vault)?.keys.collections().length ?? 0).toBe(0);
  });

  it('demotes once when both run the job', async () => {
    for (let i = 0; i < 20; i++) await say(world.services, `Fact ${i}`);
    world.clock.advance(200 * DAY);
    const reports = await Promise.all([demoteStale(world.services), demoteStale(second)]);
    expect(reports.reduce((sum, report) => sum + report.demoted, 0)).toBe(20);
  });

  it('lets the owner sign while an app keeps appending, at the first try', async () => {
    const row = await say(world.services, 'Confirm me');
    const stop = new AbortController();
    const appending = (async () => {
      for (let i = 0; !stop.signal.aborted; i++) await say(world.services, `Noise ${i}`);
    })();
    for (let i = 0; i < 5; i++) await owner.confirm(row);
    stop.abort();
    await appending;
    expect((await show(world.services, app, row.id)).lastValidatedAt).not.toBeNull();
  });
});

describe('idempotency keys', () => {
  it('answer the same request with the same ids, also at once, and refuse another under the same key', async () => {
    const [a, b] = await Promise.all([say(world.services, 'Once', 'k'), say(world.services, 'Once', 'k')]);
    expect(b.id).toBe(a.id);
    expect(b.sightings).toBe(0);
    expect((await say(second, 'Once', 'k')).sightings).toBe(0);
    await expect(say(world.services, 'Another', 'k')).rejects.toMatchObject({ code: 'idempotency_conflict' });
    expect((await list(world.services, app, {})).memories).toHaveLength(1);
  });
});

describe('idempotent retrievals', () => {
  it('give the same answer again, word for word, and so one receipt', async () => {
    await say(world.services, 'Likes tea');
    const first = await retrieve(world.services, app, { query: 'tea' }, 'r');
    await say(world.services, 'Likes green tea');
    expect(await retrieve(second, app, { query: 'tea' }, 'r')).toEqual(first);
    await expect(retrieve(world.services, app, { query: 'coffee' }, 'r')).rejects.toMatchObject({ code: 'idempotency_conflict' });
    const both = await Promise.all([
      retrieve(world.services, app, { query: 'tea' }, 's'),
      retrieve(world.services, app, { query: 'tea' }, 's'),
    ]);
    expect(both[0]).toEqual(both[1]);
  });
});

describe('scope', () => {
  it('leaves no trace of what lies outside it', async () => {
    const careful = await owner.grant({ categories: ['career'] });
    await owner.addCollection('work');
    const work = await owner.grant({ collections: ['work'] });
    await remember(
      world.services,
      app,
      { memories: [{ text: 'Cello lessons on Monday', category: 'career', claimed: { kind: 'user_stated' } }] },
      null,
    );
    const before = await retrieve(world.services, careful, { query: 'cello lessons' });
    for (let i = 0; i < 10; i++) await say(world.services, `Cello cello lessons ${i}`);
    const after = await retrieve(world.services, careful, { query: 'cello lessons' });
    expect(after.rows).toEqual(before.rows);
    expect(after.withheld).toEqual(before.withheld);
    expect((await list(world.services, careful, {})).memories).toHaveLength(1);
    expect((await retrieve(world.services, work, { query: 'cello' })).rows).toEqual([]);
    await expect(retrieve(world.services, work, { query: 'cello', collections: ['default'] })).rejects.toMatchObject({
      code: 'collection_unknown',
    });
    await expect(remember(world.services, careful, { memories: [{ text: 'x', category: 'health' }] }, null)).rejects.toMatchObject({
      code: 'scope_exceeded',
    });
  });

  it('opens a receipt’s rows to nobody who could not open the rows themselves', async () => {
    await owner.addCollection('work');
    const reviewer = await owner.grant({ role: 'reviewer', collections: ['work'], capabilities: ['list', 'receipt'] });
    await say(world.services, 'Allergic to hazelnuts');
    const { id } = await retrieve(world.services, app, { query: 'hazelnuts' });
    const { id: receipt } = await issueReceipt(world.services, app, { retrievalId: id, model: { label: 'm' }, output: { text: '' } }, null);
    const { bundle, rows } = await readReceipt(world.services, reviewer, receipt);
    expect(rows).toEqual([]);
    expect(JSON.stringify(bundle)).not.toContain('Allergic');
    const verdict = verifyBundle(bundle, { verifierKeys: world.verifierKeys, vault: owner.vault }, world.clock.now());
    expect(verdict).toMatchObject({ ok: true, rows: [{ disclosed: false }] });
  });

  it('hands each app its own receipts only', async () => {
    const other = await owner.grant();
    const { id } = await retrieve(world.services, app, { query: 'x' });
    await expect(
      issueReceipt(world.services, other, { retrievalId: id, model: { label: 'm' }, output: { text: '' } }, null),
    ).rejects.toMatchObject({ code: 'retrieval_unknown' });
    const receipt = await issueReceipt(world.services, app, { retrievalId: id, model: { label: 'm' }, output: { text: '' } }, null);
    await expect(readReceipt(world.services, other, receipt.id)).rejects.toMatchObject({ code: 'receipt_unknown' });
    await expect(
      issueReceipt(world.services, app, { retrievalId: id, model: { label: 'm' }, output: { text: '' } }, null),
    ).rejects.toMatchObject({ code: 'retrieval_used' });
  });
});

describe('a ledger whose tail is gone', () => {
  it('is told by the service’s marks', async () => {
    await say(world.services, 'One');
    await say(world.services, 'Two');
    const { DatabaseSync } = await import('node:sqlite');
    await world.restart(() => {
      const db = new DatabaseSync(world.database);
      const last = db.prepare('SELECT seq FROM events ORDER BY seq DESC LIMIT 1').get()?.['seq'] as number;
      db.prepare('DELETE FROM events WHERE seq = ?').run(last);
      const before = db.prepare('SELECT hash FROM events WHERE seq = ?').get(last - 1)?.['hash'] as Uint8Array;
      db.prepare('UPDATE vaults SET head_seq = ?, head_hash = ?').run(last - 1, before);
      db.close();
    });
    await expect(list(world.services, app, {})).rejects.toMatchObject({ code: 'vault_rolled_back' });
    await expect(
      appendOwnerEvent(world.services, owner.vault, { event: owner.next('revoked', { grant: `grt_${app.slice(4, 36)}` }).envelope }),
    ).rejects.toMatchObject({
      code: 'vault_rolled_back',
    });
  });
});
