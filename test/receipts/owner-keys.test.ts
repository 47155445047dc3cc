import { describe, expect, it } from 'vitest';
import type { Envelope } from '../../schemas/owner-event.ts';
import type { OwnerEvidence } from '../../schemas/receipt.ts';
import { hex } from '../../src/core/bytes.ts';
import { Redacted } from '../../src/core/redacted.ts';
import { canonicalJson } from '../../src/crypto/canonical.ts';
import { signingKeyFromSeed } from '../../src/crypto/ed25519.ts';
import { deriveOwnerKeys } from '../../src/crypto/root.ts';
import { payloadHash } from '../../src/memory/event.ts';
import { makeOwnerEvidence, ownerKeysOf, verifyOwnerEvidence } from '../../src/receipts/owner-evidence.ts';
import { verifyBundle } from '../../src/receipts/verify.ts';
import { build, bytesOf, DAY, leafOf, makeOwner, makeRecord, NOON, OWNER, ownerEnvelope, validate } from './build.ts';

const SIGNED = NOON - 3 * DAY;
const APPENDED = SIGNED + 1500;
const EVE = makeOwner('eve');
const RECORD = makeRecord(1, { lastValidatedAt: SIGNED });
const refused = expect.objectContaining({ code: 'disclosure_mismatch' });

const verify = (evidence: OwnerEvidence) =>
  verifyOwnerEvidence(OWNER.vault, [{ after: 0, key: OWNER.keys.signing.publicKey }], RECORD, evidence, NOON);

describe('the owner’s word after the owner’s key was changed', () => {
  const root = new Redacted(bytesOf('root/owner of many keys'));
  const [first, second, third] = [deriveOwnerKeys(root), deriveOwnerKeys(root, 1), deriveOwnerKeys(root, 2)];
  const genesis = genesisBy(first);
  const vault = payloadHash(Buffer.from(genesis.payload, 'base64'));
  const moved = (ownerSeq: number, to: typeof first, change: object = {}, by = to): Envelope =>
    ownerEvent({ ...OWNER, vault, keys: by }, ownerSeq, {
      kind: 'owner_rotated',
      body: { ownerKey: hex(to.signing.publicKey), nextKeyHash: hex(to.nextKeyHash) },
      ...change,
    });
  const rotations = [moved(10, second), moved(20, third)];
  const signedBy = (keys: typeof first, ownerSeq: number) => {
    const leaf = leafOf(RECORD);
    return makeOwnerEvidence(vault, validate({ ...OWNER, vault, keys }, [leaf], SIGNED, { ownerSeq }), [leaf], 0, APPENDED);
  };
  const check = (keys: typeof first, ownerSeq: number, known: readonly Envelope[] = rotations) =>
    verifyOwnerEvidence(vault, ownerKeysOf(vault, genesis, known), RECORD, signedBy(keys, ownerSeq), NOON);

  it('holds under the key that was in force at its place, and under no other', () => {
    expect(check(first, 9)).toMatchObject({ at: SIGNED, keyReplaced: true });
    expect(check(second, 11)).toMatchObject({ keyReplaced: true });
    expect(check(second, 19)).toMatchObject({ keyReplaced: true });
    expect(check(third, 21)).toMatchObject({ keyReplaced: false });
    for (const [keys, ownerSeq] of [
      [first, 10],
      [second, 10],
      [first, 11],
      [first, 21],
      [second, 9],
      [second, 21],
      [third, 19],
    ] as const) {
      expect(() => check(keys, ownerSeq), `${ownerSeq}`).toThrow(refused);
    }
    expect(() => check(second, 11, [])).toThrow(refused);
  });

  it('goes by changes that each follow on the one before', () => {
    const other = deriveOwnerKeys(new Redacted(bytesOf('root/eve')), 1);
    for (const bent of [
      [moved(10, third)],
      [moved(10, other)],
      [moved(10, second, {}, first)],
      [moved(20, second), moved(10, third)],
      [moved(10, second), moved(10, third)],
      [moved(10, second, { vault: EVE.vault })],
      [moved(10, second, { by: GRANT })],
      [validate({ ...OWNER, vault, keys: first }, [leafOf(RECORD)], SIGNED)],
      [rotations[1] ?? genesis],
      [genesis],
    ]) {
      expect(() => ownerKeysOf(vault, genesis, bent)).toThrow(refused);
    }
    expect(ownerKeysOf(vault, genesis, rotations).map(({ after }) => after)).toEqual([0, 10, 20]);
  });
});

