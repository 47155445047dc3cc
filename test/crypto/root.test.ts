import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { armor, Encrypter } from 'age-encryption';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { equalBytes, hex, utf8 } from '../../src/core/bytes.ts';
import { Redacted } from '../../src/core/redacted.ts';
import { ownerKeyHash } from '../../src/crypto/owner-key-hash.ts';
import { deriveOwnerKeys, encodeRootFile, openRootFile, readRootFile } from '../../src/crypto/root.ts';
import { bytesOf32 } from '../support/tamper.ts';

/** age's scrypt at its cheapest: tests need no safety, only the format. */
const CHEAP = 2;
const root = new Redacted(Uint8Array.from({ length: 32 }, (_, i) => i));
const passphrase = (text: string): Redacted => new Redacted(utf8(text));

describe('the owner’s keys', () => {
  it('follow from root and generation alone', () => {
    fc.assert(
      fc.property(bytesOf32, fc.nat({ max: 5 }), (bytes, generation) => {
        const [a, b] = [deriveOwnerKeys(new Redacted(bytes.slice()), generation), deriveOwnerKeys(new Redacted(bytes.slice()), generation)];
        expect(hex(a.signing.publicKey)).toBe(hex(b.signing.publicKey));
        expect(hex(a.box.publicKey)).toBe(hex(b.box.publicKey));
        expect(hex(a.nextKeyHash)).toBe(hex(ownerKeyHash(deriveOwnerKeys(new Redacted(bytes), generation + 1).signing.publicKey)));
      }),
      { numRuns: 20 },
    );
  });

  it('sign anew in each generation, and open what was sealed before', () => {
    const [first, second] = [deriveOwnerKeys(root, 0), deriveOwnerKeys(root, 1)];
    expect(hex(first.signing.publicKey)).not.toBe(hex(second.signing.publicKey));
    expect(hex(first.box.publicKey)).toBe(hex(second.box.publicKey));
    expect(hex(first.nextKeyHash)).not.toBe(hex(second.nextKeyHash));
  });

  it('leave the root as it was', () => {
    const kept = new Redacted(Uint8Array.from({ length: 32 }, (_, i) => i));
    deriveOwnerKeys(kept);
    expect(equalBytes(kept.reveal(), root.reveal())).toBe(true);
  });
});

describe('the root file', () => {
  it('opens with its passphrase, whatever that is', async () => {
    await fc.assert(
      fc.asyncProperty(bytesOf32, fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme' }), async (bytes, words) => {
        const file = await encodeRootFile(new Redacted(bytes), passphrase(words), CHEAP);
        expect((await openRootFile(file, passphrase(words))).reveal()).toEqual(bytes);
      }),
      { numRuns: 20 },
    );
  });

  it('does not open with another', async () => {
    const file = await encodeRootFile(root, passphrase('correct horse'), CHEAP);
    for (const wrong of ['correct horse ', 'Correct horse', 'x', 'correct hors']) {
      await expect(openRootFile(file, passphrase(wrong)), wrong).rejects.toThrow(expect.objectContaining({ code: 'passphrase_wrong' }));
    }
  });

  it('is an armoured age file that does not show the root', async () => {
    const file = await encodeRootFile(root, passphrase('p'), CHEAP);
    expect(file).toMatch(/^-----BEGIN AGE ENCRYPTED FILE-----\n/);
    expect(file).not.toContain(hex(root.reveal()).slice(0, 16));
    expect(await encodeRootFile(root, passphrase('p'), CHEAP)).not.toBe(file);
  });

  it('names its vault, where it was told which', async () => {
    const vault = 'ab'.repeat(32);
    const named = await encodeRootFile(root, passphrase('p'), CHEAP, vault);
    const opened = await readRootFile(named, passphrase('p'));
    expect([opened.vault, opened.root.reveal()]).toEqual([vault, root.reveal()]);
    expect((await readRootFile(await encodeRootFile(root, passphrase('p'), CHEAP), passphrase('p'))).vault).toBeNull();
  });

  it('with any character changed does not open, or opens to the same root', async () => {
    const file = await encodeRootFile(root, passphrase('p'), CHEAP);
    let refused = 0;
    for (let at = 0; at < file.length; at += 3) {
      const bent = file.slice(0, at) + (file[at] === 'A' ? 'B' : 'A') + file.slice(at + 1);
      try {
        expect((await openRootFile(bent, passphrase('p'))).reveal()).toEqual(root.reveal());
      } catch (error) {
        expect(error).toEqual(expect.objectContaining({ code: 'passphrase_wrong' }));
        refused += 1;
      }
    }
    expect(refused).toBeGreaterThan(file.length / 3 - 3);
  });

  it('with anything else inside is said to hold no root', async () => {
    const inside = ['nothing\n', `msroot_${'00'.repeat(32)}00000000\n`, `msroot_${'00'.repeat(31)}\n`, `x msroot_${'00'.repeat(36)}\n`];
    for (const text of inside) {
      const encrypter = new Encrypter();
      encrypter.setPassphrase('p');
      encrypter.setScryptWorkFactor(CHEAP);
      const file = armor.encode(await encrypter.encrypt(text));
      await expect(openRootFile(file, passphrase('p')), text).rejects.toThrow(expect.objectContaining({ code: 'encoding_invalid' }));
    }
  });

  it('that is none is refused', async () => {
    for (const file of ['', 'x', '-----BEGIN AGE ENCRYPTED FILE-----\n-----END AGE ENCRYPTED FILE-----\n']) {
      await expect(openRootFile(file, passphrase('p'))).rejects.toThrow(expect.objectContaining({ code: 'passphrase_wrong' }));
    }
  });
});

function has(command: string, ...probe: readonly string[]): boolean {
  try {
    execFileSync(command, probe, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const tools = has('age', '--version') && has('python3', '--version');
if (!tools) console.warn('SKIPPED: there is no `age` with `python3` here to open a root file with');

/** age asks for a passphrase on its terminal and nowhere else: this gives it one, and types. */
const TYPIST = `
import os, pty, select, sys
pid, terminal = pty.fork()
if pid == 0:
    os.execvp('age', ['age', '-d', '-o', sys.argv[2], sys.argv[1]])
shown = b''
while b'assphrase' not in shown:
    select.select([terminal], [], [], 20)
    shown += os.read(terminal, 1024)
os.write(terminal, sys.argv[3].encode() + b'\\n')
try:
    while os.read(terminal, 1024):
        pass
except OSError:
    pass
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`;

describe.skipIf(!tools)('the ordinary age', () => {
  const run = promisify(execFile);
  const decrypt = async (file: string, words: string): Promise<string> => {
    const folder = mkdtempSync(join(tmpdir(), 'memsync-age-'));
    try {
      writeFileSync(join(folder, 'root.age'), file);
      await run('python3', ['-c', TYPIST, join(folder, 'root.age'), join(folder, 'plain'), words], { timeout: 25_000 });
      return execFileSync('cat', [join(folder, 'plain')], { encoding: 'utf8' });
    } finally {
      rmSync(folder, { recursive: true });
    }
  };

  it('opens a root file to a comment and the root', async () => {
    const plain = await decrypt(await encodeRootFile(root, passphrase('tongue élan 7'), 10), 'tongue élan 7');
    expect(plain).toMatch(new RegExp(`^# [^\\n]+\\nmsroot_${hex(root.reveal())}[0-9a-f]{8}\\n$`));
  });

  it('does not open it with another passphrase', async () => {
    await expect(decrypt(await encodeRootFile(root, passphrase('right'), 10), 'wrong')).rejects.toThrow('Command failed');
  });
});
