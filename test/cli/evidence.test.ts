import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ClaimsReply, EvidenceReply } from '../../schemas/claims.ts';
import { ReceiptReply } from '../../schemas/receipt.ts';
import { RetrievalReply } from '../../schemas/retrieval.ts';
import type Ours from '../vectors/ours.json';
import { Terminal } from './terminal.ts';

const { evidenceKinds } = JSON.parse(readFileSync('test/vectors/ours.json', 'utf8')) as typeof Ours;

let terminal: Terminal;
let token: string;
const app = () => ({ env: { MEMSYNC_TOKEN: token, MEMSYNC_HOME: terminal.path('nobody') } });
const file = (name: string, value: unknown): string => {
  writeFileSync(terminal.path(name), typeof value === 'string' ? value : JSON.stringify(value));
  return terminal.path(name);
};

beforeAll(async () => {
  terminal = new Terminal();
  const trust = { version: 1, route: { attestedKeys: [{ teeId: evidenceKinds.teeId }] } };
  terminal.environment['MEMSYNC_CLAIM_TRUST'] = file('claim-trust.json', trust);
  await terminal.serve();
  token = String((await terminal.json(['init', '--yes', '--work-factor', '2'], { spawn: true })).value['token']);
  file('keys.txt', await (await fetch(`${terminal.environment['MEMSYNC_URL']}/log/key`)).text());
});
afterAll(() => terminal.close());

/** A turn of a conversation of its own, unless one is named. */
async function answered(provider: string, turn = 1, thread = `thread ${Math.random()}`): Promise<string> {
  const { id } = RetrievalReply.parse((await terminal.json(['retrieve', 'Which nuts?'], app())).value);
  const output = file('answer.txt', 'No hazelnuts.');
  const asked = ['receipt', '--retrieval', id, '--output', output, '--model', 'gpt-4.1', '--provider', provider];
  const { value } = await terminal.json([...asked, '--thread', thread, '--turn', String(turn)], app());
  return ReceiptReply.parse(value).id;
}

const add = (receipt: string, claim: string, ...more: string[]) => terminal.run(['evidence', 'add', receipt, claim, ...more], app());
const claimsOf = async (receipt: string) => ClaimsReply.parse((await terminal.json(['claims', receipt], app())).value);
const claimOf = async (receipt: string, name: string) => (await claimsOf(receipt)).claims.find(({ claim }) => claim === name);

describe('evidence from the command line', () => {
  it('is put together from options, read from a file or from standard input, and touches its claim alone', async () => {
    const receipt = await answered('openai');
    const before = await claimsOf(receipt);
    const put = await add(receipt, 'mode', '--kind', 'mode-declaration', '--set', 'mode:=2');
    expect(put).toMatchObject({ code: 0, stderr: '' });
    expect(put.stdout).toMatch(/^mode: judged asserted; the claim is asserted from entry \d+ of the log on\s+\(add_[0-9a-f]{32}\)\./);
    expect(put.stdout).toContain('mode: "TEE"');
    const config = evidenceKinds.artifacts.route;
    const input = JSON.stringify(config);
    const { value } = await terminal.json(['evidence', 'add', receipt, 'route', '-'], { ...app(), input });
    expect(EvidenceReply.parse(value).added).toMatchObject([{ claim: 'route', judged: 'verified', status: 'verified' }]);
    const after = await claimsOf(receipt);
    const others = ({ claims }: ClaimsReply) => claims.filter(({ claim }) => claim !== 'mode' && claim !== 'route');
    expect(others(after)).toEqual(others(before));
    expect((await add(receipt, 'route', file('config.json', config))).code).toBe(0);
    // The same again is known, and changes nothing.
    expect(await claimsOf(receipt)).toEqual(after);
  });

  it('goes with a model’s bytes', async () => {
    const receipt = await answered('openai');
    expect((await add(receipt, 'model', '--bytes', file('model.bin', 'weights'))).code).toBe(0);
    expect((await claimOf(receipt, 'model'))?.history.at(-1)?.evidence?.kind).toBe('model-bytes');
  });

  it('is refused with the reason where it does not read, and changes nothing', async () => {
    const receipt = await answered('openai');
    const before = await claimsOf(receipt);
    const wrong = await add(receipt, 'mode', '--kind', 'mode-declaration', '--set', 'mode=FAST');
    expect(wrong.code).toBe(1);
    expect(wrong.stderr).toContain('/evidence/mode/mode: must be VANILLA, ZKML or TEE');
    expect((await add(receipt, 'weather', '--kind', 'x')).stderr).toContain('This service knows no such claim');
    expect((await add(`rcp_${'0'.repeat(32)}`, 'mode', '--kind', 'mode-declaration', '--set', 'mode=TEE')).code).toBe(4);
    expect((await add(receipt, 'mode')).code).toBe(2);
    expect((await claimsOf(receipt)).claims).toEqual(before.claims);
  });
});

