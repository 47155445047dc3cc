import { describe, expect, it } from 'vitest';
import type { CaseBundle } from '../../schemas/case-bundle.ts';
import { base64, fromBase64, fromUtf8, hex, utf8 } from '../../src/core/bytes.ts';
import { looksLikeCase } from '../../src/review/case-bundle.ts';
import { type CaseBundleDecision, type CaseBundleTrust, verifyCaseBundle } from '../../src/review/verify-case.ts';
import { BUILT } from '../receipts/addendum-sample.ts';
import { build, makeService, NOON, SERVICE } from '../receipts/build.ts';
import { caseBundle, claimsWith, decided, RECEIPT_TEXT, seenAt, stating, told, toldBut } from './case-sample.ts';
import { ids } from './samples.ts';
import { keyOf } from './service.ts';

const KEYS = { verifierKeys: SERVICE.verifierKeys };
const REVIEWERS = [1, 2].map((n) => hex(keyOf(n).publicKey));
const TRUST: CaseBundleTrust = { ...KEYS, reviewers: REVIEWERS };
const AT = NOON + 3_600_000;
interface Given {
  readonly trust?: CaseBundleTrust;
  readonly receipt?: string | null;
}
const alone = { receipt: null };
const verify = (bundle: CaseBundle, { trust = TRUST, receipt = RECEIPT_TEXT }: Given = {}) =>
  verifyCaseBundle(JSON.stringify(bundle), trust, AT, receipt === null ? {} : { receipt });

/** What is in a place of a list. */
function at<T>(list: readonly T[], place: number): T {
  const one = list[place];
  if (one === undefined) throw new Error('nothing is there');
  return one;
}

