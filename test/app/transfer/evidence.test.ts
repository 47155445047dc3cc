import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ExportLine, LineOf } from '../../../schemas/export-line.ts';
import { MemSyncClient } from '../../../src/sdk/client.ts';
import { verifyBundle } from '../../../src/receipts/verify.ts';
import { Home } from '../../sdk/home.ts';
import { RIPENING } from '../../support/ripening/ripening.ts';
import { Site } from '../../support/site.ts';
import { bring, checkFile, Desk, exportFrom, exportLines, resealed } from '../../support/transfer.ts';
import { DAY, World } from '../../support/world.ts';

let old: Site;
let fresh: Site;
let home: Home;
let desk: Desk;
let receipt: string;

beforeEach(async () => {
  old = await ripeningSite();
  fresh = await ripeningSite();
  home = await Home.make(old);
  desk = new Desk();
  await home.app.remember({ memories: [{ text: 'Allergic to hazelnuts' }] });
  const { id } = await home.app.retrieve({ query: 'hazelnuts' });
  receipt = (await home.app.receipt({ retrievalId: id, model: { label: 'm' }, output: { text: 'No nuts [m1].' } })).id;
});
afterEach(async () => {
  await old.close();
  await fresh.close();
  desk.close();
});

async function ripeningSite(): Promise<Site> {
  const world = await World.open();
  world.judging = RIPENING;
  await world.restart();
  return Site.on(world);
}

const at = (site: Site): MemSyncClient => new MemSyncClient({ url: site.url, token: home.vault.appToken });
const ripens = (more: object = {}) => ({ kind: 'ripens', at: old.world.clock.now() + DAY, comes: 'verified', ...more });

/** Evidence of every kind there is: pending, failed, of an unknown kind, and larger than a line. */
async function handIn(): Promise<void> {
  const client = at(old);
  await client.addEvidence(receipt, { evidence: { settlement: ripens(), payment: ripens({ at: 0 }) } });
  await client.addEvidence(receipt, { evidence: { route: ripens({ at: 0, comes: 'failed', facts: { provider: 'Somebody' } }) } });
  await client.addEvidence(receipt, { evidence: { enclave: { kind: 'something-new', note: 'x'.repeat(1_300_000) } } });
}

const parsed = (lines: readonly string[]): ExportLine[] => lines.map((line) => JSON.parse(line) as ExportLine);
const isOf =
  <T extends ExportLine['type']>(type: T) =>
  (line: ExportLine): line is LineOf<T> =>
    line.type === type;

it('goes along with its receipt: history, artefacts and proofs are the same at another service, and more can be added there', async () => {
  await handIn();
  const lines = await exportLines(desk, exportFrom(home));
  expect(parsed(lines).filter(isOf('addendum'))).toHaveLength(4);
  expect(parsed(lines).filter(isOf('evidence')).length).toBeGreaterThanOrEqual(1);
  const before = await at(old).claims(receipt);
  const bundle = await at(old).bundle(receipt);
  fresh.world.clock.set(old.world.clock.now());
  const { done } = await bring(home, fresh, desk.lines(lines));
  expect(done).toMatchObject({ receipts: 1, addenda: 4, addendaLeftOut: 0 });
  const { nextLookAt: _then, ...settlement } = before.claims.find(({ claim }) => claim === 'settlement') ?? expect.fail();
  const after = await at(fresh).claims(receipt);
  expect(after.claims.filter(({ claim }) => claim !== 'settlement')).toEqual(before.claims.filter(({ claim }) => claim !== 'settlement'));
  expect(after.claims.find(({ claim }) => claim === 'settlement')).toMatchObject(settlement);
  expect(bundle.addenda).toHaveLength(4);
  const there = await at(fresh).bundle(receipt);
  expect(there.addenda?.map(({ envelope, evidence }) => ({ envelope, evidence }))).toEqual(
    bundle.addenda?.map(({ envelope, evidence }) => ({ envelope, evidence })),
  );
  expect(verifyBundle(there, { verifierKeys: old.world.verifierKeys }, fresh.world.clock.now()).ok).toBe(true);
  const { added } = await at(fresh).addEvidence(receipt, { evidence: { settlement: ripens({ at: 0 }) } });
  expect(added).toMatchObject([{ claim: 'settlement', judged: 'verified', status: 'verified' }]);
  // It is in the log that is there, after the others.
  expect(added[0]?.logIndex).toBeLessThan(fresh.world.services.log.size);
  const { addenda } = await fresh.world.services.store.transfer.counts(home.vault.vault);
  expect(addenda).toBe(5);
});

