import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { changeKeys, dropRequest, finishKeyChange, type KeyChange, keepRequest, readRequest } from '../../src/config/key-change.ts';
import { openKeyFolder } from '../../src/config/key-folder.ts';
import { hex } from '../../src/core/bytes.ts';
import { Redacted } from '../../src/core/redacted.ts';
import { systemRandom } from '../../src/core/random.ts';
import { signingKeyFromSeed } from '../../src/crypto/ed25519.ts';
import { encodeKeyHistory, lastOf, signKeyStatement, statementHash } from '../../src/log/key-history.ts';
import { EMPTY_ROOT } from '../../src/log/merkle.ts';
import { verifierKey } from '../../src/log/verifier-key.ts';
import { rootOf } from '../log/history.ts';

const CHILD = fileURLToPath(new URL('./dying.ts', import.meta.url));
const ORIGIN = 'memsync.example/log';
const ground = mkdtempSync(join(tmpdir(), 'memsync-keys-'));
afterAll(() => rmSync(ground, { recursive: true, force: true }));

/** A key folder whose keys a root has stated, and a change of both. */
const template = join(ground, 'template');
const before = openKeyFolder(template, ORIGIN, systemRandom);
const root = rootOf(1);
const seeds = { log: hex(systemRandom.bytes(32)), receipts: hex(systemRandom.bytes(32)) };
const publicOf = (seed: string) => signingKeyFromSeed(new Redacted(Uint8Array.from(Buffer.from(seed, 'hex')))).publicKey;

function note(number: number, previous: string | null, log: Uint8Array, receipts: Uint8Array): string {
  const keys = { log: verifierKey(ORIGIN, log), receipts: verifierKey(`${ORIGIN}/receipts`, receipts), root: root.key };
  const statement = { origin: ORIGIN, number, at: number, size: 0, logRoot: EMPTY_ROOT, ...keys };
  return signKeyStatement({ ...statement, previous: previous === null ? null : statementHash(previous) }, root.signer);
}

const first = note(0, null, before.logSigner.publicKey, before.receiptSigner.key.publicKey);
const second = note(1, first, publicOf(seeds.log), publicOf(seeds.receipts));
writeFileSync(join(template, 'statements'), first, { mode: 0o600 });
const CHANGE: KeyChange = { ...seeds, statements: encodeKeyHistory([first, second]) };
writeFileSync(join(ground, 'change.json'), JSON.stringify(CHANGE));
const OLD = ['log.key', 'receipts.key'].map((name) => readFileSync(join(template, name), 'utf8').trim());

function fresh(name: string): string {
  const folder = join(ground, name);
  cpSync(template, folder, { recursive: true });
  chmodSync(folder, 0o700);
  return folder;
}

/** Which state a folder is in, once somebody has opened it: all of the one or all of the other, and nothing beside. */
function stateOf(folder: string): 'old' | 'new' {
  const { history, logSigner, receiptSigner } = openKeyFolder(folder, null, systemRandom);
  // A lock that was left behind is broken by whoever wants it next.
  expect(
    readdirSync(folder)
      .filter((name) => name !== 'lock')
      .toSorted(),
  ).toEqual(['desk.key', 'folds.key', 'log.key', 'receipts.key', 'statements']);
  const last = history === null ? null : lastOf(history);
  expect([last?.log.publicKey, last?.receipts.publicKey]).toEqual([logSigner.publicKey, receiptSigner.key.publicKey]);
  expect([logSigner.name, receiptSigner.name]).toEqual([ORIGIN, `${ORIGIN}/receipts`]);
  const all = readdirSync(folder)
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('');
  const [gone, there] = last?.number === 1 ? [OLD, Object.values(seeds)] : [Object.values(seeds), OLD];
  expect([gone.some((seed) => all.includes(seed)), there.every((seed) => all.includes(seed))]).toEqual([false, true]);
  return last?.number === 1 ? 'new' : 'old';
}

function run(how: 'kill' | 'throw', folder: string, at: number) {
  return spawnSync(process.execPath, [CHILD, how, folder, join(ground, 'change.json'), String(at)], { encoding: 'utf8' });
}

describe('a change of keys', () => {
  const whole = fresh('whole');
  const steps = Number(run('kill', whole, 0).stdout);

  it('is whole when nothing comes between', () => {
    expect(steps).toBeGreaterThan(20);
    expect(stateOf(whole)).toBe('new');
    expect(finishKeyChange(whole)).toBe(false);
  });

  it.each(['kill', 'throw'] as const)(
    'is all done or not begun, whatever it is cut short at: %s',
    (how) => {
      const came = Array.from({ length: steps }, (_, i) => {
        const folder = fresh(`${how}-${i}`);
        const ran = run(how, folder, i + 1);
        expect([how, ran.signal ?? ran.status, i]).toEqual([how, how === 'kill' ? 'SIGKILL' : expect.any(Number), i]);
        return stateOf(folder);
      });
      // Once it is decided it stays so.
      expect(came.join(' ')).toMatch(/^(?:old )+(?:new ?)+$/);
      expect(came.filter((state) => state === 'new').length).toBeGreaterThan(10);
    },
    120_000,
  );

  it('is finished by the next one, and a decision that does not read is not passed over', () => {
    const folder = fresh('broken');
    writeFileSync(join(folder, 'rotating'), '{}');
    expect(() => openKeyFolder(folder, null, systemRandom)).toThrow(expect.objectContaining({ code: 'keys_unsafe' }));
    writeFileSync(join(folder, 'rotating'), JSON.stringify(CHANGE));
    changeKeys(folder, { log: null, receipts: null, statements: CHANGE.statements });
    expect(stateOf(folder)).toBe('new');
  });

  it('waits, where a root elsewhere is asked, without touching anything', () => {
    const folder = fresh('asked');
    expect(readRequest(folder)).toBe(null);
    keepRequest(folder, { ...CHANGE, log: '00'.repeat(32) });
    keepRequest(folder, CHANGE);
    expect(readRequest(folder)).toEqual(CHANGE);
    expect(openKeyFolder(folder, null, systemRandom).logSigner.publicKey).toEqual(before.logSigner.publicKey);
    dropRequest(folder);
    dropRequest(folder);
    expect(existsSync(join(folder, 'requested'))).toBe(false);
    expect(stateOf(folder)).toBe('old');
  });
});

describe('the service’s name', () => {
  it('stays when its log’s key changes, also where it is named after the first', () => {
    const folder = join(ground, 'unnamed');
    const { logSigner, receiptSigner } = openKeyFolder(folder, null, systemRandom);
    const keys = {
      log: verifierKey(logSigner.name, logSigner.publicKey),
      receipts: verifierKey(receiptSigner.name, receiptSigner.key.publicKey),
    };
    const statement = { origin: logSigner.name, number: 0, previous: null, at: 0, size: 0, logRoot: EMPTY_ROOT, ...keys, root: root.key };
    const one = signKeyStatement(statement, root.signer);
    const log = verifierKey(logSigner.name, publicOf(seeds.log));
    const two = signKeyStatement({ ...statement, number: 1, previous: statementHash(one), log }, root.signer);
    changeKeys(folder, { log: seeds.log, receipts: null, statements: encodeKeyHistory([one, two]) });
    const after = openKeyFolder(folder, null, systemRandom);
    expect([after.logSigner.name, after.receiptSigner.name]).toEqual([logSigner.name, receiptSigner.name]);
    expect(after.logSigner.publicKey).toEqual(log.publicKey);
  });
});
