import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { CaseSummary } from '../../../schemas/case.ts';
import { makeDesk } from '../../../src/app/desks/make.ts';
import { parseId } from '../../../src/core/ids.ts';
import { MemSyncClient } from '../../../src/sdk/client.ts';
import { answerWithCase, GOOD, TestReviewer } from '../../support/desks.ts';
import { Site } from '../../support/site.ts';

let site: Site;
let app: MemSyncClient;
let ana: TestReviewer;
let spy: TestReviewer;
let one: CaseSummary;
let other: CaseSummary;
beforeEach(async () => {
  site = await Site.open();
  const { services } = site.world;
  await makeDesk(services, 'front');
  await makeDesk(services, 'back');
  ana = await TestReviewer.at(site.url, services, 'front', 'ana');
  spy = await TestReviewer.at(site.url, services, 'back', 'spy');
  app = new MemSyncClient({ url: site.url, token: await (await site.owner()).grant() });
  one = await answerWithCase(app, 'front');
  other = await answerWithCase(app, 'front');
  await app.addEvidence(other.receipt, { evidence: GOOD });
  for (const { id } of [one, other]) await ana.decide(id, { decision: 'hold', reason: 'a secret reason' });
});
afterEach(() => site.close());

const coded = (code: string): unknown => expect.objectContaining({ code });

/** Changes the database beside the service. */
function tampered(sql: string, ...values: (Uint8Array | number)[]): void {
  const db = new Database(site.world.database);
  expect(db.prepare(sql).run(...values).changes).toBeGreaterThan(0);
  db.close();
}

const key = ({ id }: CaseSummary): Uint8Array => parseId('case', id);

it('a case that somebody moves to another desk in the database tells that desk nothing', async () => {
  tampered("UPDATE cases SET desk = (SELECT id FROM desks WHERE name = 'back') WHERE id = ?", key(one));
  await expect(spy.client.showCase(one.id)).rejects.toThrow(coded('row_unopenable'));
  await expect(ana.client.showCase(one.id)).rejects.toThrow(coded('case_unknown'));
  expect((await ana.client.showCase(other.id)).decisions).toHaveLength(1);
});

it('what is kept of one case does not open as another’s, and its gate opens on nothing of the kind', async () => {
  tampered('UPDATE cases SET sealed = (SELECT sealed FROM cases WHERE id = ?) WHERE id = ?', key(other), key(one));
  await expect(ana.client.showCase(one.id)).rejects.toThrow(coded('row_unopenable'));
  await expect(app.askGate(one.id)).rejects.toThrow(coded('row_unopenable'));
});

it('what has happened to a case is where it happened, all of it in its order', async () => {
  tampered('UPDATE case_events SET log_index = log_index + 1 WHERE case_id = ? AND number = 2', key(one));
  await expect(ana.client.showCase(one.id)).rejects.toThrow(coded('row_unopenable'));
  // The last one, and one in between.
  tampered('DELETE FROM case_events WHERE case_id = ? AND number = 2', key(other));
  await expect(ana.client.showCase(other.id)).rejects.toThrow(coded('row_unopenable'));
  tampered('DELETE FROM case_events WHERE case_id = ? AND number = 1', key(one));
  await expect(ana.client.showCase(one.id)).rejects.toThrow(coded('row_unopenable'));
});

it('what the columns say of a case’s state opens no gate', async () => {
  tampered('UPDATE cases SET state = 1 WHERE id = ?', key(one));
  expect(await app.askGate(one.id)).toMatchObject({ open: false, state: 'hold' });
  expect((await ana.client.showCase(one.id)).state).toBe('hold');
});
