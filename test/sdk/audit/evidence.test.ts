import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AddendumPredicate } from '../../../schemas/addendum.ts';
import type { CaseEntriesReply, CaseEntry } from '../../../schemas/case.ts';
import type { AddendumBundle } from '../../../schemas/evidence.ts';
import { type Bundle, STATEMENT_PAYLOAD_TYPE } from '../../../schemas/receipt.ts';
import { addEvidence } from '../../../src/app/evidence/add.ts';
import { openCase } from '../../../src/app/cases/open.ts';
import { readCase } from '../../../src/app/cases/read.ts';
import { makeDesk } from '../../../src/app/desks/make.ts';
import { parseEnvelope } from '../../../src/crypto/dsse.ts';
import { signCheckpoint } from '../../../src/log/checkpoint.ts';
import { leafHash } from '../../../src/log/merkle.ts';
import { encodeProof } from '../../../src/log/proof.ts';
import { growTree, proveInclusion, treeRoot } from '../../../src/log/tree.ts';
import { keyId } from '../../../src/log/verifier-key.ts';
import { addendumEntry, buildAddendum, parseAddendum } from '../../../src/receipts/addendum.ts';
import { keyidOf, signReceipt } from '../../../src/receipts/statement.ts';
import { codesOf } from '../../support/audited.ts';
import { BAD, GATE, GOOD, MODEL_SHA256, TestReviewer } from '../../support/desks.ts';
import { AuditStage } from './stage.ts';

let stage: AuditStage;
let receipt: string;

beforeEach(async () => {
  stage = await AuditStage.open();
  await stage.history();
  receipt = (await stage.receipt({ label: 'm', artifact: { sha256: MODEL_SHA256 } })).id;
});
afterEach(() => stage.close());

const handIn = async (evidence: Parameters<typeof addEvidence>[3]['evidence']): Promise<void> => {
  stage.site.world.clock.advance(1000);
  await addEvidence(stage.services, stage.app, receipt, { evidence }, null);
};
const note = (text: string) => ({ kind: 'something-new', text });

/** Three pieces: of an unknown kind, of a model that is the one, and of another. */
async function handInAll(): Promise<void> {
  await handIn({ enclave: note('one') });
  await handIn({ model: GOOD.model });
  await handIn({ model: BAD.model });
}

/** Shows other addenda than there are, in the bundle and, unless told otherwise, as many in the list. */
function show(change: (addenda: readonly AddendumBundle[]) => readonly AddendumBundle[], listed: number | null = null): void {
  let shown = 3;
  stage.auditor.lie = (path, answer) => {
    if (path.startsWith(`/v1/receipts/${receipt}/bundle`)) {
      const { addenda = [], ...bundle } = answer as Bundle;
      const bent = change(addenda);
      shown = bent.length;
      return bent.length === 0 ? bundle : { ...bundle, addenda: bent };
    }
    if (!path.startsWith('/v1/receipts?')) return undefined;
    const list = answer as { receipts: { id: string; addenda: number }[] };
    return { ...list, receipts: list.receipts.map((one) => (one.id === receipt ? { ...one, addenda: listed ?? shown } : one)) };
  };
}

/** An addendum of another statement, signed and logged by the service’s own keys. */
async function forged({ envelope }: AddendumBundle, change: (predicate: AddendumPredicate) => void): Promise<AddendumBundle> {
  const { subject, predicate } = parseAddendum(parseEnvelope(STATEMENT_PAYLOAD_TYPE, envelope).payload);
  change(predicate);
  const { name, key } = stage.site.world.keys.receiptSigner;
  const payload = buildAddendum(subject[0]?.digest.sha256 ?? '', predicate);
  const signed = signReceipt(key, keyidOf({ name, keyId: keyId(name, key.publicKey) }), payload);
  const index = await stage.addEntry(addendumEntry(parseEnvelope(STATEMENT_PAYLOAD_TYPE, signed)));
  return { envelope: signed, proof: await stage.services.log.prove(index) };
}

async function addenda(): Promise<readonly AddendumBundle[]> {
  const { body } = await stage.site.as(stage.auditor.device).get(`/v1/receipts/${receipt}/bundle`);
  return (body as Bundle).addenda ?? [];
}

