import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Envelope, ValidationLeaf } from '../../schemas/owner-event.ts';
import type { OwnerEvidence, TagRecord } from '../../schemas/receipt.ts';
import { hex } from '../../src/core/bytes.ts';
import { Redacted } from '../../src/core/redacted.ts';
import { canonicalJson } from '../../src/crypto/canonical.ts';
import { signingKeyFromSeed } from '../../src/crypto/ed25519.ts';
import { deriveOwnerKeys } from '../../src/crypto/root.ts';
import { payloadHash } from '../../src/memory/event.ts';
import { checkLeaves } from '../../src/memory/fold-owner.ts';
import { parseOwnerPayload } from '../../src/memory/owner-chain.ts';
import { makeOwnerEvidence, ownerKeysOf, verifyOwnerEvidence } from '../../src/receipts/owner-evidence.ts';
import { verifyBundle } from '../../src/receipts/verify.ts';
import { build, bytesOf, DAY, leafOf, makeOwner, makeRecord, NOON, OWNER, ownerEnvelope, validate } from './build.ts';

const SIGNED = NOON - 3 * DAY;
const APPENDED = SIGNED + 1500;
const EVE = makeOwner('eve');
const refused = expect.objectContaining({ code: 'disclosure_mismatch' });

const confirmed = (number: number, change: Partial<TagRecord> = {}) => makeRecord(number, { lastValidatedAt: SIGNED, ...change });
const RECORD = confirmed(1);

function evidenceFor(leaf: ValidationLeaf, change: { event?: Envelope; appendedAt?: number } = {}): OwnerEvidence {
  const event = change.event ?? validate(OWNER, [leaf], SIGNED);
  return makeOwnerEvidence(OWNER.vault, event, [leaf], 0, change.appendedAt ?? APPENDED);
}

const verify = (evidence: OwnerEvidence, record: TagRecord = RECORD) =>
  verifyOwnerEvidence(OWNER.vault, [{ after: 0, key: OWNER.keys.signing.publicKey }], record, evidence, NOON);

describe('the owner’s word', () => {
  it('holds for the row, version and content that it names', () => {
    expect(verify(evidenceFor(leafOf(RECORD)))).toEqual({ at: SIGNED, expiresAt: null, device: null, keyReplaced: false });
  });

  it('is as old as the earlier of signed and appended', () => {
    const earlier = confirmed(1, { lastValidatedAt: SIGNED - 5000 });
    expect(verify(evidenceFor(leafOf(RECORD), { appendedAt: SIGNED - 5000 }), earlier).at).toBe(SIGNED - 5000);
    expect(() => verify(evidenceFor(leafOf(RECORD), { appendedAt: SIGNED - 5000 }))).toThrow(refused);
    expect(() => verify(evidenceFor(leafOf(RECORD)), confirmed(1, { lastValidatedAt: APPENDED }))).toThrow(refused);
    expect(() => verify(evidenceFor(leafOf(RECORD)), confirmed(1, { lastValidatedAt: SIGNED + 1 }))).toThrow(refused);
    expect(() => verify(evidenceFor(leafOf(RECORD)), confirmed(1, { lastValidatedAt: SIGNED - 1 }))).toThrow(refused);
  });

  it('came before the row was served', () => {
    expect(verify(evidenceFor(leafOf(RECORD), { appendedAt: NOON })).at).toBe(SIGNED);
    expect(() => verify(evidenceFor(leafOf(RECORD), { appendedAt: NOON + 1 }))).toThrow(refused);
  });

  it('may run out, and then carries no active row', () => {
    const [over, good] = [leafOf(RECORD, { expiresAt: NOON }), leafOf(RECORD, { expiresAt: NOON + 1 })];
    expect(verify(evidenceFor(good)).expiresAt).toBe(NOON + 1);
    expect(() => verify(evidenceFor(over))).toThrow(refused);
    expect(verify(evidenceFor(over), confirmed(1, { tier: 'background' })).expiresAt).toBe(NOON);
  });

  it.each<[string, Partial<ValidationLeaf>]>([
    ['another row', { row: makeRecord(2).row }],
    ['another version', { version: 2 }],
    ['other content', { commitment: makeRecord(2).commitment }],
  ])('is refused for %s, though the owner signed it', (_, change) => {
    expect(() => verify(evidenceFor(leafOf(RECORD, change)))).toThrow(refused);
  });

  it.each<[string, Partial<ValidationLeaf>]>([
    ['row', { row: makeRecord(2).row }],
    ['version', { version: 2 }],
    ['commitment', { commitment: makeRecord(2).commitment }],
    ['expiry', { expiresAt: NOON + DAY }],
    ['salt', { salt: hex(bytesOf('other')) }],
  ])('is refused when the leaf’s %s is not what was signed', (_, change) => {
    const signed = evidenceFor(leafOf(RECORD, change));
    expect(() => verify({ ...signed, leaf: leafOf(RECORD) })).toThrow(refused);
  });

  it('is refused from another vault', () => {
    const leaf = leafOf(RECORD);
    const hers = makeOwnerEvidence(EVE.vault, validate(EVE, [leaf], SIGNED), [leaf], 0, APPENDED);
    expect(() => verify(hers)).toThrow(refused);
    // Signed by our owner's key, for her vault, over leaves of her vault or of ours.
    const forHers = { ...OWNER, vault: EVE.vault };
    expect(() => verify({ ...hers, event: validate(forHers, [leaf], SIGNED) })).toThrow(refused);
    expect(() => verify(evidenceFor(leaf, { event: validate(OWNER, [leaf], SIGNED, { vault: EVE.vault }) }))).toThrow(refused);
    // Signed by her key, for our vault.
    expect(() => verify(evidenceFor(leaf, { event: validate({ ...EVE, vault: OWNER.vault }, [leaf], SIGNED) }))).toThrow(refused);
  });

  it('is refused when it is no validation', () => {
    const named = { row: RECORD.row, version: RECORD.version, commitment: RECORD.commitment };
    const event = validate(OWNER, [leafOf(RECORD)], SIGNED, { kind: 'retracted', body: { rows: [named] } });
    expect(() => verify(evidenceFor(leafOf(RECORD), { event }))).toThrow(refused);
    expect(() => verify(evidenceFor(leafOf(RECORD), { event: OWNER.genesis }))).toThrow(refused);
    expect(() => verify(evidenceFor(leafOf(RECORD), { event: ownerEnvelope(OWNER.keys.signing, canonicalJson({})) }))).toThrow(refused);
  });

  it('is refused in an envelope of another type', () => {
    const event = validate(OWNER, [leafOf(RECORD)], SIGNED);
    expect(() => verify(evidenceFor(leafOf(RECORD), { event: { ...event, payloadType: 'application/vnd.in-toto+json' } }))).toThrow(
      refused,
    );
  });
});