describe('the word of a device that the owner trusts', () => {
  const phone = signingKeyFromSeed(new Redacted(bytesOf('phone')));
  const given = (change: object = {}, body: object = {}, ownerSeq = 3): Envelope =>
    ownerEvent(OWNER, ownerSeq, { kind: 'granted', body: { ...grantedBody(), signingKey: hex(phone.publicKey), ...body }, ...change });
  const word = (grant: Envelope | null, change: object = {}, key = phone): OwnerEvidence => {
    const leaf = leafOf(RECORD);
    const event = validate({ ...OWNER, keys: { ...OWNER.keys, signing: key } }, [leaf], SIGNED, { by: GRANT, ...change });
    return makeOwnerEvidence(OWNER.vault, event, [leaf], 0, APPENDED, grant);
  };

  it('holds with the owner’s event that gave the device its key', () => {
    expect(verify(word(given()))).toEqual({ at: SIGNED, signedAt: SIGNED, expiresAt: null, device: GRANT, keyReplaced: false });
    expect(verify(word(given({}, { expiresAt: APPENDED + 1 }))).device).toBe(GRANT);
  });

  it.each<[string, () => OwnerEvidence]>([
    ['without that event', () => word(null)],
    [
      'when the event is not the owner’s',
      () => word(ownerEvent(EVE, 3, { vault: OWNER.vault, kind: 'granted', body: { ...grantedBody(), signingKey: hex(phone.publicKey) } })),
    ],
    ['when it gives another device a key', () => word(given({}, { grant: `grt_${'5'.repeat(32)}` }))],
    ['when it gives no key', () => word(ownerEvent(OWNER, 3, { kind: 'granted', body: grantedBody() }))],
    ['when it came afterwards', () => word(given({}, {}, 6))],
    ['when it had run out', () => word(given({}, { expiresAt: APPENDED }))],
    ['when it is another vault’s', () => word(given({ vault: EVE.vault }))],
    ['when another device gave it', () => word(given({ by: GRANT }))],
    ['when it is something else', () => word(OWNER.genesis)],
    ['when another key signed', () => word(given(), {}, EVE.keys.signing)],
    ['when the owner’s own key signed in the device’s name', () => word(given(), {}, OWNER.keys.signing)],
    ['when it names no device', () => word(given(), { by: undefined })],
    ['when it is no validation', () => word(given(), { kind: 'revoked', body: { grant: GRANT } })],
  ])('is refused %s', (_, evidence) => {
    expect(() => verify(evidence())).toThrow(refused);
  });

  it('does not lend its event to the owner’s own word', () => {
    const leaf = leafOf(RECORD);
    const own = makeOwnerEvidence(OWNER.vault, validate(OWNER, [leaf], SIGNED), [leaf], 0, APPENDED);
    expect(verify(own).device).toBeNull();
    expect(() => verify({ ...own, grant: given() })).toThrow(refused);
  });
});

const GRANT = `grt_${'4'.repeat(32)}`;

function grantedBody(): Record<string, unknown> {
  const box = { collection: `col_${'2'.repeat(32)}`, epoch: 1, keyCommitment: hex(bytesOf('commitment')), boxSha256: hex(bytesOf('box')) };
  return {
    grant: GRANT,
    role: 'device',
    capabilities: ['list'],
    originCeiling: 'user_stated',
    expiresAt: null,
    authHash: hex(bytesOf('auth')),
    boxKey: hex(bytesOf('box key')),
    boxes: [box],
    sealedDetails: 'AAAA',
  };
}

/** Any owner event, at a place of the owner's chain. */
function ownerEvent(owner: Pick<typeof OWNER, 'vault' | 'keys'>, ownerSeq: number, rest: object): Envelope {
  const payload = {
    vault: owner.vault,
    eventId: `evt_${'3'.repeat(32)}`,
    ownerSeq,
    ownerPrev: hex(bytesOf('ownerPrev')),
    seenHead: { seq: 10, hash: hex(bytesOf('seenHead')) },
    signedAt: SIGNED,
    ...rest,
  };
  return ownerEnvelope(owner.keys.signing, canonicalJson(payload));
}

function genesisBy(keys: typeof OWNER.keys): Envelope {
  const body = { format: 1, ownerKey: hex(keys.signing.publicKey), boxKey: hex(keys.box.publicKey), nextKeyHash: hex(keys.nextKeyHash) };
  const head = { vault: null, eventId: `evt_${'1'.repeat(32)}`, ownerSeq: 0, ownerPrev: null, seenHead: null };
  return ownerEnvelope(keys.signing, canonicalJson({ ...head, kind: 'genesis', body, signedAt: SIGNED - DAY }));
}

it('a verdict that goes by the owner’s keys says that later ones may have been withheld', () => {
  const later = (built: ReturnType<typeof build>, bundle: unknown = built.bundle) =>
    verifyBundle(bundle, built.trust, NOON + DAY).unknown.filter((line) => line.startsWith('later owner keys'));
  const built = build();
  expect(later(built)).toEqual([
    'later owner keys: no change of the owner’s key is shown after its first; nothing here proves that there was none.',
  ]);
  const { genesis: _, ...without } = built.bundle.disclosures;
  expect(later(built, { ...built.bundle, disclosures: without })).toEqual([]);
  expect(later(build({ evidence: 'none' }))).toEqual([]);
});
