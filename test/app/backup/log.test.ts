import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readReceipt } from '../../../src/app/receipts.ts';
import { openServices } from '../../../src/main.ts';
import { verifyBundle } from '../../../src/receipts/verify.ts';
import { contentsOf, KeptWorld } from '../../support/backups.ts';

let kept: KeptWorld;
beforeEach(async () => {
  kept = await KeptWorld.open();
});
afterEach(() => kept.close());

const data = (): string => join(kept.world.folder, 'data');

describe('the log after a restore', () => {
  it('goes on under a name of its own, so that nothing is ever signed twice for one place', async () => {
    await kept.say('One');
    const early = await kept.receipt();
    await kept.backUp();
    const late = await kept.receipt();
    const lines = kept.world.verifierKeys;
    const was = kept.world.services.log.origin;
    const { restored } = await kept.restore();
    const { log } = kept.world.services;
    expect(restored.log).toEqual({ name: log.origin, was, size: 1, known: 2 });
    expect(log.origin).toMatch(new RegExp(`^${was}/restored-`));
    const other = await kept.receipt();
    // The receipt that was lost still verifies with the keys of then; the others with those of now.
    const verdict = (bundle: typeof late.bundle, keys: readonly string[]) =>
      verifyBundle(bundle, { verifierKeys: keys, vault: kept.owner.vault }, kept.world.clock.now(), {}).failures;
    expect(verdict(late.bundle, lines)).toEqual([]);
    const now = kept.logKeys();
    expect(verdict(other.bundle, now)).toEqual([]);
    expect(verdict((await readReceipt(kept.world.services, kept.token, early.id)).bundle, now)).toEqual([]);
    expect(verdict(other.bundle, lines)).not.toEqual([]);
  });

  it('keeps its name when nothing was written since the backup, on the operator’s word, which is checked', async () => {
    await kept.say('One');
    await kept.receipt();
    await kept.backUp();
    const { restored } = await kept.restore({ sameLog: true });
    expect(restored.log.name).toBe(restored.log.was);
    await kept.receipt();
    await kept.stop();
    const before = contentsOf(data());
    await expect(kept.restore({ sameLog: true })).rejects.toMatchObject({ code: 'usage' });
    expect(contentsOf(data())).toEqual(before);
    await kept.start();
  });

  it('a database that was put back by hand is not served: its log would be a fork', async () => {
    await kept.say('One');
    await kept.receipt();
    await kept.stop();
    const bytes = readFileSync(kept.world.database);
    await kept.start();
    await kept.receipt();
    await kept.stop();
    writeFileSync(kept.world.database, bytes);
    await expect(openServices(kept.settings)).rejects.toMatchObject({ code: 'log_broken' });
  });
});
