import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Health } from '../../schemas/health.ts';
import { ReceiptReply } from '../../schemas/receipt.ts';
import { systemClock } from '../../src/core/clock.ts';
import { parseVerifierKey } from '../../src/log/verifier-key.ts';
import type { Verdict } from '../../src/receipts/verdict.ts';
import { verifyBundle } from '../../src/receipts/verify.ts';
import { ask, ownerAt } from '../support/http-owner.ts';
import { Ground } from '../support/process.ts';
import { TestWitness } from '../support/witness.ts';

let ground: Ground;
let witnesses: TestWitness[];
beforeEach(async () => {
  ground = new Ground();
  witnesses = await Promise.all([21, 22, 23].map((seed) => TestWitness.open(seed, () => systemClock.now())));
});
afterEach(async () => {
  await ground.close();
  for (const witness of witnesses) await witness.close();
});

/** A file with the policy: two of the three. */
function policyFile(urls = true): string {
  const path = join(ground.folder, 'witnesses.txt');
  const lines = witnesses.map(({ vkey, url }, i) => `witness w${i + 1} ${vkey}${urls ? ` ${url}` : ''}`);
  writeFileSync(path, `# Two of three.\n${lines.join('\n')}\ngroup all-of-them 2 w1 w2 w3\nquorum all-of-them\n`);
  return path;
}

const POLICY = (): string =>
  witnesses
    .map(({ vkey }, i) => `witness v${i} ${vkey}\n`)
    .join('')
    .concat('group g 2 v0 v1 v2\nquorum g\n');
const health = async (url: string): Promise<Health> => Health.parse(await (await fetch(`${url}/healthz`)).json());

it(
  'receipts of a service come to be witnessed by two of three, also after it is killed; a witness that refuses is named',
  { timeout: 120_000 },
  async () => {
    const environment = { MEMSYNC_WITNESS_POLICY: policyFile(), MEMSYNC_LOG_LEVEL: 'info' };
    const [, two, three] = witnesses;
    const one = await ground.start(environment);
    const keys = (await (await fetch(`${one.url}/log/key`)).text()).trim().split('\n');
    const log = parseVerifierKey(keys[0] ?? '');
    for (const witness of witnesses) witness.logs.set(log.name, log);
    if (three !== undefined) three.mood = 'forging';
    const owner = await ownerAt(one.url, systemClock);
    const token = await owner.grant();
    await ask(`${one.url}/v1/memories`, token, { memories: [{ text: 'Practises in Porto' }] });
    const issue = async (url: string): Promise<string> => {
      const { body } = await ask(`${url}/v1/retrievals`, token, { query: 'where' });
      const reply = await ask(`${url}/v1/receipts`, token, { retrievalId: body['id'], model: { label: 'm' }, output: { text: 'There.' } });
      return ReceiptReply.parse(reply.body).id;
    };
    const judged = async (url: string, id: string): Promise<Verdict> => {
      const { bundle } = ReceiptReply.parse((await ask(`${url}/v1/receipts/${id}`, token)).body);
      return verifyBundle(bundle, { verifierKeys: keys, vault: owner.vault, witnesses: POLICY() }, systemClock.now());
    };
    const id = await issue(one.url);
    await expect.poll(async () => (await judged(one.url, id)).ok, { timeout: 30_000, interval: 200 }).toBe(true);
    const verdict = await judged(one.url, id);
    expect(verdict.witnesses?.cosigned.map(({ witness }) => witness)).toEqual(['v0', 'v1']);
    expect(verdict.unknown.join('\n')).not.toContain('unwitnessed');
    expect((await health(one.url)).witnesses).toMatchObject({
      quorum: '2 of w1, w2, w3',
      witnesses: [
        { witness: 'w1', refusal: null },
        { witness: 'w2', refusal: null },
        { witness: 'w3', refusal: { reason: 'cosignature_invalid', grave: false } },
      ],
    });
    const metrics = await (await fetch(`${one.url}/metrics`)).text();
    expect(metrics).toMatch(/memsync_witness_refused\{witness="w3"\} 1\n/);
    expect(metrics).toMatch(/memsync_witness_entries\{witness="w1"\} [1-9]/);

    one.signal('SIGKILL');
    await one.ended;
    if (two !== undefined) two.mood = 'stubborn';
    if (three !== undefined) three.mood = 'well';
    const again = await ground.start(environment);
    expect((await judged(again.url, id)).ok).toBe(true);
    const later = await issue(again.url);
    await expect.poll(async () => (await judged(again.url, later)).ok, { timeout: 60_000, interval: 200 }).toBe(true);
    expect((await judged(again.url, later)).witnesses?.cosigned.map(({ witness }) => witness)).toEqual(['v0', 'v2']);
    await expect
      .poll(async () => (await health(again.url)).witnesses?.witnesses[1]?.refusal, { timeout: 30_000, interval: 200 })
      .toMatchObject({ reason: 'forked', grave: true });
    expect(await again.stop()).toBe(0);
    expect(again.out + again.err).toMatch(/"level":50,.*"witness":"w2","reason":"forked",.*"code":"log_forked"/);
  },
);

it('a policy with a line that does not read keeps the service from starting, and the line is named', async () => {
  const path = policyFile();
  writeFileSync(path, `quorum none\nwitness w1 ${witnesses[0]?.vkey}x ${witnesses[0]?.url}\n`);
  expect(await ground.start({ MEMSYNC_WITNESS_POLICY: path }).catch(String)).toContain('Line 2');
  expect(await ground.start({ MEMSYNC_WITNESS_POLICY: policyFile(false) }).catch(String)).toContain('nobody to ask');
});
