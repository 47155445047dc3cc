import { describe, expect, it } from 'vitest';
import type { CaseBundle } from '../../schemas/case-bundle.ts';
import type { Seen } from '../../schemas/decision.ts';
import type { GatePolicy } from '../../schemas/gate.ts';
import { STATEMENT_PAYLOAD_TYPE } from '../../schemas/receipt.ts';
import { hex } from '../../src/core/bytes.ts';
import { parseEnvelope } from '../../src/crypto/dsse.ts';
import { signBytes, signingKeyFromSeed } from '../../src/crypto/ed25519.ts';
import { Redacted } from '../../src/core/redacted.ts';
import { encodeCosignerKey } from '../../src/log/cosigner-key.ts';
import { encodeKeyHistory, signKeyStatement, statementHash } from '../../src/log/key-history.ts';
import { EMPTY_ROOT } from '../../src/log/merkle.ts';
import { encodeVerifierKey, verifierKey } from '../../src/log/verifier-key.ts';
import { receiptEntry } from '../../src/receipts/statement.ts';
import { gateSha256 } from '../../src/review/gate.ts';
import { type CaseBundleTrust, verifyCaseBundle } from '../../src/review/verify-case.ts';
import { makeCosigner } from '../log/cosigner.ts';
import { BUILT } from '../receipts/addendum-sample.ts';
import { build, bytesOf, makeService, NOON, SERVICE } from '../receipts/build.ts';
import { caseBundle, claimsWith, decided, failing, openedWith, RECEIPT_TEXT, seenAt, stating, told, toldBut } from './case-sample.ts';
import { gateOf, ids } from './samples.ts';

const TRUST: CaseBundleTrust = { verifierKeys: SERVICE.verifierKeys };
const AT = NOON + 3_600_000;
const verify = (bundle: CaseBundle, receipt?: string, trust = TRUST) => verifyCaseBundle(JSON.stringify(bundle), trust, AT, { receipt });
const early = (bundle: CaseBundle, receipt?: string) =>
  verify(bundle, receipt).steps.flatMap(({ happened }) => (happened.kind === 'decided' ? [happened.beforeProof] : []));
const coded = (code: string): unknown => expect.objectContaining({ code });

/** A case under a gate of its own: one reviewer looks, and decides. */
function underGate(
  gate: GatePolicy,
  decision: 'clear' | 'reject',
  seen: Seen,
  { gateOpen = false, absent = [] as readonly string[] } = {},
): ReturnType<typeof told> {
  const [opened, viewed, made] = told();
  if (opened === undefined || viewed === undefined || made === undefined) throw new Error('a case');
  const override = decision === 'clear' && !gateOpen ? { second: null } : null;
  const unheard = Object.entries(seen.claims).flatMap(([claim, status]) =>
    status === 'verified' || (status === 'absent' && !absent.includes(claim)) ? [] : [{ claim, status }],
  );
  const payload = { decision, seen, override, gateSha256: gateSha256(gate) };
  return [
    { ...opened, happened: openedWith(gate) },
    { ...viewed, happened: { kind: 'viewed', screen: seen } },
    { ...made, happened: decided(1, payload, { gateOpen, effective: override === null, unheard }) },
  ];
}

describe('what was shown', () => {
  it('is of no longer log than there was, also where nobody decided on it', () => {
    const looked = (logSize: number) =>
      caseBundle(toldBut(7, { happened: { kind: 'viewed', screen: seenAt(9, logSize, 'failed') } }).slice(0, 8));
    expect(verify(looked(15)).state).toBe('hold');
    expect(() => verify(looked(16))).toThrow(coded('bundle_malformed'));
  });

  it('is what the evidence had come to, also where nobody decided on it', () => {
    const lied = caseBundle(toldBut(7, { happened: { kind: 'viewed', screen: seenAt(9, 15, 'pending') } }).slice(0, 8));
    expect(verify(lied).state).toBe('hold');
    expect(() => verify(lied, RECEIPT_TEXT)).toThrow(coded('receipt_mismatch'));
  });

  it('is not held against a receipt whose bundle does not hold itself', () => {
    const { bundle } = BUILT;
    const bent = { ...bundle, disclosures: { ...bundle.disclosures, tags: bundle.disclosures.tags.toReversed() } };
    const receipt = JSON.stringify({ ...bent, addenda: [stating(), failing()] });
    expect(() => verify(caseBundle(), receipt)).toThrow(coded('disclosure_mismatch'));
  });

  it('does not have a gate open by a check that the evidence has not had', () => {
    const gate = gateOf({ claim: 'mode', check: 'mode' });
    const cleared = caseBundle(underGate(gate, 'clear', seenAt(2, 8, 'asserted'), { gateOpen: true }));
    expect(verify(cleared).state).toBe('clear');
    expect(() => verify(cleared, RECEIPT_TEXT)).toThrow(coded('receipt_mismatch'));
    const asserted = gateOf({ claim: 'mode', check: 'mode', status: 'asserted' });
    expect(verify(caseBundle(underGate(asserted, 'clear', seenAt(2, 8, 'asserted'), { gateOpen: true })), RECEIPT_TEXT).state).toBe(
      'clear',
    );
  });
});

