import { expect, it } from 'vitest';
import { discloseRows } from '../../src/app/disclose.ts';
import { readReceipt } from '../../src/app/receipts.ts';
import { isMemSyncError } from '../../src/core/errors.ts';
import { verifyBundle } from '../../src/receipts/verify.ts';
import { Month } from './replay/month.ts';

it(
  'of a month’s receipts every row that is left can be disclosed and verifies, every erased one is refused',
  { timeout: 240_000 },
  async () => {
    const month = await Month.begin(11);
    try {
      const { asked } = month;
      const came = { opened: 0, confirmed: 0, edited: 0, erased: 0, retracted: 0 };
      const trust = { verifierKeys: asked.world.verifierKeys, vault: asked.owner.vault };
      /** Opens all of a receipt that `token` sees, and looks at each row that comes out. */
      const discloseAll = async (id: string, token: string): Promise<void> => {
        const { bundle, erased } = await readReceipt(asked.world.services, token, id);
        const tags = bundle.disclosures.tags.flatMap((tag) => (tag === null ? [] : [tag.record.tag]));
        for (const { position } of erased) {
          const refused = discloseRows(asked.world.services, token, id, { tags: [`m${position + 1}`] });
          await expect(refused).rejects.toMatchObject({ code: 'memory_erased' });
          came.erased += 1;
        }
        if (tags.length === 0) return;
        const disclosure = await discloseRows(asked.world.services, token, id, { tags }).catch((error: unknown) => {
          // What the owner has retracted since is no app's to open.
          if (token === asked.device || !isMemSyncError(error, 'memory_unknown')) throw error;
          return null;
        });
        if (disclosure === null) {
          came.retracted += 1;
          return;
        }
        const { failures, rows, unknown } = verifyBundle(JSON.stringify(disclosure), trust, asked.world.clock.now());
        expect(failures, id).toEqual([]);
        expect(rows.filter((row) => row.disclosed && row.opened?.line === true)).toHaveLength(tags.length);
        expect(unknown.some((line) => line.startsWith('the rows’ own words'))).toBe(tags.length < rows.length);
        for (const row of rows) {
          if (!row.disclosed) continue;
          came.opened += 1;
          if (row.validation === 'verified') came.confirmed += 1;
          if (row.version > 1) came.edited += 1;
        }
      };
      for (let day = 0; day < 10; day++) await month.day(20, 14);
      for (const { id } of month.issued) await discloseAll(id, asked.device);
      for (const { id, token } of month.issued) if (!month.revoked.has(token)) await discloseAll(id, token);
      // Three rows that went into receipts are erased, and none comes out of any again.
      const served = await Promise.all(month.issued.slice(-40).map(({ id }) => readReceipt(asked.world.services, asked.device, id)));
      const rows = [...new Set(served.flatMap((one) => one.rows.map(({ row }) => row)))].slice(0, 3);
      await asked.owner.post('erased', { scope: 'rows', rows });
      for (const { id } of served) await discloseAll(id, asked.device);
      expect(came.opened).toBeGreaterThan(500);
      expect(Math.min(came.confirmed, came.edited, came.erased, came.retracted), JSON.stringify(came)).toBeGreaterThan(0);
      for (const kind of ['edit', 'contest', 'confirm', 'retract']) expect(month.did.get(kind), kind).toBeGreaterThan(0);
    } finally {
      await month.asked.world.close();
    }
  },
);