/** The code that it is refused with; null where it holds. */
function refused(bundle: CaseBundle, given: Given = {}): string | null {
  try {
    verify(bundle, given);
    return null;
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
}

const decisions = (shown: ReturnType<typeof verify>): CaseBundleDecision[] =>
  shown.steps.flatMap(({ happened }) => (happened.kind === 'decided' ? [happened] : []));

describe('a case’s bundle', () => {
  it('shows who decided what, on what was shown, in the log’s order', () => {
    const shown = verify(caseBundle());
    expect(shown).toMatchObject({ case: ids.case(1), state: 'hold', reopened: 1, overridden: false, log: { origin: SERVICE.log.name } });
    expect(shown.override).toMatchObject({ reviewer: ids.reviewer(1), second: ids.reviewer(2), reason: 'The fair opens today.' });
    expect(shown.steps.map(({ logIndex, by, happened }) => [logIndex, by.name, happened.kind])).toEqual([
      [7, null, 'opened'],
      [8, 'ana', 'viewed'],
      [9, 'ana', 'decided'],
      [10, 'bea', 'viewed'],
      [11, 'bea', 'decided'],
      [13, null, 'reopened'],
      [14, 'ana', 'handed_over'],
      [15, 'bea', 'viewed'],
      [16, 'bea', 'decided'],
    ]);
    expect(decisions(shown).map(({ decision, effective, beforeProof, key }) => [decision, effective, beforeProof, key])).toEqual([
      ['clear', false, true, REVIEWERS[0]],
      ['clear', true, true, REVIEWERS[1]],
      ['reject', true, false, REVIEWERS[1]],
    ]);
    expect(decisions(shown)[0]?.seen.claims).toMatchObject({ mode: 'asserted' });
    expect(shown.unknown.join('\n')).toMatch(/later happenings: .* number 8, entry 16 .* may have been withheld/);
    expect(shown.unknown.join('\n')).not.toMatch(/the reviewers:|the receipt:/);
  });

  it('says what it could not know without reviewers’ keys, and without the receipt', () => {
    const shown = verify(caseBundle(), { trust: KEYS, ...alone });
    expect(shown.unknown.join('\n')).toMatch(/the reviewers: .*the service’s word[\s\S]*the receipt: its own bundle was not given/);
    // By the statements alone it shows that two were early, and never that one was not.
    expect(decisions(shown).map(({ beforeProof }) => beforeProof)).toEqual([true, true, null]);
  });

  it('is known from receipts’ bundles and certificates', () => {
    expect(looksLikeCase(JSON.stringify(caseBundle()))).toBe(true);
    for (const text of [BUILT.text, '{', '[]', 'null', '{"format":"memsync/disclosure/v1"}']) expect(looksLikeCase(text)).toBe(false);
  });
});

describe('one thing altered on the way', () => {
  const whole = caseBundle();
  const { statements } = whole;
  const but = (place: number, change: (text: string) => string): CaseBundle => {
    const one = at(statements, place);
    const text = fromUtf8(fromBase64(one.envelope.payload));
    expect(change(text)).not.toBe(text);
    const envelope = { ...one.envelope, payload: base64(utf8(change(text))) };
    return { ...whole, statements: statements.with(place, { ...one, envelope }) };
  };
  const swapped = statements.with(3, at(statements, 4)).with(4, at(statements, 3));
  const other = caseBundle(told(), { case: ids.case(2) });
  it.each<[what: string, code: string, bundle: CaseBundle]>([
    ['a happening dropped from the middle', 'bundle_malformed', { ...whole, statements: statements.toSpliced(3, 1) }],
    ['the opening dropped', 'bundle_malformed', { ...whole, statements: statements.slice(1) }],
    ['two in another order', 'bundle_malformed', { ...whole, statements: swapped }],
    ['one twice', 'bundle_malformed', { ...whole, statements: statements.toSpliced(3, 0, at(statements, 3)) }],
    ['one of another case', 'bundle_malformed', { ...whole, statements: statements.with(6, at(other.statements, 6)) }],
    ['all of another case', 'bundle_malformed', { ...other, case: ids.case(1) }],
    [
      'a proof of another entry',
      'proof_invalid',
      { ...whole, statements: statements.with(2, { ...at(statements, 2), proof: at(statements, 3).proof }) },
    ],
    ['a note', 'signature_invalid', but(0, (text) => text.replace('Look.', 'Glance.'))],
    ['what was shown', 'signature_invalid', but(1, (text) => text.replace('"mode":"asserted"', '"mode":"verified"'))],
    ['a place in the case', 'signature_invalid', but(4, (text) => text.replace('"number":4', '"number":3'))],
    ['a reviewer’s key', 'signature_invalid', { ...whole, reviewers: whole.reviewers.map((one) => ({ ...one, key: REVIEWERS[1] ?? '' })) }],
    ['a reviewer left out', 'bundle_malformed', { ...whole, reviewers: whole.reviewers.slice(1) }],
    ['a reviewer stated twice', 'bundle_malformed', { ...whole, reviewers: [...whole.reviewers, ...whole.reviewers] }],
    ['the case that it says it is', 'bundle_malformed', { ...whole, case: ids.case(2) }],
  ])('%s is refused as %s', (_, code, bundle) => {
    expect(refused(bundle, alone)).toBe(code);
  });

  it('is noticed in whatever place it is, but for what comes last', () => {
    for (const place of statements.keys())
      expect(refused({ ...whole, statements: statements.toSpliced(place, 1) })).toBe(place === 8 ? null : 'bundle_malformed');
  });
});

describe('one thing that the service itself tells otherwise', () => {
  const first = seenAt(2, 8, 'asserted');
  const half = { override: { second: null }, decision: 'clear', seen: first } as const;
  const proved = claimsWith('verified');
  /** The first half of the override with something else in its envelope, signed by whoever signs now. */
  const resigned = (change: object, by: { key?: number; effective: boolean; unheard?: []; gateOpen?: boolean } = { effective: false }) =>
    caseBundle(toldBut(2, { happened: decided(1, { ...half, ...change }, by) }));
  const rewritten = (from: string, to: string): CaseBundle => {
    const { happened } = told()[2] ?? {};
    if (happened?.kind !== 'decided') throw new Error('a decision');
    const text = fromUtf8(fromBase64(happened.envelope.payload));
    expect(text).toContain(from);
    const envelope = { ...happened.envelope, payload: base64(utf8(text.replace(from, to))) };
    return caseBundle(toldBut(2, { happened: { ...happened, envelope } }));
  };
  const screened = (at: number, screen: typeof first) => caseBundle(toldBut(at, { happened: { kind: 'viewed', screen } }));

  it.each<[what: string, code: string, bundle: CaseBundle]>([
    ['a decision by another key', 'signature_invalid', resigned({}, { key: 3, effective: false })],
    ['a reason', 'signature_invalid', rewritten('The fair opens today.', 'All is proved.')],
    ['what a reviewer has seen', 'signature_invalid', rewritten('"mode":"asserted"', '"mode":"verified"')],
    ['what a reviewer was shown', 'bundle_malformed', screened(1, { ...first, claims: proved })],
    ['when a reviewer was shown it', 'bundle_malformed', screened(1, { ...first, revision: 3 })],
    ['who was shown it', 'bundle_malformed', caseBundle(toldBut(1, { by: ids.reviewer(2) }))],
    ['how long the log was', 'bundle_malformed', screened(1, { ...first, logSize: 9 })],
    ['what was not verified', 'bundle_malformed', resigned({}, { effective: false, unheard: [] })],
    ['that the gate was open', 'bundle_malformed', resigned({}, { effective: false, gateOpen: true })],
    ['the case that was decided', 'bundle_malformed', resigned({ case: ids.case(2) })],
    ['who decided', 'bundle_malformed', caseBundle(toldBut(2, { by: ids.reviewer(2) }))],
    ['where in the log', 'bundle_malformed', caseBundle(toldBut(2, { place: 7 }))],
  ])('%s is refused as %s', (_, code, bundle) => {
    expect(refused(bundle, alone)).toBe(code);
  });

  it('a reviewer’s key that is not theirs is refused where their own was given', () => {
    const { reviewers, ...forged } = resigned({}, { key: 3, effective: false });
    const bundle = { ...forged, reviewers: reviewers.with(0, { ...at(reviewers, 0), key: hex(keyOf(3).publicKey) }) };
    expect(refused(bundle, { trust: KEYS, ...alone })).toBe(null);
    expect(refused(bundle, alone)).toBe('key_untrusted');
    expect(refused(caseBundle(), { trust: { ...KEYS, reviewers: REVIEWERS.slice(1) } })).toBe('key_untrusted');
  });

  it('is refused by the receipt, where everybody has signed what the evidence had not come to', () => {
    const seen = { ...first, claims: proved };
    const lied = told().with(1, { ...at(told(), 1), happened: { kind: 'viewed', screen: seen } });
    const bundle = caseBundle(lied.with(2, { ...at(lied, 2), happened: decided(1, { ...half, seen }, { effective: false }) }));
    expect(refused(bundle, alone)).toBe(null);
    expect(refused(bundle)).toBe('receipt_mismatch');
  });

  it('is refused by the receipt, where a claim is said to have failed by another addendum, or ahead of it', () => {
    const reopened = (addendumId: string, place = 13) =>
      caseBundle(toldBut(5, { place, happened: { kind: 'reopened', claim: 'mode', addendum: addendumId } }));
    expect(refused(reopened(ids.addendum(2)))).toBe(null);
    for (const n of [1, 3]) expect(refused(reopened(ids.addendum(n)))).toBe('receipt_mismatch');
    expect(refused(reopened(ids.addendum(2), 12), alone)).toBe(null);
    expect(refused(reopened(ids.addendum(2), 12))).toBe('receipt_mismatch');
  });
});

describe('what it is held against', () => {
  it('has to be the receipt that the case is about, with the evidence that had come by then', () => {
    const other = build({ output: { text: 'Something else.' } });
    expect(refused(caseBundle(), { receipt: other.text })).toBe('receipt_mismatch');
    expect(refused(caseBundle(told(), { subject: '00'.repeat(32) }))).toBe('receipt_mismatch');
    expect(refused(caseBundle(), { receipt: BUILT.text })).toBe('receipt_mismatch');
    expect(refused(caseBundle(), { receipt: JSON.stringify({ ...BUILT.bundle, addenda: [stating()] }) })).toBe('receipt_mismatch');
    expect(refused(caseBundle(), { receipt: '{' })).toBe('bundle_malformed');
    expect(refused(caseBundle(toldBut(0, { place: 4 })))).toBe('receipt_mismatch');
  });

  it('has to be trusted: keys, vault', () => {
    expect(refused(caseBundle(), { trust: { verifierKeys: makeService('other').verifierKeys } })).toBe('key_untrusted');
    expect(refused(caseBundle(), { trust: {} })).toBe('key_untrusted');
    expect(refused(caseBundle(), { trust: { ...TRUST, vault: '00'.repeat(32) }, ...alone })).toBe('receipt_mismatch');
    expect(refused(caseBundle(), { trust: { ...TRUST, vault: BUILT.predicate.vault } })).toBe(null);
  });
});