describe('one leaf out of many', () => {
  const records = Array.from({ length: 7 }, (_, i) => confirmed(i + 1));
  const leaves = records.map((record) => leafOf(record));
  const event = validate(OWNER, leaves, SIGNED);
  const evidence = records.map((_, i) => makeOwnerEvidence(OWNER.vault, event, leaves, i, APPENDED));
  const of = (index: number) => {
    const [record, one] = [records[index], evidence[index]];
    if (record === undefined || one === undefined) throw new Error(`no row ${index}`);
    return { record, one };
  };

  it('is under the root that the memory room computes', () => {
    const payload = parseOwnerPayload(Buffer.from(event.payload, 'base64'));
    if (payload.kind !== 'validated') throw new Error('not a validation');
    expect(() => checkLeaves(OWNER.vault, payload.body, leaves)).not.toThrow();
  });

  it('holds at every place of batches of every size', () => {
    for (let size = 1; size <= leaves.length; size += 1) {
      const some = leaves.slice(0, size);
      const batch = validate(OWNER, some, SIGNED);
      for (let i = 0; i < size; i += 1) {
        expect(verify(makeOwnerEvidence(OWNER.vault, batch, some, i, APPENDED), of(i).record).at).toBe(SIGNED);
      }
    }
  });

  it('is refused with a hash of its path dropped, doubled, swapped or altered', () => {
    for (let i = 0; i < records.length; i += 1) {
      const { record, one } = of(i);
      const refuse = (path: string[]) => expect(() => verify({ ...one, path }, record), `${i}: ${path.length}`).toThrow(refused);
      one.path.forEach((hash, at) => {
        refuse(one.path.toSpliced(at, 1));
        refuse(one.path.toSpliced(at, 0, hash));
        refuse(one.path.with(at, hex(bytesOf('other'))));
        const next = one.path[at + 1];
        if (next !== undefined) refuse(one.path.with(at, next).with(at + 1, hash));
      });
      refuse([...one.path, hex(bytesOf('other'))]);
    }
  });

  it('is refused at any other index, and for any other row of the batch', () => {
    fc.assert(
      fc.property(fc.nat(6), fc.nat(20), (i, index) => {
        fc.pre(i !== index);
        expect(() => verify({ ...of(i).one, index }, of(i).record)).toThrow(refused);
        if (index < records.length) expect(() => verify(of(i).one, of(index).record)).toThrow(refused);
      }),
    );
  });

  it('does not exist past the end of the batch', () => {
    expect(() => makeOwnerEvidence(OWNER.vault, event, leaves, 7, APPENDED)).toThrow(expect.objectContaining({ code: 'input_invalid' }));
  });
});

