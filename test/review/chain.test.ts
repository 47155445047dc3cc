import { beforeAll, expect, it } from 'vitest';
import type { CasePredicate } from '../../schemas/case.ts';
import { STATEMENT_PAYLOAD_TYPE } from '../../schemas/receipt.ts';
import { base64, fromBase64, fromUtf8, hex, utf8 } from '../../src/core/bytes.ts';
import { canonicalJson } from '../../src/crypto/canonical.ts';
import { parseEnvelope } from '../../src/crypto/dsse.ts';
import { keyidOf, signReceipt } from '../../src/receipts/statement.ts';
import type { Happening } from '../../src/review/case.ts';
import { type CaseLink, verifyCaseChain } from '../../src/review/chain.ts';
import { gateSha256 } from '../../src/review/gate.ts';
import { buildCaseStatement, caseEntry, parseCaseStatement } from '../../src/review/statement.ts';
import { makeService, proveEntry, SERVICE } from '../receipts/build.ts';
import { gateOf, ids } from './samples.ts';
import { keyOf, PaperDesk } from './service.ts';

const ENTRY = 'cd'.repeat(32);
const TRUST = { verifierKeys: SERVICE.verifierKeys };
const REVIEWERS = new Map([1, 2].map((n) => [ids.reviewer(n), keyOf(n).publicKey]));

/** What is bent before a statement is signed, by its number. */
interface Bent {
  readonly at?: number;
  readonly predicate?: (predicate: CasePredicate) => Partial<CasePredicate>;
  readonly subject?: string;
  readonly place?: number;
  readonly service?: typeof SERVICE;
}

let happenings: readonly Happening[];

beforeAll(() => {
  const desk = new PaperDesk(gateOf({ claim: 'settlement' }));
  desk.view(1);
  const half = desk.decide({ decision: 'clear', reviewer: 1, override: { second: null } });
  desk.decide({ decision: 'clear', reviewer: 2, override: { second: half } });
  desk.add({ claim: 'settlement', status: 'failed' });
  happenings = desk.happenings;
});

/** A case's statements as a service signs and logs them, or as one bends them. */
function chain(told: readonly Happening[] = happenings, bent: Bent = {}): CaseLink[] {
  let previous: string | null = null;
  return told.map(({ number, at, by, happened }, place) => {
    const predicate: CasePredicate = { case: ids.case(1), receipt: ids.receipt(1), number, previous, at, by, happened };
    const { predicate: bend, subject, place: other, service = SERVICE } = bent.at === place ? bent : {};
    const payload = buildCaseStatement(subject ?? ENTRY, { ...predicate, ...bend?.(predicate) });
    const envelope = signReceipt(service.receiptKey, keyidOf(service.receipt), payload);
    const entry = caseEntry(parseEnvelope(STATEMENT_PAYLOAD_TYPE, envelope));
    previous = hex(entry);
    return { envelope, proof: proveEntry(service, entry, other ?? 4 + place, 7) };
  });
}

function refusal(links: readonly CaseLink[], reviewers: ReadonlyMap<string, Uint8Array> = REVIEWERS): unknown {
  try {
    return verifyCaseChain(links, { ...TRUST, reviewers });
  } catch (error) {
    return error;
  }
}

it('shows how a case came to stand as it does, and who decided, with the reviewers’ keys and the log’s', () => {
  const shown = verifyCaseChain(chain(), { ...TRUST, reviewers: REVIEWERS });
  expect(shown).toMatchObject({ case: ids.case(1), receipt: ids.receipt(1), receiptEntry: ENTRY, unsigned: [] });
  expect(shown.folded).toMatchObject({ state: 'hold', reopened: 1, override: { second: ids.reviewer(2) } });
  expect(shown.happenings.map(({ logIndex }) => logIndex)).toEqual([4, 5, 6, 7, 8]);
  const first = happenings[2]?.happened;
  expect(verifyCaseChain(chain(), TRUST).unsigned).toHaveLength(2);
  expect(first?.kind).toBe('decided');
  expect(verifyCaseChain(chain(happenings.slice(0, 4)), TRUST).folded.state).toBe('clear');
});

