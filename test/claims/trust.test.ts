import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { KINDS } from '../../src/claims/all-kinds.ts';
import type { ClaimKind } from '../../src/claims/kind.ts';
import { readClaimTrust } from '../../src/claims/trust.ts';
import { hex, utf8 } from '../../src/core/bytes.ts';
import { sha256 } from '../../src/crypto/sha256.ts';

const text = { proves: '', doesNotProve: '' };
const TRUSTING: ClaimKind = {
  text: { claim: 'weather', ...text },
  order: 1,
  artifacts: {},
  trust: z.strictObject({ stations: z.array(z.string().min(3)), within: z.int().default(5) }).optional(),
};
const TRUSTLESS: ClaimKind = { text: { claim: 'tide', ...text }, order: 2, artifacts: {} };

const read = (value: unknown) => readClaimTrust(value, [TRUSTING, TRUSTLESS]);
const EMPTY = hex(sha256(utf8('{"version":1}')));

describe('the operator’s trust', () => {
  it('has a hash of its own where it names nothing', () => {
    expect([read(null).sha256, read({ version: 1 }).sha256]).toEqual([EMPTY, EMPTY]);
    expect(read(null).of('weather')).toBeUndefined();
  });

  it('gives each claim its part, as it was written, and hashes all of it whatever the order of keys', () => {
    const one = read({ weather: { stations: ['abc'] }, version: 1 });
    expect(one.of('weather')).toEqual({ stations: ['abc'] });
    expect(one.of('tide')).toBeUndefined();
    expect(one.sha256).toBe(hex(sha256(utf8('{"version":1,"weather":{"stations":["abc"]}}'))));
  });

  it('gives no claim what objects have by themselves', () => {
    for (const name of ['version', 'toString', '__proto__']) expect(read({ version: 1 }).of(name)).toBeUndefined();
  });

  it.each<[string, unknown, RegExp]>([
    ['is no object', [], /the whole/],
    ['has no version', {}, /: version: /],
    ['has another version', { version: 2 }, /: version: /],
    ['names a claim that nobody knows', { version: 1, wether: {} }, /: wether: is no claim/],
    ['names a claim that takes no trust', { version: 1, tide: {} }, /: tide: is a claim that takes no trust/],
    ['has a part that does not read', { version: 1, weather: { stations: ['abc', 'x'] } }, /: weather\.stations\.1: /],
    ['has a part with a word that is not known', { version: 1, weather: { stations: [], also: 1 } }, /: weather: .*also/],
  ])('keeps the service from starting when it %s', (_, value, place) => {
    expect(() => read(value)).toThrow(expect.objectContaining({ code: 'config_invalid', message: expect.stringMatching(place) }));
    expect(() => read(value)).toThrow(/^MEMSYNC_CLAIM_TRUST: /);
  });
});

it('every claim of this build reads where there is no trust', () => {
  for (const { text: own, trust } of KINDS) expect([own.claim, trust?.safeParse(undefined).success ?? true]).toEqual([own.claim, true]);
});
