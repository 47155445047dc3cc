import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OWNER_EVENT_TYPE, type OwnerEventPayload } from '../../schemas/owner-event.ts';
import { fromUtf8, hex, utf8 } from '../../src/core/bytes.ts';
import { type SignedPayload, signPayload } from '../../src/crypto/dsse.ts';
import { signBytes } from '../../src/crypto/ed25519.ts';
import { payloadHash } from '../../src/memory/event.ts';
import { foldOwnerEvent } from '../../src/memory/fold-owner.ts';
import { parseOwnerPayload, verifyGenesis, verifyOwnerEvent } from '../../src/memory/owner-chain.ts';
import { anyBit, flipBit, thrownBy } from '../support/tamper.ts';
import { NOON, sha } from './build.ts';
import { BODIES, genesisPayload, newVault, nextOwnerKeys, nextPayload, ownerKeys, signed, strangerKeys } from './owner.ts';

const KINDS = Object.keys(BODIES) as OwnerEventPayload['kind'][];
const malformed = expect.objectContaining({ code: 'event_malformed' });
const unsigned = expect.objectContaining({ code: 'event_signature_invalid' });
const unknownHead = expect.objectContaining({ code: 'seen_head_unknown' });
const state = newVault();

/** Whether the event is let in by a vault, at the head that it names. */
function admit(event: SignedPayload, vault = state, seenHash: Uint8Array | null = vault.headHash): OwnerEventPayload {
  return verifyOwnerEvent(vault, event, seenHash, NOON);
}

describe('a genesis', () => {
  it('names its vault by its own digest', () => {
    const genesis = signed(genesisPayload());
    expect(verifyGenesis(genesis).vault).toBe(payloadHash(genesis.payload));
    expect(verifyGenesis(genesis).payload.body.ownerKey).toBe(hex(ownerKeys.signing.publicKey));
  });

  it('is signed by the key that it names', () => {
    expect(() => verifyGenesis(signed(genesisPayload(), strangerKeys))).toThrow(unsigned);
    expect(() => verifyGenesis(signed(genesisPayload(strangerKeys), strangerKeys))).not.toThrow();
    expect(() => verifyGenesis(signed(genesisPayload(strangerKeys)))).toThrow(unsigned);
  });

  it('with any bit changed is refused, or is another vault’s that nobody signed', () => {
    const genesis = signed(genesisPayload());
    fc.assert(
      fc.property(anyBit, fc.boolean(), (bit, ofPayload) => {
        const bent = ofPayload
          ? { ...genesis, payload: flipBit(genesis.payload, bit.at(genesis.payload)) }
          : { ...genesis, signature: flipBit(genesis.signature, bit.at(genesis.signature)) };
        const error = thrownBy(() => verifyGenesis(bent));
        expect(error).toEqual(expect.objectContaining({ code: expect.stringMatching(/^event_(?:malformed|signature_invalid)$/) }));
      }),
    );
  });

  it.each([
    ['another format', { body: { ...Object(genesisPayload()['body']), format: 2 } }],
    ['a vault already', { vault: sha(1) }],
    ['a place later in the chain', { ownerSeq: 1 }],
    ['a past', { ownerPrev: sha(1) }],
    ['a head seen', { seenHead: { seq: 0, hash: sha(1) } }],
    ['another kind', { kind: 'granted' }],
    ['a field more', { extra: 1 }],
    ['a key that is none', { body: { ...Object(genesisPayload()['body']), ownerKey: 'x' } }],
  ])('with %s is malformed', (_what, bent) => {
    expect(() => verifyGenesis(signed({ ...genesisPayload(), ...bent }))).toThrow(malformed);
  });
});