describe('the claims of a receipt, asked of the service', () => {
  it('show to the owner as to the app how each came to stand, and what the turn before stated otherwise', async () => {
    const thread = 'trip to Porto';
    await answered('anthropic', 1, thread);
    const receipt = await answered('openai', 2, thread);
    await add(receipt, 'route', '--kind', 'route-declaration', '--set', 'path=ohttp');
    const asApp = await terminal.run(['claims', receipt], app());
    expect(asApp.code).toBe(0);
    expect(asApp.stdout).toMatch(/^route +asserted +at issue$/m);
    expect(asApp.stdout).toContain('The turn before, turn 1, ');
    expect(asApp.stdout).toContain('  route, provider\n    then "anthropic"\n    now  "openai"\n');
    expect(asApp.stdout).toContain('  route, path\n    then nothing\n    now  "ohttp"\n');
    expect((await terminal.run(['claims', receipt])).stdout).toBe(asApp.stdout);
  });

  it('fail for good where evidence contradicts what the receipt says', async () => {
    const receipt = await answered('openai');
    const told = await add(receipt, 'route', '--kind', 'route-declaration', '--set', 'provider=another');
    expect(told).toMatchObject({ code: 0 });
    expect(told.stdout).toContain('the claim is failed');
    await add(receipt, 'route', file('config.json', evidenceKinds.artifacts.route));
    expect(await claimOf(receipt, 'route')).toMatchObject({ status: 'failed' });
    expect((await terminal.run(['claims', receipt], app())).stdout).toMatch(/^route +failed +asserted at issue → failed \d\d:\d\d$/m);
  });

  it('take no trust of the one who asks', async () => {
    const asked = await terminal.run(['claims', `rcp_${'0'.repeat(32)}`, '--key', terminal.path('keys.txt')], app());
    expect([asked.code, asked.stderr.includes('of a receipt it is the service that answers')]).toEqual([2, true]);
    expect((await terminal.run(['claims', `rcp_${'0'.repeat(32)}`], app())).code).toBe(4);
  });
});