it('what is pending is looked at anew there', async () => {
  await handIn();
  const { store } = old.world.services;
  expect(await store.addenda.dueOf(home.vault.vault, receipt)).toMatchObject([{ number: 1, looks: 0 }]);
  fresh.world.clock.set(old.world.clock.now() + 3 * DAY);
  await bring(home, fresh, desk.lines(await exportLines(desk, exportFrom(home))));
  expect(await fresh.world.services.store.addenda.dueOf(home.vault.vault, receipt)).toEqual([
    { receipt, number: 1, dueAt: fresh.world.clock.now(), looks: 0 },
  ]);
});

it('receipts are found by their model’s label there', async () => {
  const lines = parsed(await exportLines(desk, exportFrom(home)));
  const labels = lines.filter(isOf('label'));
  expect(labels.map((line) => line.receipt)).toEqual([receipt]);
  await bring(home, fresh, desk.lines(lines.map((line) => JSON.stringify(line))));
  const tag = new Uint8Array(Buffer.from(labels[0]?.labelTag ?? '', 'hex'));
  const found = await fresh.world.services.store.addenda.labelled(home.vault.vault, tag, null, null, 10);
  expect(found.receipts).toEqual([receipt]);
  expect((await at(fresh).models({ label: 'm' })).runs).toMatchObject([{ receipts: 1, first: receipt }]);
});

it('what came after the export began stays out of it, and comes with a later one', async () => {
  await handIn();
  const first = await exportLines(desk, exportFrom(home));
  await bring(home, fresh, desk.lines(first));
  old.world.clock.advance(1000);
  await at(old).addEvidence(receipt, { evidence: { settlement: ripens({ at: 0, comes: 'failed' }) } });
  await home.app.remember({ memories: [{ text: 'Plays the cello' }] });
  const second = desk.lines(await exportLines(desk, exportFrom(home)));
  const { done } = await bring(home, fresh, second);
  expect(done).toMatchObject({ addenda: 5, addendaLeftOut: 0 });
  expect((await at(fresh).claims(receipt)).claims.find(({ claim }) => claim === 'settlement')).toMatchObject({ status: 'failed' });
});

it('where other evidence was added here, that stands, and what is left out is said', async () => {
  await handIn();
  await bring(home, fresh, desk.lines(await exportLines(desk, exportFrom(home))));
  await at(fresh).addEvidence(receipt, { evidence: { settlement: ripens({ at: 0, comes: 'failed' }) } });
  old.world.clock.advance(1000);
  await at(old).addEvidence(receipt, { evidence: { settlement: ripens({ at: 0 }) } });
  await home.app.remember({ memories: [{ text: 'Plays the cello' }] });
  const { done } = await bring(home, fresh, desk.lines(await exportLines(desk, exportFrom(home))));
  expect(done).toMatchObject({ addenda: 5, addendaLeftOut: 1 });
  expect((await at(fresh).claims(receipt)).claims.find(({ claim }) => claim === 'settlement')).toMatchObject({ status: 'failed' });
});

describe('damaged in the file', () => {
  const bent = async (change: (line: ExportLine, all: readonly ExportLine[]) => ExportLine | readonly ExportLine[]): Promise<string> => {
    const all = parsed(await exportLines(desk, exportFrom(home)));
    const lines = all.flatMap((line) => change(line, all));
    const path = desk.lines(resealed(lines.map((line) => JSON.stringify(line))));
    return checkFile(home, path).then(
      () => 'let in',
      (error: unknown) => {
        expect(error).toMatchObject({ code: 'transfer_damaged' });
        return error instanceof Error ? error.message : '';
      },
    );
  };
  const second = isOf('addendum');

  it('is refused where any of it is missing, doubled, another receipt’s or another’s bundle', async () => {
    await handIn();
    expect(await bent((line) => line)).toBe('let in');
    expect(await bent((line) => (second(line) && line.number === 2 ? [] : line))).toContain(
      'has addendum 3 of a receipt where 2 was to come',
    );
    expect(await bent((line) => (second(line) && line.number === 2 ? [line, line] : line))).toMatch(/out of its order|where 3 was to come/);
    const other = `rcp_${'f'.repeat(32)}`;
    expect(await bent((line) => (second(line) && line.number === 1 ? { ...line, receipt: other } : line))).toContain('another receipt');
    const bundleOf = (all: readonly ExportLine[], number: number) => all.find((line) => second(line) && line.number === number);
    expect(
      await bent((line, all) => {
        const another = bundleOf(all, 2);
        return second(line) && line.number === 1 && another?.type === 'addendum'
          ? { ...line, proof: another.proof, bundle: another.bundle }
          : line;
      }),
    ).toContain('has a bundle of another addendum');
    expect(await bent((line) => (second(line) && line.number === 1 ? { ...line, proof: 'x' } : line))).toContain('another proof');
    let parts = 0;
    expect(await bent((line) => (line.type === 'evidence' && (parts += 1) === 1 ? [] : line))).toContain('a part is missing');
  });
});
