import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat, hex, lengthPrefixed, u64be, utf8 } from '../../src/core/bytes.ts';
import { sha256, sha256Parts } from '../../src/crypto/sha256.ts';
import {
  encodeClear,
  encodeGrantEvent,
  encodeJobEvent,
  encodeOwnerEvent,
  eventData,
  type GrantEvent,
  type JobEvent,
  linkHash,
  NO_PREVIOUS,
  parseStoredEvent,
  payloadHash,
} from '../../src/memory/event.ts';
import { anyBit, bytesOf32, flipBit, thrownBy } from '../support/tamper.ts';
import { collectionId, grantId, memoryId, NOON, sha } from './build.ts';

const broken = expect.objectContaining({ code: 'ledger_broken' });
const by = { at: NOON, grant: grantId(1) };
const made = { row: memoryId(1), version: 1, collection: collectionId(1), epoch: 1, commitment: sha(1), content: sha(2) };

const GRANT_EVENTS: readonly GrantEvent[] = [
  { ...by, kind: 'remembered', ...made },
  { ...by, kind: 'edited', ...made, version: 2 },
  { ...by, kind: 'sighted', row: memoryId(1) },
  { ...by, kind: 'contested', row: memoryId(1), version: 1, reason: 'edit' },
  { ...by, kind: 'superseded', row: memoryId(1), by: memoryId(2) },
  { ...by, kind: 'imported', ...made },
  { ...by, kind: 'app_confirmed', row: memoryId(1), version: 1 },
];
const JOB_EVENT: JobEvent = {
  kind: 'demoted',
  at: NOON,
  job: 'demote-stale',
  row: memoryId(1),
  version: 1,
  from: 'active',
  to: 'background',
  reason: 'aged',
  source: null,
};
const sealed = Uint8Array.of(9, 8, 7);
const stored = (clear: string): Uint8Array => encodeGrantEvent(utf8(clear), sealed);
const job = (clear: string): Uint8Array => concat(Uint8Array.of(3), lengthPrefixed(utf8(clear)));

