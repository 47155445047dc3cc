import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ReceiptRequest } from '../../../schemas/receipt.ts';
import { addEvidence } from '../../../src/app/evidence/add.ts';
import { readClaims } from '../../../src/app/evidence/read.ts';
import { issueReceipt } from '../../../src/app/issue-receipt.ts';
import { listReceipts } from '../../../src/app/list-receipts.ts';
import { readReceipt } from '../../../src/app/receipts.ts';
import { retrieve } from '../../../src/app/retrieve.ts';
import { formatInstant } from '../../../src/core/instant.ts';
import type { TestOwner } from '../../support/owner.ts';
import type { World } from '../../support/world.ts';
import { answered, stubbedWorld, TEXT } from './answered.ts';

let world: World;
let owner: TestOwner;
let app: string;
beforeEach(async () => {
  world = await stubbedWorld();
  owner = await world.owner();
  app = await owner.grant();
});
afterEach(() => world.close());

const stub = (comes: string, more: object = {}) => ({ kind: 'stub', comes, ...more });
const add = (id: string, evidence: NonNullable<ReceiptRequest['evidence']>) => addEvidence(world.services, app, id, { evidence }, null);

describe('evidence that comes with a receipt', () => {
  it('goes into the log right after it, in one commit, and is judged by the answer that it came with', async () => {
    await answered(world, app);
    const { commits } = world.services.writer.counts;
    const evidence = { payment: stub('verified'), settlement: stub('context', { note: TEXT }) };
    const { id, bundle, claims } = await answered(world, app, { evidence });
    // What it was asked about is remembered and retrieved in commits of their own.
    expect(world.services.writer.counts.commits - commits).toBeLessThanOrEqual(3);
    const stood = Object.fromEntries(claims.map(({ claim, status }) => [claim, status]));
    expect(stood).toMatchObject({ payment: 'verified', settlement: 'verified', route: 'absent', memory: 'verified' });
    expect(bundle.addenda).toHaveLength(2);
    expect(await readReceipt(world.services, app, id)).toMatchObject({ claims, bundle: { addenda: bundle.addenda } });
    const { claims: standing, issuedAt } = await readClaims(world.services, app, id);
    const { history } = standing.find(({ claim }) => claim === 'payment') ?? { history: [] };
    expect(history.map(({ status, reason }) => [status, reason])).toEqual([
      ['absent', 'issued'],
      ['verified', 'evidence'],
    ]);
    expect((history[1]?.logIndex ?? 0) - (history[0]?.logIndex ?? 0)).toBeLessThanOrEqual(2);
    expect(history[1]?.at).toBe(issuedAt);
    // The receipt itself was signed without it.
    const signed = JSON.parse(Buffer.from(bundle.envelope.payload, 'base64').toString()) as { predicate: { claims: unknown } };
    expect(signed.predicate.claims).toContainEqual({ claim: 'payment', status: 'absent', checks: [], evidence: [] });
  });

  it('leaves nothing where any of it does not read; the retrieval is still there to be answered', async () => {
    const { id: retrievalId } = await retrieve(world.services, app, { query: 'Which nuts?' });
    const request = { retrievalId, model: { label: 'some-model' }, output: { text: 'None.' } };
    const size = world.services.log.size;
    for (const [evidence, code] of [
      [{ payment: stub('verified'), wisdom: stub('verified') }, 'claim_unknown'],
      [{ payment: stub('verified'), route: stub('misplaced') }, 'evidence_misplaced'],
      [{ payment: { kind: 'stub', big: 2 ** 60 } }, 'evidence_malformed'],
    ] as const) {
      await expect(issueReceipt(world.services, app, { ...request, evidence }, null)).rejects.toMatchObject({ code });
    }
    expect(world.services.log.size).toBe(size);
    expect((await listReceipts(world.services, app, {})).receipts).toEqual([]);
    await issueReceipt(world.services, app, { ...request, evidence: { payment: stub('asserted') } }, null);
    await expect(issueReceipt(world.services, app, { ...request, evidence: { payment: stub('asserted') } }, null)).rejects.toMatchObject({
      code: 'retrieval_used',
    });
  });

  it('is issued once under one idempotency key', async () => {
    const { id: retrievalId } = await retrieve(world.services, app, { query: 'Which nuts?' });
    const request = { retrievalId, model: { label: 'm' }, output: { text: 'None.' }, evidence: { payment: stub('verified') } };
    const [one, two] = await Promise.all([
      issueReceipt(world.services, app, request, 'k'),
      issueReceipt(world.services, app, request, 'k'),
    ]);
    expect(two.id).toBe(one.id);
    expect((await issueReceipt(world.services, app, request, 'k')).bundle.addenda).toEqual(one.bundle.addenda);
  });
});

