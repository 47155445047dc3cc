import { expect, it } from 'vitest';
import { encodeManifest, makeBackupId, type Manifest, parseManifest, verifyManifest } from '../../../src/app/backup/manifest.ts';
import { utf8 } from '../../../src/core/bytes.ts';
import { systemRandom } from '../../../src/core/random.ts';
import { Redacted } from '../../../src/core/redacted.ts';
import { signingKeyFromSeed } from '../../../src/crypto/ed25519.ts';

const key = signingKeyFromSeed(new Redacted(new Uint8Array(32).fill(7)));
const other = signingKeyFromSeed(new Redacted(new Uint8Array(32).fill(8)));
const id = '20261121T060102Z-1a2b3c4d';

const MANIFEST: Manifest = {
  format: 1,
  id,
  createdAt: Date.parse('2026-11-21T06:01:02.345Z'),
  build: 'memsync/0.1.0',
  schema: 2,
  database: { size: 300_000, sha256: 'ab'.repeat(32), blockSize: 262_144, blocks: ['01'.repeat(32), '02'.repeat(32)] },
  vaults: [{ vault: 'cd'.repeat(32), seq: 3, hash: 'ef'.repeat(32), error: null }],
  log: { size: 1, root: '23'.repeat(32), checkpoint: 'x\n' },
};

/** Its bytes as docs/formats.md has them. A change of the format needs another number, and reading this one as before. */
const KEPT =
  '{"payloadType":"application/vnd.memsync.backup.v1+json","payload":"eyJidWlsZCI6Im1lbXN5bmMvMC4xLjAiLCJjcmVhdGVkQXQiOjE3OTUyNDA4NjIzNDUsImRhdGFiYXNlIjp7ImJsb2NrU2l6ZSI6MjYyMTQ0LCJibG9ja3MiOlsiMDEwMTAxMDEwMTAxMDEwMTAxMDEwMTAxMDEwMTAxMDEwMTAxMDEwMTAxMDEwMTAxMDEwMTAxMDEwMTAxMDEwMSIsIjAyMDIwMjAyMDIwMjAyMDIwMjAyMDIwMjAyMDIwMjAyMDIwMjAyMDIwMjAyMDIwMjAyMDIwMjAyMDIwMjAyMDIiXSwic2hhMjU2IjoiYWJhYmFiYWJhYmFiYWJhYmFiYWJhYmFiYWJhYmFiYWJhYmFiYWJhYmFiYWJhYmFiYWJhYmFiYWJhYmFiYWJhYiIsInNpemUiOjMwMDAwMH0sImZvcm1hdCI6MSwiaWQiOiIyMDI2MTEyMVQwNjAxMDJaLTFhMmIzYzRkIiwibG9nIjp7ImNoZWNrcG9pbnQiOiJ4XG4iLCJyb290IjoiMjMyMzIzMjMyMzIzMjMyMzIzMjMyMzIzMjMyMzIzMjMyMzIzMjMyMzIzMjMyMzIzMjMyMzIzMjMyMzIzMjMyMyIsInNpemUiOjF9LCJzY2hlbWEiOjIsInZhdWx0cyI6W3siZXJyb3IiOm51bGwsImhhc2giOiJlZmVmZWZlZmVmZWZlZmVmZWZlZmVmZWZlZmVmZWZlZmVmZWZlZmVmZWZlZmVmZWZlZmVmZWZlZmVmZWZlZmVmIiwic2VxIjozLCJ2YXVsdCI6ImNkY2RjZGNkY2RjZGNkY2RjZGNkY2RjZGNkY2RjZGNkY2RjZGNkY2RjZGNkY2RjZGNkY2RjZGNkY2RjZGNkY2QifV19","signatures":[{"keyid":"memsync.local/x/receipts","sig":"Ga92GrE7P9l8MJDqhKl3mBsBeCs5DrSowHyllWQky3+qkjLPvNtI3CQ46fXoWNF9CgRjBf9cDcoA0+W06xaQAw=="}]}\n';

it('a manifest is what it was when the format was made', () => {
  const text = encodeManifest(MANIFEST, { name: 'memsync.local/x/receipts', key });
  expect(text).toBe(KEPT);
  const read = parseManifest(utf8(KEPT), id);
  expect(verifyManifest(read, [other.publicKey, key.publicKey])).toEqual(MANIFEST);
  expect(() => verifyManifest(read, [other.publicKey])).toThrow(expect.objectContaining({ code: 'key_untrusted' }));
});

it.each([
  ['another id', { id: '20261121T060102Z-00000000' }],
  ['a block too few', { database: { ...MANIFEST.database, blocks: ['01'.repeat(32)] } }],
  ['blocks of a size that nobody cuts', { database: { ...MANIFEST.database, blockSize: 1 } }],
  ['another format', { format: 2 }],
  ['a field more', { more: true }],
])('one with %s does not read, however well it is signed', (_, change) => {
  const changed: object = { ...MANIFEST, ...change };
  const text = encodeManifest(changed as Manifest, { name: 'n', key });
  expect(() => parseManifest(utf8(text), id)).toThrow(expect.objectContaining({ code: 'backup_broken' }));
});

it('ids are made in order of time', () => {
  const ids = [0, 999, 1000, 86_400_000].map((ms) => makeBackupId(MANIFEST.createdAt - 345 + ms, systemRandom));
  expect(ids.map((one) => one.slice(0, 16))).toEqual(['20261121T060102Z', '20261121T060102Z', '20261121T060103Z', '20261122T060102Z']);
});
