import { beforeAll, describe, expect, it } from 'vitest';
import { LIMITS } from '../../../schemas/limits.ts';
import { configDigest, parseKeyConfig } from '../../../src/claims/ohttp-config.ts';
import { claimsAtIssue, kindNamed } from '../../../src/claims/claims.ts';
import { base64, concat, fromBase64, fromHex, hex, utf8 } from '../../../src/core/bytes.ts';
import { keccak256 } from '../../../src/crypto/keccak.ts';
import { facts, failures, Gateway, judge, reads, RECEIPT, statuses, uint256 } from './gateway.ts';

const PUBLIC_KEY = Uint8Array.from({ length: 32 }, (_, i) => 7 * i + 1);

/** RFC 9458, section 3.1, written apart from the code that is tested. */
function keyConfig({ keyId = 1, kem = '0020', publicKey = PUBLIC_KEY, suites = ['00010003'] } = {}): Uint8Array {
  const list = suites.join('');
  return fromHex(`${hex(Uint8Array.of(keyId))}${kem}${hex(publicKey)}${(list.length / 2).toString(16).padStart(4, '0')}${list}`);
}

/** What the gateway signs, written apart from the code that is tested. */
function digest(teeId: string, config: Uint8Array, [keyId, kem, kdf, aead]: readonly number[], publicKey = PUBLIC_KEY): Uint8Array {
  const words = [keyId, kem, kdf, aead].map((value) => uint256(value ?? 0));
  return keccak256(
    concat(keccak256(utf8('OPENGRADIENT_TEE_OHTTP_CONFIG_V1')), fromHex(teeId), ...words, keccak256(publicKey), keccak256(config)),
  );
}

const SUITE = [1, 0x20, 1, 3];
const BOTH = ['configuration', 'signature'] as const;
let gateway: Gateway;
let stranger: Gateway;
let good: ReturnType<typeof signed>;

beforeAll(() => {
  gateway = new Gateway();
  stranger = new Gateway();
  good = signed(gateway, keyConfig(), SUITE);
});

function signed(by: Gateway, config: Uint8Array, numbers: readonly number[], publicKey = PUBLIC_KEY) {
  return {
    kind: 'ohttp-key-config',
    keyConfig: base64(config),
    teeId: by.teeId,
    spki: by.spki,
    signature: by.sign(digest(by.teeId, config, numbers, publicKey)),
  };
}

const stated = () => ({
  keyId: 1,
  kemId: 0x20,
  kdfId: 1,
  aeadId: 3,
  publicKey: hex(PUBLIC_KEY),
  signatureHash: `0x${hex(digest(gateway.teeId, keyConfig(), SUITE))}`,
});

const trust = () => ({ attestedKeys: [{ teeId: gateway.teeId }] });

