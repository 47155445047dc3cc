import { describe, expect, it } from 'vitest';
import { Redacted } from '../../src/core/redacted.ts';
import { signBytes, signingKeyFromSeed } from '../../src/crypto/ed25519.ts';
import { encodeKeyHistory, signKeyStatement, statementHash } from '../../src/log/key-history.ts';
import { EMPTY_ROOT } from '../../src/log/merkle.ts';
import { parseProof } from '../../src/log/proof.ts';
import { parseCheckpoint } from '../../src/log/checkpoint.ts';
import { parseNote } from '../../src/log/note.ts';
import { encodeVerifierKey, verifierKey } from '../../src/log/verifier-key.ts';
import type { Trust } from '../../src/receipts/trust.ts';
import { verifyBundle } from '../../src/receipts/verify.ts';
import { build, bytesOf, DAY, NOON, OUTPUT_TEXT, prove, type Service, SERVICE } from './build.ts';

const AT = NOON + 60_000;

/** A service of the same names as another, with keys of its own. */
function keysOf(name: string): Service {
  const logKey = signingKeyFromSeed(new Redacted(bytesOf(`log/${name}`)));
  const receiptKey = signingKeyFromSeed(new Redacted(bytesOf(`receipt/${name}`)));
  const log = verifierKey(SERVICE.log.name, logKey.publicKey);
  const receipt = verifierKey(SERVICE.receipt.name, receiptKey.publicKey);
  return { logKey, receiptKey, log, receipt, verifierKeys: [encodeVerifierKey(log), encodeVerifierKey(receipt)] };
}

function rootKey(name: string) {
  const key = signingKeyFromSeed(new Redacted(bytesOf(`operator/${name}`)));
  const signer = { name: 'memsync.example/operator', publicKey: key.publicKey, sign: (message: Uint8Array) => signBytes(key, message) };
  return { signer, line: encodeVerifierKey(verifierKey(signer.name, key.publicKey)) };
}

const [FIRST, SECOND, THIRD] = [keysOf('first'), keysOf('second'), keysOf('third')];
const ROOT = rootKey('one');

/** A history in which each service’s keys hold from a size on. */
function historyOf(...stated: readonly (readonly [service: Service, size: number, logRoot?: Uint8Array])[]): string {
  const notes: string[] = [];
  for (const [number, [service, size, logRoot]] of stated.entries()) {
    const before = notes.at(-1);
    const statement = {
      origin: service.log.name,
      number,
      previous: before === undefined ? null : statementHash(before),
      at: NOON + number,
      size,
      logRoot: logRoot ?? (size === 0 ? EMPTY_ROOT : bytesOf('log root', size)),
      log: service.log,
      receipts: service.receipt,
      root: verifierKey(ROOT.signer.name, ROOT.signer.publicKey),
    };
    notes.push(signKeyStatement(statement, ROOT.signer));
  }
  return encodeKeyHistory(notes);
}

const HISTORY = historyOf([FIRST, 0], [SECOND, 20], [THIRD, 50]);
const TRUST: Trust = { root: ROOT.line, keyHistory: HISTORY };

/** What becomes of a receipt by `signer`, as entry `index` under a checkpoint of `size` entries by `log`. */
function verdict(signer: Service, index: number, log: Service, size: number, trust = TRUST) {
  const { bundle } = build({ service: signer });
  return verifyBundle({ ...bundle, proof: prove(log, bundle.envelope, index, size - index - 1) }, trust, AT, { outputText: OUTPUT_TEXT });
}
const come = (...of: Parameters<typeof verdict>) => {
  const { ok, failures } = verdict(...of);
  return ok ? 'ok' : failures.map(({ code }) => code).join(' ');
};