it('refuses a chain with something left out, in another order, or of another case', () => {
  const [zero, one, two, three] = chain();
  if (zero === undefined || one === undefined || two === undefined || three === undefined) throw new Error('a chain');
  const broken = { code: 'bundle_malformed' };
  for (const links of [[], [one, two], [zero, two], [zero, one, three], [zero, two, one], [zero, zero]])
    expect(refusal(links)).toMatchObject(broken);
  const changes: Partial<CasePredicate>[] = [
    { case: ids.case(2) },
    { receipt: ids.receipt(2) },
    { number: 7 },
    { previous: '00'.repeat(32) },
  ];
  const bent = changes.map((change): Bent => ({ predicate: () => change }));
  for (const bend of [...bent, { subject: '00'.repeat(32) }])
    for (const at of [0, 2]) expect(refusal(chain(happenings, { ...bend, at }))).toMatchObject(broken);
  expect(refusal(chain(happenings, { at: 1, place: 4 }))).toMatchObject(broken);
  expect(refusal(chain(happenings, { at: 2, predicate: () => ({ by: ids.reviewer(3) }) }))).toMatchObject(broken);
});

it('refuses a gate that is another than its hash, and decisions that were made about something else', () => {
  const [opened] = happenings;
  if (opened?.happened.kind !== 'opened') throw new Error('opened');
  const gate = gateOf({ claim: 'payment' });
  const swapped = { ...opened, happened: { ...opened.happened, gate } };
  expect(refusal(chain([swapped, ...happenings.slice(1)]))).toMatchObject({ code: 'bundle_malformed' });
  const agreed = { ...opened, happened: { ...opened.happened, gate, gateSha256: gateSha256(gate) } };
  expect(refusal(chain([agreed, ...happenings.slice(1)]))).toMatchObject({ code: 'bundle_malformed' });
  expect(refusal(chain([agreed, ...happenings.slice(1, 2)]))).toMatchObject({ folded: { gate } });
});

it('refuses what neither the service nor the reviewers have signed, and what is not in the log', () => {
  const mine = makeService('log.example/other');
  expect(refusal(chain(happenings, { at: 1, service: mine }))).toMatchObject({ code: 'key_untrusted' });
  expect(refusal(chain(), new Map([[ids.reviewer(1), keyOf(3).publicKey]]))).toMatchObject({ code: 'signature_invalid' });
  const links = chain();
  const [zero, one, ...rest] = links;
  if (zero === undefined || one === undefined) throw new Error('a chain');
  expect(refusal([zero, { ...one, proof: zero.proof }, ...rest])).toMatchObject({ code: 'proof_invalid' });
  const payload = fromUtf8(fromBase64(one.envelope.payload)).replace('"gateOpen":false', '"gateOpen":true');
  expect(refusal([zero, { ...one, envelope: { ...one.envelope, payload: base64(utf8(payload)) } }, ...rest])).toMatchObject({
    code: 'signature_invalid',
  });
});

it('is spelt in one way', () => {
  const [zero] = chain();
  const text = fromUtf8(fromBase64(zero?.envelope.payload ?? ''));
  expect(text).toContain(`"subject":[{"digest":{"sha256":"${ENTRY}"},"name":"receipt"}]`);
  expect(text).toContain('"at":"2026-11-21T12:00:00.000Z"');
  const malformed = expect.objectContaining({ code: 'bundle_malformed' });
  const again = (change: (value: string) => string) => (): unknown => parseCaseStatement(utf8(change(text)));
  expect(again((value) => value)()).toMatchObject({ predicate: { number: 0 } });
  expect(again((value) => ` ${value}`)).toThrow(malformed);
  expect(again((value) => value.replace('12:00:00.000Z', '12:00:00Z'))).toThrow(malformed);
  expect(again((value) => value.replace(',"status":"verified"', ''))).toThrow(malformed);
  expect(again((value) => value.replace('"number":0', '"more":1,"number":0'))).toThrow(malformed);
  expect(() => parseCaseStatement(canonicalJson({}))).toThrow(malformed);
});

it('has an entry in the log, and a gate a hash, that other implementations come to as well', () => {
  const [zero] = chain();
  if (zero === undefined) throw new Error('a chain');
  expect(hex(caseEntry(parseEnvelope(STATEMENT_PAYLOAD_TYPE, zero.envelope)))).toBe(
    '1557bfae898a9345ac90b04c1be43b879bb3bcc1a93720f0cb91b1949f79334b',
  );
  expect(gateSha256(gateOf({ claim: 'settlement' }))).toBe('113483932ae822c533c4547b7bd50a2967a74951c6b686adcbdaa400a2013d42');
});