describe('a signed OHTTP key configuration', () => {
  it('is verified under a key that the trust names, by either of its digests', async () => {
    const named = [{ teeId: gateway.teeId }, { teeId: `0x${gateway.teeId.toUpperCase()}` }, { spkiSha256: gateway.spkiSha256 }];
    for (const key of named) {
      const judgement = await judge('route', good, { attestedKeys: [{ teeId: stranger.teeId }, key] });
      expect(judgement.status).toBe('verified');
      expect(statuses(judgement)).toEqual({
        configuration: 'verified',
        stated: 'absent',
        tee_id: 'verified',
        signature: 'verified',
        key: 'verified',
        provider: 'asserted',
        unlinkability: 'asserted',
      });
    }
  });

  it('is verified with all that the gateway states beside it, as it spells it', async () => {
    const judgement = await judge('route', { ...good, teeId: `0x${good.teeId}`, stated: stated() }, trust());
    expect(judgement.status).toBe('verified');
    expect(statuses(judgement)['stated']).toBe('verified');
  });

  it('is asserted under a key that nobody named, however well it is signed: anybody could have made one', async () => {
    for (const nobody of [undefined, {}, { attestedKeys: [] }, { attestedKeys: [{ teeId: stranger.teeId }] }]) {
      const judgement = await judge('route', good, nobody);
      expect(judgement.status).toBe('asserted');
      expect(statuses(judgement)).toMatchObject({ signature: 'verified', tee_id: 'verified', key: 'asserted' });
    }
    expect((await judge('route', signed(stranger, keyConfig(), SUITE), trust())).status).toBe('asserted');
  });

  it.each<[string, () => Record<string, unknown>, string[]]>([
    ['the signature of another key', () => ({ signature: signed(stranger, keyConfig(), SUITE).signature }), ['signature']],
    ['another key, with the rest as it was', () => ({ spki: stranger.spki }), ['tee_id', 'signature']],
    ['another tee_id', () => ({ teeId: stranger.teeId }), ['tee_id']],
    [
      'a tee_id that was signed for another key',
      () => ({ signature: gateway.sign(digest(stranger.teeId, keyConfig(), SUITE)) }),
      ['signature'],
    ],
    ['a salt of another length', () => ({ signature: gateway.sign(digest(gateway.teeId, keyConfig(), SUITE), 20) }), ['signature']],
    ['one bit of the signature', () => ({ signature: flipped(good.signature, 17) }), ['signature']],
    ['one byte of the public key', () => ({ keyConfig: flipped(good.keyConfig, 9) }), ['signature']],
    ['another key id in the configuration', () => ({ keyConfig: base64(keyConfig({ keyId: 2 })) }), ['signature']],
    ['a byte too many', () => ({ keyConfig: base64(concat(keyConfig(), Uint8Array.of(0))) }), ['configuration']],
    ['a byte too few', () => ({ keyConfig: base64(keyConfig().subarray(0, 40)) }), ['configuration']],
    ['no bytes', () => ({ keyConfig: '' }), ['configuration']],
    ['no suite', () => ({ keyConfig: base64(keyConfig({ suites: [] })) }), ['configuration']],
    ['an unknown KEM', () => ({ keyConfig: base64(keyConfig({ kem: 'fe0f' })) }), ['configuration']],
    [
      'another KEM, well signed',
      () => {
        const publicKey = new Uint8Array(65).fill(4);
        return signed(gateway, keyConfig({ kem: '0010', publicKey }), [1, 0x10, 1, 3], publicKey);
      },
      ['configuration'],
    ],
    ['another AEAD, well signed', () => signed(gateway, keyConfig({ suites: ['00010001'] }), [1, 0x20, 1, 1]), ['configuration']],
    ['another KDF, well signed', () => signed(gateway, keyConfig({ suites: ['00020003'] }), [1, 0x20, 2, 3]), ['configuration']],
    ['more suites than a line has room for', () => ({ keyConfig: base64(keyConfig({ suites: Array(240).fill('00020001') })) }), [...BOTH]],
    ['a second suite, well signed', () => signed(gateway, keyConfig({ suites: ['00010003', '00010001'] }), SUITE), ['configuration']],
    ['another KEM stated', () => ({ stated: { ...stated(), kemId: 0x10 } }), ['stated']],
    ['another key id stated', () => ({ stated: { keyId: 2 } }), ['stated']],
    ['another KDF stated', () => ({ stated: { kdfId: 2 } }), ['stated']],
    ['another AEAD stated', () => ({ stated: { aeadId: 1 } }), ['stated']],
    ['another public key stated', () => ({ stated: { publicKey: '00' } }), ['stated']],
    ['another digest stated', () => ({ stated: { ...stated(), signatureHash: 'ab'.repeat(32) } }), ['stated']],
    ['bytes that are no key', () => ({ spki: base64(utf8('no key')), teeId: hex(keccak256(utf8('no key'))) }), ['signature']],
    ['a key of 1,024 bits', () => signed(new Gateway(1024), keyConfig(), SUITE), ['signature']],
  ])('fails for %s, in that check alone', async (_, change, checks) => {
    const judgement = await judge('route', { ...good, ...change() }, trust());
    expect(failures(judgement)).toEqual(checks);
    expect(judgement.status).toBe('failed');
    // However much there is to say of it, its judgement is one that the frame takes.
    for (const { detail } of judgement.checks) expect(detail.length).toBeLessThanOrEqual(LIMITS.reasonLength);
  });

  it('says what it is about, so that another configuration contradicts it', async () => {
    const one = facts(await judge('route', good, undefined));
    const other = facts(await judge('route', signed(gateway, keyConfig({ keyId: 2 }), [2, 0x20, 1, 3]), undefined));
    expect(one).toEqual({ gateway: gateway.teeId, ohttp_key_config: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(other['gateway']).toBe(one['gateway']);
    expect(other['ohttp_key_config']).not.toBe(one['ohttp_key_config']);
    expect(facts(await judge('route', { ...good, teeId: `0x${good.teeId.toUpperCase()}` }, undefined))).toEqual(one);
  });

  it.each([
    ['a field more', { extra: 1 }],
    ['no tee_id', { teeId: undefined }],
    ['base64 of the signature in a second spelling', { signature: `${'A'.repeat(341)}B==` }],
    ['base64 of the key in a second spelling', { spki: 'AAAAAB==' }],
    ['base64 of the configuration in a second spelling', { keyConfig: 'AAAAAAF=' }],
    ['hexadecimal for base64', { keyConfig: 'zz' }],
    ['a long signature', { signature: 'AAAA'.repeat(100) }],
    ['a long key', { spki: 'AAAA'.repeat(1000) }],
    ['numbers past 16 bits', { stated: { kemId: 0x1_0000 } }],
  ])('does not read with %s', (_, change) => {
    expect(reads('route', good)).toBe(true);
    expect(reads('route', { ...good, ...change })).toBe(false);
  });

  it('has the digest that the gateway’s own tests and its contract’s publish', () => {
    const bytes = keyConfig({ publicKey: new Uint8Array(32).fill(2) });
    const config = parseKeyConfig(bytes);
    if (config === null) throw new Error('does not parse');
    const teeId = Uint8Array.from({ length: 32 }, (_, i) => i);
    expect(hex(configDigest(config, bytes, teeId))).toBe('f2a783a780198b72145ce4f4824c3de4993975e17ee8df1e59f3b5dd78a0f1d9');
  });
});

function flipped(text: string, at: number): string {
  const bytes = fromBase64(text);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  return base64(bytes);
}

describe('a declared route', () => {
  const declaration = { kind: 'route-declaration', provider: 'openai', relay: 'https://relay.example', path: 'ohttp' };

  it('is asserted, all of it, and each thing is a fact', async () => {
    const judgement = await judge('route', declaration, trust());
    expect(judgement.status).toBe('asserted');
    expect(statuses(judgement)).toEqual({ provider: 'asserted', relay: 'asserted', path: 'asserted', unlinkability: 'asserted' });
    expect(facts(judgement)).toEqual({ provider: 'openai', relay: 'https://relay.example', path: 'ohttp' });
  });

  it('says nothing of what it leaves out', async () => {
    const judgement = await judge('route', { kind: 'route-declaration', path: 'direct' }, undefined);
    expect(facts(judgement)).toEqual({ path: 'direct' });
    expect(statuses(judgement)).toEqual({ path: 'asserted', unlinkability: 'asserted' });
  });

  it.each([
    ['nothing', { provider: undefined, relay: undefined, path: undefined }],
    ['a relay on a direct path', { path: 'direct' }],
    ['a path of another name', { path: 'tor' }],
    ['a blank provider', { provider: ' ' }],
    ['a field more', { via: 'x' }],
  ])('does not read with %s', (_, change) => {
    expect(reads('route', declaration)).toBe(true);
    expect(reads('route', { ...declaration, ...change })).toBe(false);
  });
});

describe('the provider on the receipt', () => {
  const route = (provider: string | undefined) =>
    claimsAtIssue({
      model: { label: 'gpt-4.1', ...(provider === undefined ? {} : { provider }) },
      served: { context: '', segments: [], tags: [] },
      output: { sha256: 'a'.repeat(64) },
    }).find(({ claim }) => claim === 'route');

  it('is asserted at issue, and absent where the app names none', () => {
    expect(route('openai')).toMatchObject({ status: 'asserted', checks: [{ check: 'provider', status: 'asserted' }], evidence: [] });
    expect(route(undefined)).toMatchObject({ status: 'absent', checks: [] });
  });

  it('is a fact that evidence can contradict', () => {
    const kind = kindNamed('route');
    expect(kind?.states?.(RECEIPT)).toEqual([{ name: 'provider', value: 'openai' }]);
    expect(kind?.states?.({ ...RECEIPT, model: { label: 'gpt-4.1' } })).toEqual([]);
  });
});

describe('the trust', () => {
  it('is read strictly', () => {
    const schema = kindNamed('route')?.trust;
    expect(schema?.safeParse(undefined).success).toBe(true);
    expect(schema?.safeParse({ attestedKeys: [{ teeId: `0x${'AB'.repeat(32)}` }] }).success).toBe(true);
    expect(schema?.safeParse({ attestedKey: [] }).success).toBe(false);
    expect(schema?.safeParse({ attestedKeys: [{}] }).success).toBe(false);
    expect(schema?.safeParse({ attestedKeys: [{ teeId: 'ab' }] }).success).toBe(false);
  });
});
