import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ValidationLeaf } from '../../schemas/owner-event.ts';
import { concat, fromHex, hex, lengthPrefixed, u64be, utf8 } from '../../src/core/bytes.ts';
import { sha256Parts } from '../../src/crypto/sha256.ts';
import { checkLeaves } from '../../src/memory/fold-owner.ts';
import { validationLeafHash } from '../../src/memory/validation.ts';
import { rootOfHashes } from '../../src/log/merkle.ts';
import { memoryId, NOON, sha } from './build.ts';

const VAULT = sha(77);
const leaf: ValidationLeaf = { salt: sha(1), row: memoryId(1), version: 2, commitment: sha(3), expiresAt: null };
const leaves: fc.Arbitrary<ValidationLeaf> = fc
  .record({
    salt: fc.nat(),
    row: fc.nat({ max: 5 }),
    version: fc.integer({ min: 1, max: 3 }),
    commitment: fc.nat(),
    expiresAt: fc.option(fc.nat()),
  })
  .map(({ salt, row, version, commitment, expiresAt }) => ({
    salt: sha(salt),
    row: memoryId(row),
    version,
    commitment: sha(commitment),
    expiresAt,
  }));

describe('a validation leaf', () => {
  it('is RFC 6962’s leaf over tag, salt and all that the owner stands behind', () => {
    const named = lengthPrefixed(utf8(VAULT), utf8(leaf.row), u64be(2), fromHex(leaf.commitment), new Uint8Array(0));
    const inner = sha256Parts(utf8('memsync/validation-leaf/v1\0'), concat(fromHex(leaf.salt), named));
    expect(hex(validationLeafHash(VAULT, leaf))).toBe(hex(sha256Parts(Uint8Array.of(0), inner)));
  });

  it('changes with vault, salt, row, version, commitment and end', () => {
    const changed = [
      validationLeafHash(VAULT, leaf),
      validationLeafHash(sha(78), leaf),
      validationLeafHash(VAULT, { ...leaf, salt: sha(2) }),
      validationLeafHash(VAULT, { ...leaf, row: memoryId(2) }),
      validationLeafHash(VAULT, { ...leaf, version: 3 }),
      validationLeafHash(VAULT, { ...leaf, commitment: sha(4) }),
      validationLeafHash(VAULT, { ...leaf, expiresAt: 0 }),
      validationLeafHash(VAULT, { ...leaf, expiresAt: NOON }),
    ].map(hex);
    expect(new Set(changed).size).toBe(changed.length);
  });
});

describe('the leaves beside a validation', () => {
  const bodyOf = (batch: readonly ValidationLeaf[]) => ({
    root: hex(rootOfHashes(batch.map((one) => validationLeafHash(VAULT, one)))),
    size: batch.length,
  });
  const malformed = expect.objectContaining({ code: 'event_malformed' });

  it('are those under the signed root, all of them, in order', () => {
    fc.assert(
      fc.property(fc.uniqueArray(leaves, { minLength: 1, maxLength: 9, selector: (one) => one.salt }), fc.nat(), (batch, pick) => {
        const body = bodyOf(batch);
        expect(() => checkLeaves(VAULT, body, batch)).not.toThrow();
        const at = pick % batch.length;
        const bent = batch.map((one, i) => (i === at ? { ...one, version: one.version + 1 } : one));
        expect(() => checkLeaves(VAULT, body, bent)).toThrow(malformed);
        expect(() => checkLeaves(VAULT, body, batch.slice(1))).toThrow(malformed);
        expect(() => checkLeaves(VAULT, body, [...batch, leaf])).toThrow(malformed);
        expect(() => checkLeaves(sha(78), body, batch)).toThrow(malformed);
        if (batch.length > 1) expect(() => checkLeaves(VAULT, body, batch.toReversed())).toThrow(malformed);
      }),
    );
  });

  it('cannot pass for a larger or a smaller batch', () => {
    const batch = [leaf, { ...leaf, row: memoryId(2) }];
    expect(() => checkLeaves(VAULT, { ...bodyOf(batch), size: 1 }, batch)).toThrow(malformed);
    expect(() => checkLeaves(VAULT, { ...bodyOf(batch), size: 1 }, batch.slice(0, 1))).toThrow(malformed);
    expect(() => checkLeaves(VAULT, bodyOf(batch), [])).toThrow(malformed);
  });
});