async function addendum(number: number): Promise<AddendumBundle> {
  return (await addenda())[number - 1] ?? expect.fail(`there is no addendum ${number}`);
}

describe('evidence that came after receipts', () => {
  it('is clean, and each of its entries is accounted for', async () => {
    await handInAll();
    const report = await stage.auditor.audit();
    expect(report.findings).toEqual([]);
    expect(report).toMatchObject({ clean: true, evidence: { count: 3, elsewhere: 0 }, cases: 0, log: { others: 0 } });
  });

  it('is looked at in a later audit, too, and only what is new', async () => {
    await handIn({ enclave: note('one') });
    await stage.auditor.audit();
    await handIn({ model: GOOD.model });
    stage.auditor.asked = 0;
    expect(await stage.auditor.audit(true)).toMatchObject({ clean: true, evidence: { count: 2 }, log: { others: 0 } });
    const after = stage.auditor.asked;
    stage.auditor.asked = 0;
    expect(await stage.auditor.audit(true)).toMatchObject({ clean: true, evidence: { count: 2 } });
    expect(stage.auditor.asked).toBe(after - 1);
  });

  it('is missed where it is left out: of the middle, of the end, and after an audit that has seen it', async () => {
    await handInAll();
    show((all) => all.toSpliced(1, 1), 2);
    expect(codesOf(await stage.auditor.audit())).toEqual(['entry_unexplained', 'evidence_missing']);
    show((all) => all.slice(0, 2), 3);
    expect(codesOf(await stage.auditor.audit())).toEqual(['entry_unexplained', 'evidence_missing']);
    // Told by the log alone, where nothing was seen before.
    show((all) => all.slice(0, 2), 2);
    expect(codesOf(await stage.auditor.audit())).toEqual(['entry_unexplained']);
    show((all) => all);
    await stage.auditor.audit();
    show((all) => all.slice(0, 2), 2);
    expect(codesOf(await stage.auditor.audit(true))).toEqual(['entry_unexplained', 'evidence_missing']);
  });

  it('is missed where another stands in the place of what was there before', async () => {
    await handIn({ enclave: note('one') });
    await stage.auditor.audit();
    const first = await addendum(1);
    const other = await forged(first, () => undefined);
    await handIn({ enclave: note('two') });
    const changed = await forged(await addendum(2), (predicate) => (predicate.number = 2));
    const bent = await forged(first, (predicate) => (predicate.trustSha256 = '0'.repeat(64)));
    expect(other.envelope).toEqual(first.envelope);
    show(() => [bent, changed]);
    expect(codesOf(await stage.auditor.audit(true))).toContain('evidence_missing');
  });

  it('is found where it was altered, or is another receipt’s', async () => {
    await handInAll();
    const altered = (all: readonly AddendumBundle[]) =>
      all.map((one, i) => {
        if (i !== 1) return one;
        const payload = Buffer.from(one.envelope.payload, 'base64').toString().replace('"verified"', '"asserted"');
        return { ...one, envelope: { ...one.envelope, payload: Buffer.from(payload).toString('base64') } };
      });
    show(altered);
    expect(codesOf(await stage.auditor.audit())).toEqual(['entry_unexplained', 'evidence_invalid']);
    show((all) => all.map((one) => (one.evidence === undefined ? one : { ...one, evidence: { ...one.evidence, salt: '0'.repeat(64) } })));
    expect(codesOf(await stage.auditor.audit())).toEqual(['entry_unexplained', 'evidence_invalid']);
    const first = await addendum(1);
    const { id } = await stage.receipt();
    receipt = id;
    show(() => [first]);
    expect(codesOf(await stage.auditor.audit())).toContain('evidence_invalid');
  });

  it('is found where the service gives a claim another status than its evidence comes to', async () => {
    await handInAll();
    const [second, third] = [await addendum(2), await addendum(3)];
    const mended = await forged(third, (predicate) => (predicate.status = 'verified'));
    show((all) => [...all.slice(0, 2), mended]);
    expect(codesOf(await stage.auditor.audit())).toEqual(['entry_unexplained', 'evidence_status']);
    const raised = await forged(second, (predicate) => (predicate.judged.status = 'asserted'));
    show((all) => [all[0] ?? raised, raised]);
    expect(codesOf(await stage.auditor.audit())).toContain('evidence_status');
  });

  it('is found where it is dated before what it came after', async () => {
    await handInAll();
    const last = await addendum(3);
    const early = await forged(last, (predicate) => (predicate.at -= 86_400_000));
    show((all) => [...all.slice(0, 2), early]);
    expect(codesOf(await stage.auditor.audit())).toEqual(['entry_unexplained', 'evidence_order']);
  });

  it('is found where the log’s key has signed another log for it', async () => {
    await handInAll();
    const last = await addendum(3);
    const { logSigner } = stage.site.world.keys;
    const { origin, size } = stage.services.log;
    const entry = addendumEntry(parseEnvelope(STATEMENT_PAYLOAD_TYPE, last.envelope));
    // Not at its own place, which is the last.
    const entries = Array.from({ length: size }, (_, i) => (i === size - 2 ? entry : new Uint8Array(32).fill(i)));
    const tiles = new Map<string, Uint8Array>();
    const reader = { tile: (level: number, index: number) => tiles.get(`${level}/${index}`) ?? new Uint8Array(0) };
    for (const { level, index, bytes } of growTree(0, entries.map(leafHash), reader).tiles) tiles.set(`${level}/${index}`, bytes);
    const checkpoint = signCheckpoint({ origin, size, root: treeRoot(size, reader) }, logSigner);
    const proof = encodeProof({ index: size - 2, hashes: proveInclusion(size - 2, size, reader), checkpoint });
    show((all) => [...all.slice(0, 2), { ...last, proof }]);
    expect(codesOf(await stage.auditor.audit())).toContain('evidence_not_in_log');
  });
});