describe('a stored event', () => {
  it('of a grant holds no more of its sealed half than a digest, so that the half can be erased', () => {
    const body = new Uint8Array(300).fill(0xa5);
    const clear = encodeClear(GRANT_EVENTS[0] ?? JOB_EVENT);
    expect(Buffer.from(encodeGrantEvent(clear, body)).includes(Buffer.from(body.subarray(0, 8)))).toBe(false);
    expect(encodeGrantEvent(clear, body)).not.toEqual(
      encodeGrantEvent(
        clear,
        body.map((byte) => byte ^ 1),
      ),
    );
  });

  it.each(GRANT_EVENTS)('of a grant, $kind, reads as it was written', (event) => {
    const clear = encodeClear(event);
    expect(parseStoredEvent(encodeGrantEvent(clear, sealed))).toEqual({
      by: 'grant',
      at: NOON,
      event,
      clear,
      sealedSha256: sha256(sealed),
    });
  });

  it('of a job reads as it was written', () => {
    expect(parseStoredEvent(encodeJobEvent(JOB_EVENT))).toEqual({ by: 'job', at: NOON, event: JOB_EVENT });
  });

  it('of the owner reads as it was written, payload and signature to the byte', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.uint8Array({ maxLength: 70 }), fc.maxSafeNat(), (payload, signature, at) => {
        expect(parseStoredEvent(encodeOwnerEvent(at, { payload, signature }))).toEqual({ by: 'owner', at, signed: { payload, signature } });
      }),
    );
  });

  it('cut short anywhere, or with a byte more, is broken', () => {
    const whole = [
      encodeGrantEvent(encodeClear(GRANT_EVENTS[0] ?? JOB_EVENT), sealed),
      encodeJobEvent(JOB_EVENT),
      encodeOwnerEvent(NOON, { payload: utf8('{}'), signature: new Uint8Array(64) }),
    ];
    for (const bytes of whole) {
      for (let length = 0; length < bytes.length; length++) expect(() => parseStoredEvent(bytes.slice(0, length))).toThrow(broken);
      expect(() => parseStoredEvent(concat(bytes, Uint8Array.of(0)))).toThrow(broken);
    }
  });

  it('with any bit changed reads as another event or is broken, never as the same', () => {
    const events = fc.constantFrom(...GRANT_EVENTS.map((event) => encodeGrantEvent(encodeClear(event), sealed)), encodeJobEvent(JOB_EVENT));
    fc.assert(
      fc.property(events, anyBit, (bytes, bit) => {
        const bent = flipBit(bytes, bit.at(bytes));
        const error = thrownBy(() => parseStoredEvent(bent));
        if (error === null) expect(parseStoredEvent(bent)).not.toEqual(parseStoredEvent(bytes));
        else expect(error).toEqual(broken);
      }),
      { numRuns: 1000 },
    );
  });

  const sighted = { ...by, kind: 'sighted', row: memoryId(1) };
  const text = JSON.stringify(sighted);
  it.each([
    ['no known kind', stored(JSON.stringify({ ...sighted, kind: 'validated' }))],
    ['an owner’s kind, by a grant', stored(JSON.stringify({ ...by, kind: 'retracted', row: memoryId(1) }))],
    ['a field more', stored(JSON.stringify({ ...sighted, tier: 'active' }))],
    ['a field less', stored(JSON.stringify({ at: NOON, kind: 'sighted', row: memoryId(1) }))],
    ['another type of id', stored(JSON.stringify({ ...sighted, row: grantId(1) }))],
    ['an instant that is no integer', stored(JSON.stringify({ ...sighted, at: 0.5 }))],
    ['an instant past all years', stored(JSON.stringify({ ...sighted, at: 1e16 }))],
    ['version nought', stored(JSON.stringify({ ...GRANT_EVENTS[0], version: 0 }))],
    ['a key twice', stored(text.replace('{', `{"row":"${memoryId(2)}",`))],
    ['a key twice, spelt in two ways', stored(text.replace('{', `{"\\u0072ow":"${memoryId(2)}",`))],
    ['white space', stored(` ${text}`)],
    ['a number in another spelling', stored(text.replace(String(NOON), `${NOON}.0`))],
    ['no JSON', stored('x')],
    ['a list', stored(`[${text}]`)],
    ['a tier that there is not', job(JSON.stringify({ ...JOB_EVENT, to: 'asleep' }))],
    ['a job without a name', job(JSON.stringify({ ...JOB_EVENT, job: '' }))],
    ['a job’s key twice', job(JSON.stringify(JOB_EVENT).replace('{', '{"to":"dormant",'))],
    ['another reason', job(JSON.stringify({ ...JOB_EVENT, reason: 'liked' }))],
    ['another kind, by a job', job(JSON.stringify({ ...JOB_EVENT, kind: 'promoted' }))],
    ['an unknown first byte', Uint8Array.of(4, 0, 0, 0, 0)],
    ['nothing', new Uint8Array(0)],
  ])('with %s is broken', (_what, bytes) => {
    expect(() => parseStoredEvent(bytes)).toThrow(broken);
  });
});

describe('the chain', () => {
  it('is SHA-256 over tag, place, what was before, and the digest of the event', () => {
    const bytes = utf8('an event');
    expect(hex(linkHash(3, new Uint8Array(32).fill(1), bytes))).toBe(
      hex(sha256Parts(utf8('memsync/ledger-link/v1\0'), u64be(3), new Uint8Array(32).fill(1), sha256(bytes))),
    );
    expect(hex(NO_PREVIOUS)).toBe('00'.repeat(32));
  });

  it('moves with place, with what was before, and with the event', () => {
    fc.assert(
      fc.property(fc.nat(), bytesOf32, fc.uint8Array({ minLength: 1 }), anyBit, (seq, previous, bytes, bit) => {
        const link = hex(linkHash(seq, previous, bytes));
        expect(hex(linkHash(seq + 1, previous, bytes))).not.toBe(link);
        expect(hex(linkHash(seq, flipBit(previous, bit.at(previous)), bytes))).not.toBe(link);
        expect(hex(linkHash(seq, previous, flipBit(bytes, bit.at(bytes))))).not.toBe(link);
      }),
    );
  });

  it('binds a grant’s seal to place, past and clear half', () => {
    const clear = encodeClear(GRANT_EVENTS[0] ?? JOB_EVENT);
    const data = [
      eventData(1, NO_PREVIOUS, clear),
      eventData(2, NO_PREVIOUS, clear),
      eventData(1, new Uint8Array(32).fill(1), clear),
      eventData(1, NO_PREVIOUS, clear.slice(1)),
    ];
    expect(new Set(data.map(hex)).size).toBe(4);
  });

  it('names an owner event by the digest of its payload alone', () => {
    expect(payloadHash(utf8('abc'))).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });
});