describe('whether it was before proof', () => {
  const fact = gateOf({ claim: 'memory', fact: 'rows', oneOf: ['1'] });
  const seen = { ...seenAt(2, 8, 'asserted'), claims: claimsWith('asserted') };

  it('shows by the statements alone where the gate asks for what was not there, or that came later', () => {
    expect(early(caseBundle(told().slice(0, 5)))).toEqual([true, true]);
    const other = gateOf({ claim: 'memory' });
    const bare = underGate(other, 'clear', seen, { gateOpen: true });
    expect(early(caseBundle(bare))).toEqual([null]);
    const [reopened] = told().slice(5);
    if (reopened === undefined) throw new Error('a reopening');
    expect(early(caseBundle([...bare, reopened]))).toEqual([true]);
    const looked = { by: ids.reviewer(1), place: 14, happened: { kind: 'viewed', screen: seenAt(4, 14, 'verified') } } as const;
    expect(early(caseBundle([...bare, looked]))).toEqual([true]);
  });

  it('is told by the receipt, but for a fact that nobody has signed where the gate was shut', () => {
    const receipt = JSON.stringify({ ...BUILT.bundle, addenda: [stating()] });
    expect(early(caseBundle(underGate(fact, 'clear', seen, { gateOpen: true })), receipt)).toEqual([false]);
    expect(early(caseBundle(underGate(fact, 'reject', seen)), receipt)).toEqual([null]);
    expect(early(caseBundle(underGate(fact, 'reject', seen)), RECEIPT_TEXT)).toEqual([true]);
  });
});

describe('the log', () => {
  // Another log, and the same signer of receipts.
  const OLD = { ...makeService('old'), receiptKey: SERVICE.receiptKey, receipt: SERVICE.receipt };
  const operator = signingKeyFromSeed(new Redacted(bytesOf('operator')));
  const root = verifierKey('memsync.example/operator', operator.publicKey);

  /** The operator's word for the keys of one log, and then of another. */
  function historyOf(): string {
    const notes: string[] = [];
    for (const [number, service] of [OLD, SERVICE].entries()) {
      const before = notes.at(-1);
      const previous = before === undefined ? null : statementHash(before);
      const keys = { origin: service.log.name, log: service.log, receipts: service.receipt, root };
      const statement = { ...keys, number, previous, at: NOON + number * 3_000_000, size: 0, logRoot: EMPTY_ROOT };
      const signer = { name: root.name, publicKey: root.publicKey, sign: (message: Uint8Array) => signBytes(operator, message) };
      notes.push(signKeyStatement(statement, signer));
    }
    return encodeKeyHistory(notes);
  }
  const trust = { root: encodeVerifierKey(root), keyHistory: historyOf() };

  it('is one for the whole case, by whatever keys', () => {
    expect(verify(caseBundle(), RECEIPT_TEXT, trust).stated).toMatchObject({ log: 1, receipts: 1 });
    const inLog = (logOf: (number: number) => typeof SERVICE) => verify(caseBundle(told(), {}, logOf), undefined, trust);
    expect(inLog(() => OLD).log.origin).toBe(OLD.log.name);
    expect(() => inLog((number) => (number < 3 ? OLD : SERVICE))).toThrow(
      /^The case’s statements are no chain: statement 3 is in another log/,
    );
  });

  it('that had the receipt before comes before all that the case’s own has, however long it was', () => {
    const { bundle } = build({ service: OLD, before: 90 });
    const subject = hex(receiptEntry(parseEnvelope(STATEMENT_PAYLOAD_TYPE, bundle.envelope)));
    const elsewhere = { service: OLD, subject };
    const receipt = JSON.stringify({ ...bundle, addenda: [stating({ ...elsewhere, place: 95 }), failing({ subject })] });
    expect(verify(caseBundle(told(), { subject }), receipt, trust).reopened).toBe(1);
  });

  it('has to be cosigned as the policy asks', () => {
    const policy = (quorum: string) => `log ${encodeVerifierKey(SERVICE.log)}\n${quorum}\n`;
    expect(verify(caseBundle(), undefined, { ...TRUST, witnesses: policy('quorum none') }).witnesses).toMatchObject({ met: true });
    const asked = policy(`witness w1 ${encodeCosignerKey(makeCosigner('w1.example', 31).key)}\nquorum w1`);
    expect(() => verify(caseBundle(), undefined, { ...TRUST, witnesses: asked })).toThrow(coded('witnesses_missing'));
  });
});
