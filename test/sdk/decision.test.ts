import { describe, expect, it } from 'vitest';
import type { Case, DeskReply } from '../../schemas/case.ts';
import { base64, fromBase64, fromUtf8, hex, utf8 } from '../../src/core/bytes.ts';
import { systemRandom } from '../../src/core/random.ts';
import { Redacted } from '../../src/core/redacted.ts';
import { signingKeyFromSeed } from '../../src/crypto/ed25519.ts';
import { sha256 } from '../../src/crypto/sha256.ts';
import { readDecision, signDecision, verifyDecision } from '../../src/review/decision.ts';
import { gateSha256 } from '../../src/review/gate.ts';
import { checkDecisions, type Decided, decideOn, requireAsShown } from '../../src/sdk/decision.ts';
import { ANNA, BEN, decision, sampleCase } from '../cli/case-sample.ts';

const AT = Date.parse('2026-11-20T10:00:00.000Z');
const keyOf = (byte: number) => signingKeyFromSeed(new Redacted(new Uint8Array(32).fill(byte)));
const [annas, bens] = [keyOf(1), keyOf(2)];
const stated = (who: { id: string; name: string }, key: typeof annas) => ({
  id: who.id,
  name: who.name,
  key: hex(sha256(key.publicKey)),
  addedAt: '2026-11-01T00:00:00.000Z',
  removedAt: null,
});
const DESK: DeskReply = {
  ...sampleCase().desk,
  me: ANNA.id,
  reviewers: [stated(ANNA, annas), stated(BEN, bens)],
};
const MADE: Decided = { decision: 'hold', reason: 'Not yet.', basis: { claims: ['payment'], rows: [] }, override: null };

/** A case that gives to be signed what it shows. */
function shownCase(more: Partial<Case> = {}): Case {
  const sample = sampleCase();
  const claims = Object.fromEntries(sample.claims.map(({ claim, status }) => [claim, status]));
  return { ...sample, gate: { ...sample.gate, sha256: gateSha256(sample.gate.policy) }, seen: { ...sample.seen, claims }, ...more };
}

/** The case once anna has decided, as a service that is honest shows it. */
function decided(): Case {
  const shown = shownCase();
  const envelope = decideOn(shown, DESK, MADE, annas, AT, systemRandom);
  const reviewer = { id: ANNA.id, name: ANNA.name, key: stated(ANNA, annas).key };
  return { ...shown, decisions: [{ ...decision('hold'), payload: readDecision(envelope), envelope, reviewer }] };
}

function altered(change: (one: Case['decisions'][number]) => Partial<Case['decisions'][number]>): Case {
  const shown = decided();
  return { ...shown, decisions: shown.decisions.map((one) => ({ ...one, ...change(one) })) };
}

describe('a decision', () => {
  it('is signed on exactly what was shown', () => {
    const shown = shownCase();
    const envelope = decideOn(shown, DESK, MADE, annas, AT, systemRandom);
    expect(verifyDecision(envelope, annas.publicKey)).toEqual({
      decisionId: expect.stringMatching(/^dec_/),
      case: shown.id,
      desk: shown.desk.id,
      receipt: shown.receipt,
      reviewer: ANNA.id,
      ...MADE,
      gateSha256: shown.gate.sha256,
      seen: shown.seen,
      signedAt: AT,
    });
  });

  it('is not signed on a case that shows something else than it gives to be signed', () => {
    const shown = shownCase();
    for (const lie of [
      { seen: { ...shown.seen, claims: { ...shown.seen.claims, payment: 'verified' as const } } },
      { seen: { ...shown.seen, claims: {} } },
      { seen: { ...shown.seen, revision: 9 } },
      { seen: { ...shown.seen, logSize: 21 } },
      { gate: { ...shown.gate, sha256: 'ab'.repeat(32) } },
      { gate: { ...shown.gate, policy: { ...shown.gate.policy, version: 3 } } },
    ]) {
      expect(() => requireAsShown({ ...shown, ...lie })).toThrow(expect.objectContaining({ code: 'service_lied' }));
      expect(() => decideOn({ ...shown, ...lie }, DESK, MADE, annas, AT, systemRandom)).toThrow(
        expect.objectContaining({ code: 'service_lied' }),
      );
    }
  });

  it('is not signed with another key than the desk has, nor with a reason that does not fit', () => {
    const sign = (key: typeof annas, made: Decided, desk = DESK) => decideOn(shownCase(), desk, made, key, AT, systemRandom);
    expect(() => sign(bens, MADE)).toThrow(expect.objectContaining({ code: 'reviewer_unknown' }));
    expect(() => sign(annas, MADE, { ...DESK, reviewers: [] })).toThrow(expect.objectContaining({ code: 'reviewer_unknown' }));
    for (const reason of ['', ' ', 'x'.repeat(5000)])
      expect(() => sign(annas, { ...MADE, reason })).toThrow(expect.objectContaining({ code: 'usage' }));
  });
});

describe('a decision as a service shows it', () => {
  it('holds by the key that the desk states', () => {
    expect(checkDecisions(decided(), DESK)).toMatchObject([{ holds: true, detail: expect.stringContaining(hex(annas.publicKey)) }]);
  });

  it.each<[string, Case]>([
    ['says what was not signed', altered(({ payload }) => ({ payload: { ...payload, decision: 'clear' } }))],
    ['rests on more than was signed', altered(({ payload }) => ({ payload: { ...payload, basis: { claims: [], rows: [] } } }))],
    [
      'is another reviewer’s',
      altered(({ payload }) => ({ payload: { ...payload, reviewer: BEN.id }, reviewer: { ...BEN, key: stated(BEN, bens).key } })),
    ],
    ['is shown under another name', altered(({ reviewer }) => ({ reviewer: { ...reviewer, name: 'ben' } }))],
    ['is by somebody whom nobody knows', altered(({ payload }) => ({ payload: { ...payload, reviewer: `rev_${'00'.repeat(16)}` } }))],
    ['is of another case', { ...decided(), id: `cse_${'00'.repeat(16)}` }],
    ['is of another answer', { ...decided(), receipt: `rcp_${'00'.repeat(16)}` }],
    ['has another gate', { ...decided(), gate: { ...decided().gate, sha256: '00'.repeat(32) } }],
    [
      'names another key',
      altered(({ envelope }) => ({
        envelope: { ...envelope, signatures: [{ sig: envelope.signatures[0]?.sig ?? '', keyid: hex(bens.publicKey) }] },
      })),
    ],
    [
      'names no key',
      altered(({ envelope }) => ({ envelope: { ...envelope, signatures: [{ sig: envelope.signatures[0]?.sig ?? '', keyid: 'anna' }] } })),
    ],
    [
      'has other bytes under the signature',
      altered(({ envelope, payload }) => {
        const bytes = fromUtf8(fromBase64(envelope.payload)).replace('Not yet.', 'Not ever');
        return { envelope: { ...envelope, payload: base64(utf8(bytes)) }, payload: { ...payload, reason: 'Not ever' } };
      }),
    ],
    [
      'is signed, whole, by another than it names',
      altered(({ payload }) => {
        const { payloadType, payload: bytes, signatures } = signDecision(bens, payload);
        return { envelope: { payloadType, payload: bytes, signatures: [...signatures] } };
      }),
    ],
  ])('does not hold where it %s', (_, shown) => {
    expect(checkDecisions(shown, DESK)).toMatchObject([{ holds: false, detail: expect.stringMatching(/./) }]);
  });
});