describe('an owner event', () => {
  it.each(KINDS)('of kind %s is let in as signed', (kind) => {
    const payload = nextPayload(state, kind);
    expect(admit(signed(payload, kind === 'owner_rotated' ? nextOwnerKeys : ownerKeys))).toEqual(payload);
  });

  it('for another vault is told so before all else', () => {
    const event = signed(nextPayload(state, 'revoked', BODIES.revoked, { vault: sha(9) }), strangerKeys);
    expect(() => admit(event)).toThrow(expect.objectContaining({ code: 'event_vault_mismatch' }));
  });

  it('by another key, or as another type of envelope, does not hold', () => {
    const payload = nextPayload(state, 'revoked');
    expect(() => admit(signed(payload, strangerKeys))).toThrow(unsigned);
    const { payload: bytes } = signed(payload);
    expect(() => admit(signPayload(ownerKeys.signing, 'application/vnd.in-toto+json', bytes))).toThrow(unsigned);
    expect(() => admit({ payload: bytes, signature: signBytes(ownerKeys.signing, bytes) })).toThrow(unsigned);
  });

  it('with any bit of its signature changed does not hold', () => {
    const event = signed(nextPayload(state, 'granted'));
    fc.assert(
      fc.property(anyBit, (bit) => {
        const bent = { ...event, signature: flipBit(event.signature, bit.at(event.signature)) };
        expect(() => admit(bent)).toThrow(unsigned);
      }),
    );
  });

  it('with any bit of its payload changed is refused', () => {
    const event = signed(nextPayload(state, 'granted'));
    fc.assert(
      fc.property(anyBit, (bit) => {
        const bent = { ...event, payload: flipBit(event.payload, bit.at(event.payload)) };
        const code = expect.stringMatching(/^event_(?:malformed|signature_invalid|vault_mismatch)$/);
        expect(thrownBy(() => admit(bent))).toEqual(expect.objectContaining({ code }));
      }),
      { numRuns: 300 },
    );
  });

  it('that is in the chain already is told so, however long ago it came', () => {
    const vault = newVault();
    const events = [signed(nextPayload(vault, 'granted'))];
    for (const event of events) foldOwnerEvent(vault, admit(event, vault), event, 1, NOON, []);
    const second = signed(nextPayload(vault, 'revoked'));
    foldOwnerEvent(vault, admit(second, vault), second, 2, NOON, []);
    for (const event of [...events, second]) {
      expect(() => admit(event, vault)).toThrow(
        expect.objectContaining({ code: 'event_replayed', context: { ownerSeq: 2, ownerHead: vault.ownerHead } }),
      );
    }
  });

  it('that does not follow on the chain is told where the chain stands', () => {
    const vault = newVault();
    const first = signed(nextPayload(vault, 'granted'));
    const rival = signed(nextPayload(vault, 'policy_set'));
    foldOwnerEvent(vault, admit(first, vault), first, 1, NOON, []);
    const conflict = expect.objectContaining({
      code: 'owner_chain_conflict',
      context: { ownerSeq: 1, ownerHead: payloadHash(first.payload) },
    });
    expect(() => admit(rival, vault)).toThrow(conflict);
    for (const bent of [{ ownerSeq: 1 }, { ownerSeq: 3 }, { ownerPrev: sha(1) }, { ownerPrev: vault.vault }]) {
      expect(() => admit(signed(nextPayload(vault, 'revoked', BODIES.revoked, bent)), vault), JSON.stringify(bent)).toThrow(conflict);
    }
    expect(() => admit(signed(nextPayload(vault, 'revoked')), vault)).not.toThrow();
  });

  it('that names a head which this ledger never had is refused', () => {
    const event = signed(nextPayload(state, 'revoked'));
    expect(() => admit(event, state, null)).toThrow(unknownHead);
    expect(() => admit(event, state, flipBit(state.headHash, 3))).toThrow(unknownHead);
    const foreign = signed(nextPayload(state, 'revoked', BODIES.revoked, { seenHead: { seq: 0, hash: sha(1) } }));
    expect(() => admit(foreign)).toThrow(unknownHead);
  });
});

describe('an owner event’s payload', () => {
  it.each([
    ['of no known kind', { kind: 'blessed' }],
    ['of a genesis', { kind: 'genesis' }],
    ['with another kind’s body', { body: BODIES.granted }],
    ['with a field more', { tier: 'active' }],
    ['with a field more in its body', { body: { ...BODIES.revoked, force: true } }],
    ['without its time', { signedAt: undefined }],
    ['with half a millisecond', { signedAt: NOON + 0.5 }],
    ['with a time past all years', { signedAt: 1e16 }],
    ['with a negative place in the chain', { ownerSeq: -1 }],
    ['with place nought', { ownerSeq: 0 }],
    ['with an upper-case digest', { ownerPrev: 'A'.repeat(64) }],
    ['with a head of no place', { seenHead: { hash: sha(1) } }],
    ['with an id of another kind', { eventId: `grt_${'0'.repeat(32)}` }],
  ])('%s is malformed', (_what, bent) => {
    expect(() => admit(signed(nextPayload(state, 'revoked', BODIES.revoked, bent)))).toThrow(malformed);
  });

  it('is canonical JSON to the byte: nothing else is read, though it be signed', () => {
    const text = fromUtf8(signed(nextPayload(state, 'revoked')).payload);
    for (const bent of [
      ` ${text}`,
      `${text}\n`,
      text.replace(':', ': '),
      text.replace('{', '{"kind":"granted",'),
      `[${text}]`,
      '',
      'null',
      '{}',
      '"\\ud800"',
    ]) {
      expect(() => parseOwnerPayload(utf8(bent)), bent).toThrow(malformed);
      expect(() => admit(signPayload(ownerKeys.signing, OWNER_EVENT_TYPE, utf8(bent)))).toThrow(malformed);
    }
    expect(parseOwnerPayload(utf8(text)).kind).toBe('revoked');
  });
});