describe('a receipt under an operator’s root', () => {
  it('verifies before, between and after changes of keys, by root and history alone, and says by which statements', () => {
    expect(come(FIRST, 4, FIRST, 9)).toBe('ok');
    expect(come(FIRST, 4, THIRD, 70)).toBe('ok');
    expect(come(FIRST, 19, SECOND, 33)).toBe('ok');
    expect(come(SECOND, 20, SECOND, 33)).toBe('ok');
    expect(come(SECOND, 49, THIRD, 51)).toBe('ok');
    const { verified, unknown } = verdict(FIRST, 19, SECOND, 33);
    expect(verified).toContain(
      `The log’s key is in statement 1 of 2026-11-21T12:00:00.001Z, the receipt signer’s in statement 0 of 2026-11-21T12:00:00.000Z, under the operator’s root ${/^[^+]*\+[0-9a-f]{8}/.exec(ROOT.line)?.[0] ?? ''}.`,
    );
    expect(unknown.some((line) => line.startsWith('later keys: the history that you gave ends with statement 2'))).toBe(true);
    expect(unknown.some((line) => line.startsWith('the keys:'))).toBe(false);
  });

  it('is refused when an old key signs what comes after it, or a new one what was before', () => {
    // The receipt signer’s.
    expect(come(FIRST, 20, SECOND, 33)).toBe('key_untrusted');
    expect(come(FIRST, 60, THIRD, 70)).toBe('key_untrusted');
    expect(come(SECOND, 19, SECOND, 33)).toBe('key_untrusted');
    expect(come(SECOND, 50, THIRD, 70)).toBe('key_untrusted');
    // The log’s.
    expect(come(FIRST, 4, FIRST, 21)).toBe('key_untrusted');
    expect(come(SECOND, 30, SECOND, 51)).toBe('key_untrusted');
    expect(come(FIRST, 4, SECOND, 19)).toBe('key_untrusted');
    const { log, claims } = verdict(FIRST, 20, SECOND, 33);
    expect([log, claims.find(({ claim }) => claim === 'memory')?.status]).toEqual([null, 'failed']);
  });

  it('is refused when it is dated after the statement by which its place was taken, or its log given up', () => {
    const dated = (issuedAt: number, index: number, size: number, keyHistory = HISTORY) => {
      const { bundle } = build({ service: FIRST, predicate: { issuedAt } });
      const proof = prove(FIRST, bundle.envelope, index, size - index - 1);
      const { failures } = verifyBundle({ ...bundle, proof }, { root: ROOT.line, keyHistory }, NOON + DAY);
      return failures.map(({ code }) => code);
    };
    // A thief of a key that was replaced makes another past, at a size at which it was in force.
    expect(dated(NOON + 1 + 120_000, 4, 9)).toEqual([]);
    expect(dated(NOON + 1 + 120_001, 4, 9)).toEqual(['key_untrusted']);
    // The log went on under another name: under the old one nothing comes after.
    const name = `${FIRST.log.name}/restored-1`;
    const log = verifierKey(name, FIRST.logKey.publicKey);
    const renamed = historyOf([FIRST, 0], [{ ...FIRST, log }, 20]);
    expect(dated(NOON + 1 + 120_000, 30, 40, renamed)).toEqual([]);
    expect(dated(NOON + 1 + 120_001, 30, 40, renamed)).toEqual(['key_untrusted']);
    // What is last is still in use.
    expect(dated(NOON + DAY, 30, 40, historyOf([FIRST, 0]))).toEqual([]);
  });

  it('is refused under a checkpoint that has another root than the one stated for its size', () => {
    expect(come(FIRST, 4, FIRST, 20)).toBe('checkpoint_invalid');
    const { bundle } = build({ service: FIRST });
    const proof = prove(FIRST, bundle.envelope, 4, 15);
    const { root } = parseCheckpoint(parseNote(parseProof(proof).checkpoint).text);
    const keyHistory = historyOf([FIRST, 0], [SECOND, 20, root]);
    expect(verifyBundle({ ...bundle, proof }, { root: ROOT.line, keyHistory }, AT)).toMatchObject({ ok: true });
    // Both keys may sign the size at which the one took over from the other.
    expect(come(FIRST, 4, SECOND, 20, { root: ROOT.line, keyHistory })).toBe('ok');
  });

  it('that lies before the first statement is nobody’s word', () => {
    const keyHistory = historyOf([FIRST, 10]);
    expect(come(FIRST, 9, FIRST, 30, { root: ROOT.line, keyHistory })).toBe('key_untrusted');
    expect(come(FIRST, 10, FIRST, 30, { root: ROOT.line, keyHistory })).toBe('ok');
    expect(come(FIRST, 4, FIRST, 9, { root: ROOT.line, keyHistory })).toBe('key_untrusted');
  });

  it('is believed by the root that is pinned, and no other', () => {
    expect(come(FIRST, 4, FIRST, 9, { ...TRUST, root: rootKey('two').line })).toBe('key_untrusted');
    expect(come(FIRST, 4, FIRST, 9, { ...TRUST, root: 'no key' })).toBe('key_untrusted');
    expect(come(FIRST, 4, FIRST, 9, { ...TRUST, root: `${ROOT.line}\n` })).toBe('ok');
    expect(come(FIRST, 4, FIRST, 9, { ...TRUST, keyHistory: HISTORY.replace('size 20', 'size 21') })).toBe('key_history_broken');
    expect(come(FIRST, 4, FIRST, 9, { ...TRUST, keyHistory: '' })).toBe('key_history_broken');
  });

  it('needs both root and history, or lines of keys', () => {
    expect(come(FIRST, 4, FIRST, 9, {})).toBe('key_untrusted');
    expect(come(FIRST, 4, FIRST, 9, { root: ROOT.line })).toBe('key_untrusted');
    expect(come(FIRST, 4, FIRST, 9, { keyHistory: HISTORY })).toBe('key_untrusted');
    expect(come(FIRST, 4, FIRST, 9, { verifierKeys: FIRST.verifierKeys, root: ROOT.line })).toBe('key_untrusted');
  });

  it('needs both to agree where both are given', () => {
    expect(come(FIRST, 4, FIRST, 9, { ...TRUST, verifierKeys: FIRST.verifierKeys })).toBe('ok');
    expect(come(FIRST, 4, FIRST, 9, { ...TRUST, verifierKeys: SECOND.verifierKeys })).toBe('key_untrusted');
    const stranger = keysOf('stranger');
    expect(come(stranger, 4, stranger, 9, { ...TRUST, verifierKeys: stranger.verifierKeys })).toBe('key_untrusted');
    expect(come(stranger, 4, stranger, 9)).toBe('key_untrusted');
    expect(come(FIRST, 4, FIRST, 9, { ...TRUST, verifierKeys: [...FIRST.verifierKeys, ...stranger.verifierKeys.slice(1)] })).toBe(
      'key_untrusted',
    );
    expect(come(FIRST, 20, FIRST, 21, { verifierKeys: FIRST.verifierKeys })).toBe('ok');
    expect(come(FIRST, 20, FIRST, 21, { ...TRUST, verifierKeys: FIRST.verifierKeys })).toBe('key_untrusted');
  });

  it('says without a root that the keys are no better than their source', () => {
    const { unknown } = verdict(FIRST, 4, FIRST, 9, { verifierKeys: FIRST.verifierKeys });
    expect(unknown.filter((line) => line.startsWith('the keys:'))).toHaveLength(1);
  });
});
