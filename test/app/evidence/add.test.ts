import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EvidenceRequest } from '../../../schemas/claims.ts';
import { LIMITS } from '../../../schemas/limits.ts';
import { ADDENDUM_PREDICATE_TYPE } from '../../../schemas/addendum.ts';
import { STATEMENT_PAYLOAD_TYPE } from '../../../schemas/receipt.ts';
import { addEvidence } from '../../../src/app/evidence/add.ts';
import { readClaims } from '../../../src/app/evidence/read.ts';
import { readStanding } from '../../../src/app/evidence/standing.ts';
import { listReceipts } from '../../../src/app/list-receipts.ts';
import { readReceipt } from '../../../src/app/receipts.ts';
import { formatInstant } from '../../../src/core/instant.ts';
import { hex } from '../../../src/core/bytes.ts';
import { parseEnvelope } from '../../../src/crypto/dsse.ts';
import { verifyBytes } from '../../../src/crypto/ed25519.ts';
import { leafHash } from '../../../src/log/merkle.ts';
import { verifyProof } from '../../../src/log/proof.ts';
import { verifierKey } from '../../../src/log/verifier-key.ts';
import { addendumEntry, evidenceDigest, parseAddendum } from '../../../src/receipts/addendum.ts';
import { receiptEntry } from '../../../src/receipts/statement.ts';
import { isMemSyncError } from '../../../src/core/errors.ts';
import type { TestOwner } from '../../support/owner.ts';
import type { World } from '../../support/world.ts';
import { answered, stubbedWorld, TEXT } from './answered.ts';

let world: World;
let owner: TestOwner;
let app: string;
let device: string;
beforeEach(async () => {
  world = await stubbedWorld();
  owner = await world.owner();
  app = await owner.grant();
  device = await owner.device();
});
afterEach(() => world.close());

const stub = (comes: string, facts?: Record<string, string>) => ({ kind: 'stub', comes, ...(facts === undefined ? {} : { facts }) });
const add = (id: string, evidence: EvidenceRequest['evidence'], token = app, key: string | null = null) =>
  addEvidence(world.services, token, id, { evidence }, key);
const claim = async (id: string, name: string) => {
  const { claims } = await readClaims(world.services, app, id);
  const found = claims.find((one) => one.claim === name);
  if (found === undefined) throw new Error(`there is no claim ${name}`);
  return found;
};
/** The code that it is refused with. */
const refusal = async (done: Promise<unknown>): Promise<string> => {
  const error: unknown = await done.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  return isMemSyncError(error) ? error.code : String(error);
};
const vaultInMemory = () => {
  const vault = world.services.vaults.open.get(owner.vault);
  if (vault === undefined) throw new Error('the vault is not in memory');
  return vault;
};
const storedReceipt = async (id: string) => {
  const stored = await world.services.store.receipt(owner.vault, id);
  if (stored === null) throw new Error('there is no receipt');
  return stored;
};
const size = () => world.services.log.size;