describe('the claims of a bundle, judged offline', () => {
  const offline = (path: string, ...more: string[]) => terminal.run(['claims', path, '--key', terminal.path('keys.txt'), ...more]);
  let bundle: string;
  let receipt: string;

  beforeAll(async () => {
    receipt = await answered('openai');
    await add(receipt, 'route', file('config.json', evidenceKinds.artifacts.route));
    await add(receipt, 'mode', '--kind', 'mode-declaration', '--set', 'mode=TEE');
    bundle = terminal.path('bundle.json');
    await terminal.run(['receipts', 'bundle', receipt, '--out', bundle], app());
  });

  it('go by whom one trusts oneself, and say where the service recorded something else', async () => {
    const trusted = await offline(bundle, '--trust', terminal.path('claim-trust.json'));
    expect([trusted.code, trusted.stderr]).toEqual([0, '']);
    expect(trusted.stdout).toMatch(/^route +verified +asserted at issue → verified \d\d:\d\d$/m);
    expect(trusted.stdout).not.toContain('the service recorded');
    const alone = await offline(bundle);
    expect(alone.code).toBe(0);
    expect(alone.stdout).toMatch(/^route +asserted +/m);
    expect(alone.stdout.replaceAll(/\s+/g, ' ')).toContain('judged asserted (the service recorded verified)');
    expect(alone.stdout).toContain('nobody (--trust names whom you trust for evidence)');
    expect(alone.stdout.replaceAll(/\s+/g, ' ')).toContain('Not known - ');
  });

  it('are the service’s word where the artefacts are not in it', async () => {
    const none = terminal.path('closed.json');
    const { addenda = [], ...rest } = JSON.parse(readFileSync(bundle, 'utf8')) as { addenda?: { evidence?: unknown }[] };
    writeFileSync(none, JSON.stringify({ ...rest, addenda: addenda.map((one) => ({ ...one, evidence: undefined })) }));
    const { code, stdout } = await offline(none, '--trust', terminal.path('claim-trust.json'));
    expect(code).toBe(0);
    expect(stdout).toMatch(/^route +asserted +/m);
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain('2 pieces in the log; 0 judged here, 2 on the service’s word');
  });

  it('are held against the vault and the answer in hand', async () => {
    const { vault } = (await terminal.json(['claims', bundle, '--key', terminal.path('keys.txt')])).value;
    const held = await offline(bundle, '--vault', String(vault), '--output', file('same.txt', 'No hazelnuts.'));
    expect([held.code, held.stdout.includes('the vault: you named none')]).toEqual([0, false]);
    expect(held.stdout).toMatch(/^output +verified +at issue$/m);
    const other = await offline(bundle, '--vault', 'a'.repeat(64));
    expect([other.code, other.stdout.includes('This bundle does not hold')]).toEqual([1, true]);
    expect((await offline(bundle, '--vault', 'a')).code).toBe(2);
    expect((await offline(bundle, '--output', file('other.txt', 'Hazelnuts.'))).stdout).toMatch(/^output +failed +/m);
  });

  it('answer as JSON, with what was recorded and what it came to here', async () => {
    const asked = ['claims', bundle, '--key', terminal.path('keys.txt')];
    const { value } = await terminal.json(asked);
    expect(value).toMatchObject({ ok: true, receipt, failures: [] });
    expect(value['pieces']).toEqual([
      { number: 1, claim: 'route', recorded: 'verified', here: 'asserted' },
      { number: 2, claim: 'mode', recorded: 'asserted', here: 'asserted' },
    ]);
    expect(ClaimsReply.shape.claims.parse(value['claims'])).toHaveLength(10);
  });

  it('say so where the bundle does not hold, and end with 1', async () => {
    const { envelope, ...rest } = JSON.parse(readFileSync(bundle, 'utf8')) as { envelope: { signatures: { sig: string }[] } };
    const [signature] = envelope.signatures;
    const forged = { ...envelope, signatures: [{ ...signature, sig: `AAAA${signature?.sig.slice(4)}` }] };
    const { code, stdout } = await offline(file('forged.json', { ...rest, envelope: forged }));
    expect(code).toBe(1);
    expect(stdout).toContain('This bundle does not hold');
    expect(stdout).toContain('Of its claims nothing can be said.');
    expect(stdout).not.toMatch(/^route /m);
  });

  it('need somebody to trust, and a trust that reads', async () => {
    expect((await terminal.run(['claims', bundle])).code).toBe(2);
    const wrong = await offline(bundle, '--trust', file('wrong.json', { version: 1, route: { attestedKey: [] } }));
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain('wrong.json: route');
    expect(wrong.stderr).not.toContain('MEMSYNC_CLAIM_TRUST');
  });
});
