import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Envelope, ValidationLeaf } from '../../schemas/owner-event.ts';
import type { OwnerEvidence, TagRecord } from '../../schemas/receipt.ts';
import { hex } from '../../src/core/bytes.ts';
import { canonicalJson } from '../../src/crypto/canonical.ts';
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
    expect(verify(evidenceFor(leafOf(RECORD)))).toEqual({
      at: SIGNED,
      signedAt: SIGNED,
      expiresAt: null,
      device: null,
      keyReplaced: false,
    });
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

describe('an owner’s word that the owner dates later than the service does', () => {
  /** A receipt whose row is said to have been confirmed twelve days before it was served, by an event that the owner signed at `signedAt`. */
  const verdict = (signedAt: number) => {
    const record = makeRecord(1, { lastValidatedAt: NOON - 12 * DAY, segment: 0 });
    const leaf = leafOf(record);
    const owner = makeOwnerEvidence(OWNER.vault, validate(OWNER, [leaf], signedAt), [leaf], 0, NOON - 12 * DAY);
    const built = build({ records: [record], disclosures: { tags: [{ salt: hex(bytesOf('tag', 0)), record, owner }] } });
    const { ok, rows, verified, asserted } = verifyBundle(built.bundle, built.trust, NOON + 9 * DAY);
    const of = (lines: readonly string[]) => lines.filter((line) => line.startsWith('m1: confirmed'));
    return { ok, validation: rows.map((row) => row.disclosed && row.validation), verified: of(verified), asserted: of(asserted) };
  };

  it('is not verified for a row that was served before the owner signed', () => {
    const { ok, validation, verified, asserted } = verdict(NOON + 2 * DAY);
    expect([ok, validation, verified]).toEqual([true, ['asserted'], []]);
    expect(asserted).toEqual([
      'm1: confirmed by the owner at 2026-11-09T12:00:00.000Z, says the service; the owner’s own statement is dated 2026-11-23T12:00:00.000Z, after the row was served.',
    ]);
    expect(verdict(NOON + 120_001).validation).toEqual(['asserted']);
    expect(verdict(NOON + 120_000).validation).toEqual(['verified']);
  });

  it('is verified with the owner’s own date, within what clocks may differ with the service’s', () => {
    const [line = ''] = verdict(NOON - 5 * DAY).verified;
    expect(line).toMatch(
      /^m1: confirmed by the owner at 2026-11-16T12:00:00\.000Z \(which the service dates 2026-11-09T12:00:00\.000Z\): signed by/,
    );
    const [near = ''] = verdict(NOON - 12 * DAY + 120_000).verified;
    expect(near).toMatch(/^m1: confirmed by the owner at 2026-11-09T12:00:00\.000Z: signed by/);
  });
});