describe('what happened to cases', () => {
  beforeEach(async () => {
    await makeDesk(stage.services, 'front');
    const ana = await TestReviewer.at(stage.site.url, stage.services, 'front', 'ana');
    await handIn({ model: GOOD.model });
    const { id } = await openCase(
      stage.services,
      stage.app,
      { receipt, gate: { ...GATE, require: [{ claim: 'model', status: 'verified' }] } },
      null,
    );
    await readCase(stage.services, ana.token, id);
    await ana.decide(id, { decision: 'clear' });
    await handIn({ model: BAD.model });
  });

  const bend = (change: (entries: readonly CaseEntry[]) => readonly CaseEntry[]): void => {
    stage.auditor.lie = (path, answer) => {
      if (!path.includes('/case-entries')) return undefined;
      const reply = answer as CaseEntriesReply;
      return { ...reply, entries: change(reply.entries) };
    };
  };

  it('is accounted for, and it is said that nobody but the desks can tell what it was', async () => {
    const report = await stage.auditor.audit();
    expect(report.findings).toEqual([]);
    expect(report).toMatchObject({ clean: true, evidence: { count: 2 }, log: { others: 0 } });
    // Opened, viewed twice at least, decided, reopened.
    expect(report.cases).toBeGreaterThanOrEqual(4);
    expect(report.unknown.join('\n')).toContain(`Whether the ${report.cases} entries that the service names as happenings of cases`);
  });

  it('is found where the log has something else there, and where it is said twice', async () => {
    bend((all) => all.map((one, i) => (i === 1 ? { ...one, entry: '0'.repeat(64) } : one)));
    expect(codesOf(await stage.auditor.audit())).toEqual(['case_not_in_log', 'entry_unexplained']);
    bend((all) => all.map((one, i) => (i === 1 ? { ...one, logIndex: all[0]?.logIndex ?? 0, entry: all[0]?.entry ?? null } : one)));
    expect(codesOf(await stage.auditor.audit())).toEqual(['case_not_in_log', 'entry_unexplained']);
  });

  it('is missed where it is left out, or not shown', async () => {
    bend((all) => all.toSpliced(1, 1));
    expect(codesOf(await stage.auditor.audit())).toEqual(['case_withheld', 'entry_unexplained']);
    bend((all) => all.slice(0, -1));
    expect(codesOf(await stage.auditor.audit())).toEqual(['entry_unexplained']);
    bend((all) => all.map((one, i) => (i === 0 ? { ...one, entry: null, happened: null } : one)));
    expect(codesOf(await stage.auditor.audit())).toEqual(['case_withheld', 'entry_unexplained']);
  });
});