describe('an answer that is paid for and not explained', () => {
  const listed = async () => (await listReceipts(world.services, app, { paidUnexplained: true })).receipts;

  it('is one from when its payment’s evidence came, until the rest is verified', async () => {
    const { id } = await answered(world, app);
    expect(await listed()).toEqual([]);
    await add(id, { route: stub('asserted') });
    world.clock.advance(3_600_000);
    const paidAt = world.clock.now();
    await add(id, { payment: stub('verified') });
    world.clock.advance(90_000);
    // A label alone is the app’s word.
    const expected = { claims: ['model', 'route'], since: formatInstant(paidAt), lagSeconds: 90 };
    expect(await listed()).toMatchObject([{ id, paidUnexplained: expected }]);
    expect((await readClaims(world.services, app, id)).paidUnexplained).toEqual(expected);
    await add(id, { route: stub('verified') });
    expect(await listed()).toMatchObject([{ paidUnexplained: { ...expected, claims: ['model'] } }]);
    await add(id, { model: stub('verified') });
    expect(await listed()).toEqual([]);
    expect((await readClaims(world.services, app, id)).paidUnexplained).toBeNull();
    // Something else comes to be claimed: paid for all that time.
    await add(id, { settlement: stub('pending') });
    expect(await listed()).toMatchObject([{ paidUnexplained: { claims: ['settlement'], since: formatInstant(paidAt) } }]);
    await add(id, { payment: stub('failed') });
    expect(await listed()).toEqual([]);
  });

  it('counts from the receipt where the payment came with it', async () => {
    const { id } = await answered(world, app, { evidence: { payment: stub('verified'), route: stub('asserted') } });
    world.clock.advance(5000);
    expect(await listed()).toMatchObject([{ id, paidUnexplained: { claims: ['model', 'route'], lagSeconds: 5 } }]);
  });
});

describe('the turn before', () => {
  it('shows what its claims stated otherwise', async () => {
    const turn = (n: number, thread = 'trip') => ({ conversation: { thread, turn: n } });
    const first = await answered(world, app, turn(1));
    expect((await readClaims(world.services, app, first.id)).previousTurn).toBeNull();
    await answered(world, app, turn(1, 'another'));
    const second = await answered(world, app, turn(2));
    await add(first.id, { route: stub('asserted', { facts: { provider: 'a', path: 'direct', relay: 'r' } }) });
    await add(second.id, { route: stub('asserted', { facts: { provider: 'b', path: 'direct', region: 'eu' } }) });
    const { previousTurn } = await readClaims(world.services, app, second.id);
    expect(previousTurn).toMatchObject({ receipt: first.id, turn: 1 });
    const route = previousTurn?.differences.filter(({ claim }) => claim === 'route');
    expect(route).toHaveLength(3);
    expect(route).toEqual(
      expect.arrayContaining([
        { claim: 'route', fact: 'provider', before: 'a', now: 'b' },
        { claim: 'route', fact: 'relay', before: 'r', now: null },
        { claim: 'route', fact: 'region', before: null, now: 'eu' },
      ]),
    );
  });

  it('is the caller’s own, unless they may read all', async () => {
    const other = await owner.grant({ label: 'another' });
    const conversation = { thread: 'shared', turn: 'x' };
    const theirs = await answered(world, other, { conversation });
    const mine = await answered(world, app, { conversation });
    expect((await readClaims(world.services, app, mine.id)).previousTurn).toBeNull();
    const device = await owner.device();
    expect((await readClaims(world.services, device, mine.id)).previousTurn?.receipt).toBe(theirs.id);
  });
});