describe('evidence that comes later', () => {
  it('for several claims at once leaves them all as they are read afterwards', async () => {
    const { id } = await answered(world, app);
    await add(id, { settlement: stub('pending', { of: 'one' }), mode: { kind: 'something-new' } });
    const { claims } = await add(id, {
      settlement: stub('asserted', { of: 'another' }),
      mode: { kind: 'something-newer' },
      route: { kind: 'route-declaration', path: 'direct' },
    });
    expect(claims).toEqual((await readClaims(world.services, app, id)).claims);
    expect(claims.find((one) => one.claim === 'settlement')?.status).toBe('failed');
    expect(claims.find((one) => one.claim === 'mode')?.history.map(({ reason }) => reason)).toEqual(['issued', 'evidence', 'evidence']);
  });

  it('moves its own claim on in the log’s order, whatever the clock says, and no other', async () => {
    const { id, claims: atIssue } = await answered(world, app);
    for (const [comes, minutes] of [
      ['asserted', 2],
      ['pending', -600],
      ['verified', 1],
    ] as const) {
      world.clock.set(world.clock.now() + minutes * 60_000);
      const { added, claims } = await add(id, { settlement: stub(comes) });
      expect(added).toMatchObject([{ claim: 'settlement', judged: comes, status: comes, logIndex: size() - 1 }]);
      expect(claims.filter((one) => one.claim !== 'settlement')).toMatchObject(atIssue.filter((one) => one.claim !== 'settlement'));
    }
    const { history, status, evidence } = await claim(id, 'settlement');
    expect(status).toBe('verified');
    expect(history.map((step) => step.status)).toEqual(['absent', 'asserted', 'pending', 'verified']);
    expect(history.map((step) => step.logIndex)).toEqual(history.map((step) => step.logIndex).toSorted((a, b) => a - b));
    // The clock went back by ten hours; what the log holds did not.
    const times = history.map((step) => Date.parse(step.at));
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(history[0]).toMatchObject({ reason: 'issued', addendum: null, trustSha256: null });
    expect(history.slice(1).every((step) => step.trustSha256 === world.services.claimTrust.sha256)).toBe(true);
    expect(evidence).toHaveLength(3);
    // None of it is the answer's, so the receipt as it was signed says what it said.
    const { receipts } = await listReceipts(world.services, app, {});
    expect(receipts[0]?.claims).toMatchObject({ settlement: 'verified', payment: 'absent', memory: 'verified' });
    const shown = await readReceipt(world.services, app, id);
    expect(shown.claims.find((one) => one.claim === 'settlement')?.status).toBe('verified');
  });

  it('that states a fact otherwise fails its claim for good, and what is verified afterwards does not bring it back', async () => {
    const { id } = await answered(world, app);
    await add(id, { settlement: stub('verified', { root: 'a' }) });
    const { claims, added } = await add(id, { settlement: stub('verified', { root: 'b' }) });
    expect(added).toMatchObject([{ judged: 'verified', status: 'failed' }]);
    expect(claims.find((one) => one.claim === 'settlement')?.checks).toContainEqual(
      expect.objectContaining({ check: 'contradiction', status: 'failed' }),
    );
    await add(id, { settlement: stub('verified', { root: 'a', leaf: 'c' }) });
    expect((await claim(id, 'settlement')).status).toBe('failed');
    expect((await claim(id, 'payment')).status).toBe('absent');
  });

  it('adds nothing where it is the very same, and answers as before; for another claim it is another', async () => {
    const { id } = await answered(world, app);
    const first = await add(id, { settlement: { kind: 'stub', comes: 'asserted', facts: { a: '1' } } });
    const before = size();
    // Another order of keys is the same JSON.
    const again = await add(id, { settlement: { facts: { a: '1' }, comes: 'asserted', kind: 'stub' } });
    expect(again).toEqual(first);
    expect(size()).toBe(before);
    const mixed = await add(id, { payment: stub('asserted', { a: '1' }), settlement: stub('asserted', { a: '1' }) });
    expect(mixed.added.map((one) => one.claim).toSorted()).toEqual(['payment', 'settlement']);
    expect(size()).toBe(before + 1);
    expect((await claim(id, 'settlement')).history).toHaveLength(2);
    await world.restart();
    expect((await add(id, { settlement: stub('asserted', { a: '1' }) })).added).toEqual(first.added);
    expect(size()).toBe(before + 1);
  });

  it('is taken once under one idempotency key, and never two things', async () => {
    const { id } = await answered(world, app);
    const first = await add(id, { settlement: stub('asserted') }, app, 'k1');
    await add(id, { settlement: stub('verified') });
    const again = await add(id, { settlement: stub('asserted') }, app, 'k1');
    expect(again.added).toEqual(first.added);
    expect(await refusal(add(id, { settlement: stub('failed') }, app, 'k1'))).toBe('idempotency_conflict');
    expect((await claim(id, 'settlement')).status).toBe('verified');
  });

  it('is taken whole or not at all', async () => {
    const { id } = await answered(world, app);
    const before = size();
    const good = { payment: stub('verified') };
    expect(await refusal(add(id, { ...good, wisdom: stub('verified') }))).toBe('claim_unknown');
    expect(await refusal(add(id, { ...good, settlement: { kind: 'stub', comes: 'verified', big: 2 ** 60 } }))).toBe('evidence_malformed');
    expect(await refusal(add(id, { ...good, settlement: stub('misplaced') }))).toBe('evidence_misplaced');
    expect(size()).toBe(before);
    expect((await claim(id, 'payment')).history).toHaveLength(1);
  });

  it('of a kind that nobody knows is kept, and asserted', async () => {
    const { id } = await answered(world, app);
    const { claims } = await add(id, { enclave: { kind: 'quantum.seal', of: ['anything'] } });
    expect(claims.find((one) => one.claim === 'enclave')).toMatchObject({ status: 'asserted', evidence: [{ kind: 'quantum.seal' }] });
  });

  it('that is pending is looked at again after a minute', async () => {
    const { id } = await answered(world, app);
    const { claims, added } = await add(id, { settlement: stub('pending'), payment: stub('asserted') });
    const at = claims.find((one) => one.claim === 'settlement')?.history.at(-1)?.at ?? '';
    const due = await world.services.store.addenda.dueOf(owner.vault, id);
    expect(due).toEqual([
      { receipt: id, number: added.findIndex((one) => one.claim === 'settlement') + 1, dueAt: Date.parse(at) + 60_000, looks: 0 },
    ]);
    expect((await claim(id, 'settlement')).nextLookAt).toBe(formatInstant(Date.parse(at) + 60_000));
    expect((await claim(id, 'payment')).nextLookAt).toBeNull();
  });

  it('is judged by the context block as long as it is there', async () => {
    const { id, rows } = await answered(world, app);
    const kept = (await add(id, { settlement: { ...stub('context'), note: TEXT } })).added;
    expect(kept).toMatchObject([{ judged: 'verified' }]);
    await owner.post('erased', { scope: 'rows', rows: [rows[0]?.row ?? ''] });
    const gone = (await add(id, { payment: { ...stub('context'), note: TEXT } })).added;
    expect(gone).toMatchObject([{ judged: 'failed' }]);
    // The artefact went with the row; that it was there, and what it came to, did not. The same again is still the same.
    expect((await claim(id, 'settlement')).history.at(-1)).toMatchObject({ judged: 'verified', evidence: { erased: true } });
    expect((await claim(id, 'payment')).history.at(-1)).toMatchObject({ evidence: { erased: false } });
    const { addenda } = (await readReceipt(world.services, app, id)).bundle;
    expect(addenda?.map(({ evidence }) => evidence !== undefined)).toEqual([false, true]);
    expect((await add(id, { settlement: { ...stub('context'), note: TEXT } })).added).toEqual(kept);
  });

  it('is judged anew where a row is erased while it waits to be written', async () => {
    const { id, rows } = await answered(world, app);
    const { facts } = await readStanding(world.services, vaultInMemory(), await storedReceipt(id));
    const { writer, judge } = world.services;
    let open = (): void => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    const held = writer.enter({ prepare: () => gate, build: () => null });
    const erased = owner.post('erased', { scope: 'rows', rows: [rows[0]?.row ?? ''] });
    for (let i = 0; i < 20; i += 1) await new Promise((resolve) => setImmediate(resolve));
    const added = add(id, { settlement: { ...stub('context'), note: TEXT } });
    for (let i = 0; i < 4; i += 1) await judge.judge('route', { artifact: { kind: 'note' }, gathered: undefined, receipt: facts }, 0);
    open();
    await Promise.all([held, erased]);
    expect((await added).added).toMatchObject([{ judged: 'failed' }]);
    expect((await claim(id, 'settlement')).history).toHaveLength(2);
  });

  it('from thirty at once shares commits, each on top of the one before', async () => {
    const [one, other] = [await answered(world, app), await answered(world, app)];
    const { writer, judge } = world.services;
    let open = (): void => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    const held = writer.enter({ prepare: () => gate, build: () => null });
    const done = Array.from({ length: 30 }, (_, n) => add((n % 2 === 0 ? one : other).id, { route: { kind: 'note', n } }));
    // Whoever is judged after them all has them all waiting for the writer.
    const { facts } = await readStanding(world.services, vaultInMemory(), await storedReceipt(one.id));
    for (let i = 0; i < 4; i += 1) await judge.judge('route', { artifact: { kind: 'note' }, gathered: undefined, receipt: facts }, 0);
    for (let i = 0; i < 20; i += 1) await new Promise((resolve) => setImmediate(resolve));
    const { commits } = writer.counts;
    open();
    await held;
    const added = (await Promise.all(done)).flatMap((reply) => reply.added.map(({ logIndex }) => logIndex));
    expect(new Set(added).size).toBe(30);
    expect(writer.counts.commits - commits).toBeLessThan(8);
    for (const { id } of [one, other]) expect((await claim(id, 'route')).history).toHaveLength(16);
  });

  it('ends with so many pieces', async () => {
    const { id, claims } = await answered(world, app);
    const evidence = (n: number) => Object.fromEntries(claims.map(({ claim: name }) => [name, { kind: 'note', n }]));
    for (let n = 0; n < LIMITS.addenda / claims.length; n += 20)
      await Promise.all(Array.from({ length: 20 }, (_, i) => add(id, evidence(n + i))));
    expect(await refusal(add(id, { enclave: { kind: 'note', n: -1 } }))).toBe('evidence_full');
    expect((await claim(id, 'enclave')).history).toHaveLength(LIMITS.addenda / claims.length + 1);
    const { bundle } = await readReceipt(world.services, app, id);
    expect(bundle.addenda).toHaveLength(LIMITS.addenda);
  }, 60_000);
});

