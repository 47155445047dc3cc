import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat, equalBytes, utf8 } from '../../src/core/bytes.ts';
import { type ErrorCode, isMemSyncError } from '../../src/core/errors.ts';
import { Redacted } from '../../src/core/redacted.ts';
import { type AgeKey, type AgeTarget, decryptAge, encryptAge } from '../../src/crypto/age-stream.ts';

/** age's scrypt at its cheapest: tests need no safety, only the format. */
const CHEAP = 2;
const secret = (text: string): Redacted => new Redacted(utf8(text));
const byPassphrase: AgeTarget & AgeKey = { passphrase: secret('four words of it'), workFactor: CHEAP };
const identity = await generateX25519Identity();
const recipient = await identityToRecipient(identity);

async function* cut(bytes: Uint8Array, size = 65_536): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function whole(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return concat(...all);
}

const sealed = (plain: Uint8Array, target: AgeTarget = { recipients: [recipient] }): Promise<Uint8Array> =>
  whole(encryptAge(cut(plain), target));
const opened = (file: Uint8Array, key: AgeKey = { identity: secret(identity) }): Promise<Uint8Array> => whole(decryptAge(cut(file), key));
const code = (error: unknown): ErrorCode | null => (isMemSyncError(error) ? error.code : null);
const refusal = (work: Promise<unknown>): Promise<ErrorCode | null | 'none'> => work.then(() => 'none' as const, code);

/** Bytes that repeat with no period of 64 KiB. */
const bytesOf = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => (i * 7 + (i >> 11)) & 0xff);

