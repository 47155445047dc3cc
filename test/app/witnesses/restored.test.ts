import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readCheckpoint } from '../../../src/app/log-reads.ts';
import { readReceipt } from '../../../src/app/receipts.ts';
import { parsePolicy } from '../../../src/log/policy.ts';
import { parseVerifierKey } from '../../../src/log/verifier-key.ts';
import { verifyBundle } from '../../../src/receipts/verify.ts';
import { postOverHttp } from '../../../src/witness/post.ts';
import { KeptWorld } from '../../support/backups.ts';
import { TestWitness } from '../../support/witness.ts';

let kept: KeptWorld;
let witness: TestWitness;

beforeEach(async () => {
  kept = await KeptWorld.open();
  witness = await TestWitness.open(51, () => kept.world.clock.now());
  kept.world.witnesses = { policy: parsePolicy(policy(witness.url)), post: postOverHttp(2000) };
  await kept.start();
  introduce();
  await kept.say('One');
});

afterEach(async () => {
  await kept.close();
  await witness.close();
});

const policy = (url = ''): string => `witness w ${witness.vkey} ${url}\nquorum w\n`;
/** Tells the witness of the log as it is called now. */
function introduce(): void {
  const key = parseVerifierKey(kept.logKeys()[0] ?? '');
  witness.logs.set(key.name, key);
}
const ask = async (): Promise<unknown> => kept.world.services.witnesses?.ask();
const said = async () => (await kept.world.services.witnesses?.status())?.witnesses[0]?.refusal?.reason ?? null;
async function failures(id: string, keys: readonly string[]): Promise<string[]> {
  const { bundle } = await readReceipt(kept.world.services, kept.token, id);
  const trust = { verifierKeys: keys.filter((line) => line !== ''), vault: kept.owner.vault, witnesses: policy() };
  return verifyBundle(bundle, trust, kept.world.clock.now()).failures.map(({ code }) => code);
}

it('a restored log is witnessed anew under its new name; what was cosigned under the old one is not handed out for it', async () => {
  const { id } = await kept.receipt();
  await ask();
  expect(await failures(id, kept.logKeys())).toEqual([]);
  await kept.backUp();
  await kept.receipt();
  await ask();
  await kept.restore();
  expect(await failures(id, kept.logKeys())).toEqual(['witnesses_missing']);
  await ask();
  expect(await said()).toBe('log_unknown');
  introduce();
  kept.world.clock.advance(60_000);
  await ask();
  expect(await said()).toBeNull();
  expect(await failures(id, kept.logKeys())).toEqual([]);
  expect(witness.seen.size).toBe(2);
});

it('an older database that is put in place by hand, the marks gone with it, is found out by the witness', async () => {
  await kept.receipt();
  await ask();
  await kept.stop();
  const old = readFileSync(kept.world.database);
  await kept.start();
  await kept.receipt();
  await kept.receipt();
  await ask();
  const held = [...witness.seen.values()][0];
  await kept.stop();
  for (const suffix of ['-wal', '-shm']) rmSync(`${kept.world.database}${suffix}`, { force: true });
  writeFileSync(kept.world.database, old);
  rmSync(join(kept.world.folder, 'keys', 'marks.json'));
  await kept.start();
  await kept.receipt();
  await ask();
  expect(await said()).toBe('ahead');
  // Nor does the witness take it for the same when it has grown past what there was.
  for (let i = 0; i < 4; i++) await kept.receipt();
  kept.world.clock.advance(60_000);
  await ask();
  expect(await said()).toBe('forked');
  expect([...witness.seen.values()]).toEqual([held]);
  expect(await readCheckpoint(kept.world.services)).not.toContain(witness.name);
});