describe('an addendum', () => {
  it('is a statement about the receipt, signed and in the log, that opens to its evidence for whoever sees all', async () => {
    const { id, bundle: issued } = await answered(world, app);
    const artifact = stub('verified', { root: 'a' });
    await add(id, { settlement: artifact });
    const { bundle } = await readReceipt(world.services, app, id);
    const { addenda, ...rest } = bundle;
    expect(rest.envelope).toEqual(issued.envelope);
    expect(addenda).toHaveLength(1);
    const [one] = addenda ?? [];
    if (one?.evidence === undefined) throw new Error('there is no evidence');
    const signed = parseEnvelope(STATEMENT_PAYLOAD_TYPE, one.envelope);
    const { predicate, subject, predicateType } = parseAddendum(signed.payload);
    expect(predicateType).toBe(ADDENDUM_PREDICATE_TYPE);
    expect(subject[0]?.digest.sha256).toBe(hex(receiptEntry(parseEnvelope(STATEMENT_PAYLOAD_TYPE, issued.envelope))));
    expect(one.evidence.artifact).toEqual(artifact);
    expect(predicate.evidence).toEqual({ kind: 'stub', digest: hex(evidenceDigest(one.evidence)) });
    expect(predicate).toMatchObject({ receipt: id, vault: owner.vault, number: 1, reason: 'evidence', of: null, status: 'verified' });
    const { logSigner } = world.keys;
    const log = verifierKey(logSigner.name, logSigner.publicKey);
    expect(verifyProof(one.proof, leafHash(addendumEntry(signed)), log, verifyBytes).index).toBe(size() - 1);
  });
});

describe('who may', () => {
  it('the app whose receipt it is, devices and who reviews; and nobody else', async () => {
    const { id } = await answered(world, app);
    const other = await owner.grant({ label: 'another' });
    const reviewer = await owner.grant({ label: 'reviewer', capabilities: ['review'] });
    const writer = await owner.grant({ label: 'writer', capabilities: ['remember'] });
    expect(await refusal(add(id, { payment: stub('failed') }, other))).toBe('receipt_unknown');
    expect(await refusal(readClaims(world.services, other, id))).toBe('receipt_unknown');
    expect(await refusal(add(id, { payment: stub('failed') }, writer))).toBe('capability_missing');
    const stranger = await (await world.owner()).device();
    expect(await refusal(add(id, { payment: stub('failed') }, stranger))).toBe('receipt_unknown');
    expect((await claim(id, 'payment')).status).toBe('absent');
    await add(id, { payment: stub('asserted') }, device);
    await add(id, { payment: stub('verified') }, reviewer);
    const by = (await claim(id, 'payment')).history.map((step) => step.by);
    expect(new Set(by).size).toBe(3);
    expect((await readClaims(world.services, reviewer, id)).claims).toHaveLength(10);
  });
});