describe('the owner’s key', () => {
  it('comes from the genesis whose hash is the vault id', () => {
    expect(ownerKeysOf(OWNER.vault, OWNER.genesis)).toEqual([{ after: 0, key: OWNER.keys.signing.publicKey }]);
  });

  it('is refused from another genesis, or one that is altered or not signed by its own key', () => {
    expect(() => ownerKeysOf(OWNER.vault, EVE.genesis)).toThrow(refused);
    expect(() => ownerKeysOf(OWNER.vault, { ...OWNER.genesis, signatures: EVE.genesis.signatures })).toThrow(refused);
    expect(() => ownerKeysOf(OWNER.vault, { ...OWNER.genesis, payload: EVE.genesis.payload })).toThrow(refused);
    expect(() => ownerKeysOf(OWNER.vault, ownerEnvelope(EVE.keys.signing, Buffer.from(OWNER.genesis.payload, 'base64')))).toThrow(refused);
    expect(() => ownerKeysOf(OWNER.vault, validate(OWNER, [leafOf(RECORD)], SIGNED))).toThrow(refused);
  });
});

describe('in a bundle', () => {
  const verdictOf = (change: (owner: OwnerEvidence) => OwnerEvidence | undefined, genesis: Envelope | undefined = OWNER.genesis) => {
    const built = build({ records: [RECORD, makeRecord(2)] });
    const { disclosures } = built.bundle;
    const tags = disclosures.tags.map((tag) => {
      const owner = tag?.owner === undefined ? undefined : change(tag.owner);
      return tag === null ? null : { salt: tag.salt, record: tag.record, ...(owner === undefined ? {} : { owner }) };
    });
    const { genesis: _, ...rest } = disclosures;
    return verifyBundle(
      { ...built.bundle, disclosures: { ...rest, tags, ...(genesis === undefined ? {} : { genesis }) } },
      built.trust,
      NOON + 60_000,
    );
  };
  const outcome = (verdict: ReturnType<typeof verdictOf>) => [
    verdict.failures.map(({ code }) => code),
    verdict.rows.map((row) => row.disclosed && row.validation),
    verdict.claims[0]?.status,
  ];
  const said = (verdict: ReturnType<typeof verdictOf>, list: 'verified' | 'asserted') =>
    verdict[list].some((line) => line.startsWith('m1: confirmed'));

  it('makes a confirmed row verified', () => {
    const verdict = verdictOf((owner) => owner);
    expect(outcome(verdict)).toEqual([[], ['verified', 'none'], 'verified']);
    expect([said(verdict, 'verified'), said(verdict, 'asserted')]).toEqual([true, false]);
  });

  it('leaves a confirmed row asserted when it is not there', () => {
    const verdict = verdictOf(() => undefined);
    expect(outcome(verdict)).toEqual([[], ['asserted', 'none'], 'verified']);
    expect([said(verdict, 'verified'), said(verdict, 'asserted')]).toEqual([false, true]);
  });

  it('is refused when it is wrong, and the tag stays what was served', () => {
    const verdict = verdictOf((owner) => ({ ...owner, event: EVE.genesis }));
    expect(outcome(verdict)).toEqual([['disclosure_mismatch'], ['failed', 'none'], 'verified']);
    expect([verdict.ok, said(verdict, 'verified')]).toEqual([false, false]);
  });

  it('counts for nothing with another vault’s genesis', () => {
    expect(outcome(verdictOf((owner) => owner, EVE.genesis))).toEqual([['disclosure_mismatch'], ['asserted', 'none'], 'verified']);
  });

  it('is refused for a row that says that it was never confirmed', () => {
    const built = build({ records: [makeRecord(1)] });
    const tags = built.bundle.disclosures.tags.map((tag) => (tag === null ? null : { ...tag, owner: evidenceFor(leafOf(makeRecord(1))) }));
    const bundle = { ...built.bundle, disclosures: { ...built.bundle.disclosures, tags } };
    expect(outcome(verifyBundle(bundle, built.trust, NOON + 60_000))).toEqual([['disclosure_mismatch'], ['failed'], 'verified']);
  });

  it('cannot be made by a service that has everything but the owner’s key', () => {
    const forged = { ...OWNER, keys: EVE.keys };
    const withHerGenesis = build({ owner: { ...forged, genesis: EVE.genesis }, records: [RECORD] });
    expect(outcome(verifyBundle(withHerGenesis.bundle, withHerGenesis.trust, NOON + 60_000))).toEqual([
      ['disclosure_mismatch'],
      ['asserted'],
      'verified',
    ]);
    const withOurs = build({ owner: forged, records: [RECORD] });
    expect(outcome(verifyBundle(withOurs.bundle, withOurs.trust, NOON + 60_000))).toEqual([
      ['disclosure_mismatch'],
      ['failed'],
      'verified',
    ]);
  });
});

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
    expect(verify(word(given()))).toEqual({ at: SIGNED, expiresAt: null, device: GRANT, keyReplaced: false });
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
    expect(() => verify({ ...evidenceFor(leafOf(RECORD)), grant: given() })).toThrow(refused);
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