describe('a streamed age file', () => {
  it('opens to what went in, however either was cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.nat({ max: 300 }), fc.constantFrom(65_535, 65_536, 65_537, 131_072, 200_000)),
        fc.constantFrom(997, 65_536, 65_552, 1_000_000),
        fc.constantFrom(613, 65_536, 65_552, 1_000_000),
        async (length, into, outOf) => {
          const plain = bytesOf(length);
          const file = await whole(encryptAge(cut(plain, into), { recipients: [recipient] }));
          const back = await whole(decryptAge(cut(file, outOf), { identity: secret(identity) }));
          expect(equalBytes(back, plain)).toBe(true);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('opens with its passphrase and with no other', async () => {
    const file = await sealed(bytesOf(100), byPassphrase);
    expect(equalBytes(await opened(file, byPassphrase), bytesOf(100))).toBe(true);
    expect(await refusal(opened(file, { passphrase: secret('four words of It') }))).toBe('passphrase_wrong');
  });

  it('opens for each of its recipients and for nobody else', async () => {
    const other = await generateX25519Identity();
    const file = await sealed(bytesOf(100), { recipients: [recipient, await identityToRecipient(other)] });
    for (const one of [identity, other]) expect(equalBytes(await opened(file, { identity: secret(one) }), bytesOf(100))).toBe(true);
    expect(await refusal(opened(file, { identity: secret(await generateX25519Identity()) }))).toBe('passphrase_wrong');
  });

  it('says which kind of key it wants', async () => {
    await expect(opened(await sealed(bytesOf(9)), byPassphrase)).rejects.toThrow('opens with an identity, not with a passphrase');
    await expect(opened(await sealed(bytesOf(9), byPassphrase))).rejects.toThrow('opens with a passphrase, not with an identity');
  });

  it('names a recipient or an identity that is none, without the secret', async () => {
    expect(await refusal(sealed(bytesOf(1), { recipients: [] }))).toBe('input_invalid');
    for (const bad of ['', 'age1', 'ssh-ed25519 AAAA', recipient.toUpperCase(), `${recipient.slice(0, -1)}q`]) {
      await expect(sealed(bytesOf(1), { recipients: [recipient, bad] })).rejects.toThrow('Recipient 2 is not');
    }
    const file = await sealed(bytesOf(1));
    for (const bad of ['', 'AGE-SECRET-KEY-1', `${identity.slice(0, -1)}0`, recipient]) {
      const error: unknown = await opened(file, { identity: secret(bad) }).catch((caught: unknown) => caught);
      expect(code(error)).toBe('input_invalid');
      expect(error).not.toHaveProperty('cause');
    }
  });

  it('is refused when cut short at any byte', async () => {
    const file = await sealed(bytesOf(40));
    for (let end = 0; end < file.length; end++)
      expect([end, await refusal(opened(file.subarray(0, end)))]).toEqual([end, 'transfer_damaged']);
    const long = await sealed(bytesOf(150_000));
    const payload = long.length - 150_000 - 3 * 16;
    // Where a piece ends, what is left is whole pieces, and only the missing last one tells.
    for (const end of [payload, payload + 65_552, payload + 2 * 65_552, long.length - 1]) {
      expect([end, await refusal(opened(long.subarray(0, end)))]).toEqual([end, 'transfer_damaged']);
    }
  });

  it('is refused when something comes after it, or when its pieces change places', async () => {
    const file = await sealed(bytesOf(150_000));
    expect(await refusal(opened(concat(file, Uint8Array.of(0))))).toBe('transfer_damaged');
    expect(await refusal(opened(concat(file, file)))).toBe('transfer_damaged');
    const at = file.length - 150_000 - 3 * 16;
    const piece = (i: number): Uint8Array => file.subarray(at + i * 65_552, at + (i + 1) * 65_552);
    expect(await refusal(opened(concat(file.subarray(0, at), piece(0), piece(1), piece(2))))).toBe('none');
    expect(await refusal(opened(concat(file.subarray(0, at), piece(1), piece(0), piece(2))))).toBe('transfer_damaged');
    expect(await refusal(opened(concat(file.subarray(0, at), piece(0), piece(2))))).toBe('transfer_damaged');
  });

  it.each([
    ['an identity', { recipients: [recipient] }, { identity: secret(identity) }],
    ['a passphrase', byPassphrase, byPassphrase],
  ] satisfies [string, AgeTarget, AgeKey][])('for %s is refused when any bit of it is another', async (_, target, key) => {
    const file = await sealed(bytesOf(40), target);
    const text = new TextDecoder('latin1').decode(file);
    const mac = text.indexOf('\n---');
    for (let i = 0; i < file.length * 8; i += 3) {
      const changed = file.slice();
      changed[i >> 3] = (changed[i >> 3] ?? 0) ^ (1 << (i & 7));
      const got = await refusal(opened(changed, key));
      // In the stanza itself, a change is one with a key that does not fit.
      if (i >> 3 > mac) expect([i, got]).toEqual([i, 'transfer_damaged']);
      else expect(['transfer_damaged', 'passphrase_wrong'], `bit ${i}`).toContain(got);
    }
  });

  it('is not looked for in bytes without end', async () => {
    let asked = 0;
    async function* endless(): AsyncGenerator<Uint8Array> {
      yield utf8('age-encryption.org/v1\n-> X25519 ');
      for (;;) {
        asked += 1;
        yield utf8('A'.repeat(1000));
      }
    }
    expect(await refusal(whole(decryptAge(endless(), { identity: secret(identity) })))).toBe('transfer_damaged');
    expect(asked).toBeLessThan(80);
    expect(await refusal(opened(utf8('-----BEGIN AGE ENCRYPTED FILE-----\n')))).toBe('transfer_damaged');
    await expect(opened(utf8('PK\u0003\u0004'))).rejects.toThrow('does not begin as an age file does');
  });

  it('lets its source fail as it fails, and lets go of it when nobody reads on', async () => {
    const disk = new Error('the disk is gone');
    const file = await sealed(bytesOf(200_000));
    async function* failing(bytes: Uint8Array, at: number): AsyncGenerator<Uint8Array> {
      yield bytes.subarray(0, at);
      throw disk;
    }
    await expect(whole(encryptAge(failing(bytesOf(10), 5), { recipients: [recipient] }))).rejects.toBe(disk);
    for (const at of [0, 30, 300, 100_000]) {
      await expect(whole(decryptAge(failing(file, at), { identity: secret(identity) }))).rejects.toBe(disk);
    }
    for (const make of [
      (source: AsyncIterable<Uint8Array>) => encryptAge(source, { recipients: [recipient] }),
      (source: AsyncIterable<Uint8Array>) => decryptAge(source, { identity: secret(identity) }),
    ]) {
      let released = false;
      const held = async function* (): AsyncGenerator<Uint8Array> {
        try {
          yield* cut(file, 1000);
        } finally {
          released = true;
        }
      };
      for await (const piece of make(held())) {
        expect(piece.length).toBeGreaterThan(0);
        break;
      }
      await expect.poll(() => released).toBe(true);
    }
  });

  it('of 64 MiB passes through in bounded memory', async () => {
    const module = new URL('../../src/crypto/age-stream.ts', import.meta.url).href;
    const script = `
      import { decryptAge, encryptAge } from ${JSON.stringify(module)};
      const key = { passphrase: { reveal: () => new TextEncoder().encode('p') }, workFactor: 2 };
      const zeros = new Uint8Array(1024 * 1024);
      async function* plain(pieces) { for (let i = 0; i < pieces; i++) yield zeros; }
      let peak = 0;
      async function pass(pieces) {
        let bytes = 0;
        for await (const piece of decryptAge(encryptAge(plain(pieces), key), key)) {
          bytes += piece.length;
          peak = Math.max(peak, process.memoryUsage().rss);
        }
        return bytes;
      }
      // Once to have everything loaded and compiled, and the heap at its working size.
      await pass(32);
      const before = peak;
      const bytes = await pass(64);
      console.log(JSON.stringify({ bytes, growth: peak - before }));
    `;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
    const { bytes, growth } = JSON.parse(stdout) as { bytes: number; growth: number };
    expect(bytes).toBe(64 * 1024 * 1024);
    expect(growth).toBeLessThan(40 * 1024 * 1024);
  });
});

const found = (name: string): boolean => {
  try {
    execFileSync(name, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};
const tools = found('age') && found('age-keygen');
if (!tools) console.warn('age is not installed: whether the ordinary age opens our stream was not tested');

describe.skipIf(!tools)('the ordinary age', () => {
  const lengths = [0, 1, 65_536, 65_537, 300_000];

  async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
    const folder = mkdtempSync(join(tmpdir(), 'memsync-age-'));
    try {
      await work(folder);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  it('opens ours, and ours opens its, with a key of age-keygen', async () => {
    await inFolder(async (folder) => {
      const at = (name: string): string => join(folder, name);
      execFileSync('age-keygen', ['-o', at('key')], { stdio: 'ignore' });
      const lines = readFileSync(at('key'), 'utf8').split('\n');
      const theirs = lines.find((line) => line.startsWith('AGE-SECRET-KEY-')) ?? '';
      const forThem = /public key: (age1\S+)/.exec(lines.join('\n'))?.[1] ?? '';
      for (const length of lengths) {
        const plain = bytesOf(length);
        writeFileSync(at('ours.age'), await sealed(plain, { recipients: [recipient, forThem] }));
        const read = execFileSync('age', ['-d', '-i', at('key'), at('ours.age')], { maxBuffer: 1 << 20 });
        expect(equalBytes(read, plain)).toBe(true);
        writeFileSync(at('plain'), plain);
        execFileSync('age', ['-r', forThem, '-r', recipient, '-o', at(`theirs-${length}`), at('plain')]);
        const file = readFileSync(at(`theirs-${length}`));
        for (const one of [theirs, identity]) expect(equalBytes(await opened(file, { identity: secret(one) }), plain)).toBe(true);
      }
    });
  });
});
