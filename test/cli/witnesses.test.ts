import { writeFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { systemClock } from '../../src/core/clock.ts';
import { parseVerifierKey } from '../../src/log/verifier-key.ts';
import { TestWitness } from '../support/witness.ts';
import { Terminal } from './terminal.ts';

let terminal: Terminal;
let witness: TestWitness;
beforeEach(async () => {
  witness = await TestWitness.open(41, () => systemClock.now());
  terminal = new Terminal();
});
afterEach(async () => {
  await terminal.close();
  await witness.close();
});

it('a bundle is verified against a policy of witnesses, and the doctor says how it stands with them', { timeout: 90_000 }, async () => {
  const policy = terminal.path('policy.txt');
  writeFileSync(policy, `witness ours ${witness.vkey} ${witness.url}\nquorum ours\n`);
  terminal.environment['MEMSYNC_WITNESS_POLICY'] = policy;
  await terminal.serve();
  const url = terminal.environment['MEMSYNC_URL'] ?? '';
  const keys = await (await fetch(`${url}/log/key`)).text();
  writeFileSync(terminal.path('keys.txt'), keys);
  const log = parseVerifierKey(keys.split('\n')[0] ?? '');
  witness.logs.set(log.name, log);
  const { value } = await terminal.json(['init', '--yes']);
  terminal.environment['MEMSYNC_TOKEN'] = String(value['token']);
  await terminal.run(['remember', 'Plays the cello']);
  const { value: retrieved } = await terminal.json(['retrieve', 'cello']);
  const { value: receipt } = await terminal.json([
    'receipt',
    '--retrieval',
    String(retrieved['id']),
    '--model',
    'm',
    '--output',
    terminal.path('keys.txt'),
  ]);
  const bundle = terminal.path('bundle.json');
  const verify = async (): Promise<{ code: number; stdout: string }> => {
    const read = await fetch(`${url}/v1/receipts/${String(receipt['id'])}`, {
      headers: { authorization: `Bearer ${String(value['token'])}` },
    });
    const reply = (await read.json()) as { bundle: unknown };
    writeFileSync(bundle, JSON.stringify(reply.bundle));
    return terminal.run(['verify', bundle, '--key', terminal.path('keys.txt'), '--witnesses', policy]);
  };
  await expect.poll(async () => (await verify()).code, { timeout: 40_000, interval: 500 }).toBe(0);
  expect((await verify()).stdout.replaceAll(/\s+/g, ' ')).toContain('ours (witness41.example/w) at ');
  const { value: verdict } = await terminal.json(['verify', bundle, '--key', terminal.path('keys.txt'), '--witnesses', policy]);
  expect(verdict['witnesses']).toMatchObject({
    met: true,
    quorum: 'ours',
    cosigned: [{ witness: 'ours', at: expect.stringMatching(/Z$/) }],
  });

  const stranger = terminal.path('stranger.txt');
  const other = await TestWitness.open(42, () => 0);
  await other.close();
  writeFileSync(stranger, `witness theirs ${other.vkey}\nquorum theirs\n`);
  const refused = await terminal.run(['verify', bundle, '--key', terminal.path('keys.txt'), '--witnesses', stranger]);
  expect(refused.code).toBe(1);
  expect(refused.stdout.replaceAll(/\s+/g, ' ')).toContain('by nobody in your policy; you ask for theirs. (witnesses_missing)');

  const doctor = async (): Promise<string> => (await terminal.run(['doctor'])).stdout.replaceAll(/\s+/g, ' ');
  expect(await doctor()).toMatch(/witness ours: witness41\.example\/w\. It cosigned \d+ entr(?:y|ies) at /);
  witness.mood = 'stubborn';
  const { value: again } = await terminal.json(['retrieve', 'cello']);
  await terminal.run(['receipt', '--retrieval', String(again['id']), '--model', 'm', '--output', terminal.path('keys.txt')]);
  await expect.poll(doctor, { timeout: 40_000, interval: 500 }).toMatch(/FAILED witness ours: .*\(log_forked\): witness41/);
});
