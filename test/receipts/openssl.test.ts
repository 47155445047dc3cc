import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { base64 } from '../../src/core/bytes.ts';
import { build, SERVICE } from './build.ts';

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;
if (!hasOpenssl) console.warn('openssl is not on PATH: receipts were NOT verified by a program other than ours.');

/** SubjectPublicKeyInfo of an Ed25519 key, up to the key itself (RFC 8410). */
const SPKI = Buffer.from('302a300506032b6570032100', 'hex');

describe.skipIf(!hasOpenssl)('openssl', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'memsync-openssl-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  function verifies(publicKey: Uint8Array, message: Uint8Array, signature: string): boolean {
    const file = (name: string, content: string | Uint8Array) => {
      writeFileSync(join(folder, name), content);
      return join(folder, name);
    };
    const pem = `-----BEGIN PUBLIC KEY-----\n${base64(Buffer.concat([SPKI, publicKey]))}\n-----END PUBLIC KEY-----\n`;
    const key = file('key.pem', pem);
    const files = ['-in', file('message', message), '-sigfile', file('signature', Buffer.from(signature, 'base64'))];
    const run = spawnSync('openssl', ['pkeyutl', '-verify', '-pubin', '-inkey', key, '-rawin', ...files], { encoding: 'utf8' });
    return run.status === 0 && run.stdout.includes('Signature Verified Successfully');
  }

  it('accepts a receipt’s signature over the bytes that DSSE says, and over no others', () => {
    expect(execFileSync('openssl', ['version'], { encoding: 'utf8' })).toMatch(/SSL/);
    const { envelope } = build().bundle;
    const payload = Buffer.from(envelope.payload, 'base64');
    const message = Buffer.concat([Buffer.from(`DSSEv1 28 application/vnd.in-toto+json ${payload.length} `), payload]);
    const signature = envelope.signatures[0]?.sig ?? '';
    expect(verifies(SERVICE.receipt.publicKey, message, signature)).toBe(true);
    expect(verifies(SERVICE.receipt.publicKey, payload, signature)).toBe(false);
    expect(verifies(SERVICE.log.publicKey, message, signature)).toBe(false);
    message[message.length - 1] = 0;
    expect(verifies(SERVICE.receipt.publicKey, message, signature)).toBe(false);
  });
});
