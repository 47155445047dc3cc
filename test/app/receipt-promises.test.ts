import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Memory } from '../../schemas/memory.ts';
import { issueReceipt } from '../../src/app/issue-receipt.ts';
import { remember } from '../../src/app/remember.ts';
import { retrieve } from '../../src/app/retrieve.ts';
import { verifyBundle } from '../../src/receipts/verify.ts';
import { DAY, World } from '../support/world.ts';
import type { TestOwner } from '../support/owner.ts';

let world: World;
let owner: TestOwner;
let app: string;

beforeEach(async () => {
  world = await World.open();
  owner = await world.owner();
  app = await owner.grant();
});

afterEach(async () => {
  await world.close();
});

const ALLERGY = { text: "I'm allergic to hazelnuts", category: 'health', claimed: { kind: 'user_stated' } } as const;

async function say(text: string, more: object = {}): Promise<Memory> {
  const { memories } = await remember(world.services, app, { memories: [{ text, claimed: { kind: 'user_stated' }, ...more }] }, null);
  return memories[0] as Memory;
}

describe('promises 6 and 7: the receipt is of what was served, claim by claim', () => {
  it('carries tier, origin, age and validation of that moment, and verifies offline against the vault id', async () => {
    const row = await say(ALLERGY.text, { category: 'health' });
    const address = await say('Lives at 12 Quillfeather Lane, Porto', { category: 'identity' });
    world.clock.advance(210 * DAY);
    await owner.confirm(row);
    world.clock.advance(3 * DAY);
    const served = await retrieve(world.services, app, { query: 'hazelnuts Quillfeather' });
    const reply = await issueReceipt(
      world.services,
      app,
      {
        retrievalId: served.id,
        model: { label: 'm' },
        output: { text: 'No hazelnuts for you [m1].' },
        request: { messages: [{ role: 'system', content: served.context }] },
      },
      null,
    );
    const at = (id: string): object | undefined => reply.rows.find((one) => one.row === id);
    expect(at(row.id)).toMatchObject({
      placement: 'active',
      cited: true,
      served: 'verified',
      injected: 'asserted',
      influence: null,
      unvalidatedForSeconds: 3 * 86_400,
    });
    expect(at(address.id)).toMatchObject({ placement: 'background', cited: false, lastValidatedAt: null, ageSeconds: 213 * 86_400 });
    await owner.retract(address);
    const verdict = verifyBundle(reply.bundle, { verifierKeys: world.verifierKeys, vault: owner.vault }, world.clock.now());
    expect(verdict.failures).toEqual([]);
    expect(verdict.rows.map((one) => ('validation' in one ? one.validation : null))).toEqual(['verified', 'none']);
    expect(reply.claims.map(({ claim, status }) => [claim, status])).toEqual([
      ['memory', 'verified'],
      ['output', 'verified'],
      ...['payment', 'enclave', 'exchange', 'mode', 'settlement'].map((claim) => [claim, 'absent']),
      ['model', 'asserted'],
      ...['route', 'external_data'].map((claim) => [claim, 'absent']),
    ]);
  });

  it('does not take another vault’s owner for this one’s', async () => {
    const row = await say(ALLERGY.text);
    await owner.confirm(row);
    const served = await retrieve(world.services, app, { query: 'hazelnuts' });
    const { bundle } = await issueReceipt(
      world.services,
      app,
      { retrievalId: served.id, model: { label: 'm' }, output: { text: '' } },
      null,
    );
    const verdict = verifyBundle(bundle, { verifierKeys: world.verifierKeys, vault: '0'.repeat(64) }, world.clock.now());
    expect(verdict.ok).toBe(false);
  });
});

describe('promise 2: rollback shows against a remembered head', () => {
  it('refuses a retrieval by somebody who remembers a later head, or another one', async () => {
    const { head } = await retrieve(world.services, app, { query: 'x' });
    await expect(retrieve(world.services, app, { query: 'x', minHead: { seq: head.seq + 1 } })).rejects.toMatchObject({
      code: 'head_not_reached',
    });
    await expect(retrieve(world.services, app, { query: 'x', minHead: { seq: head.seq, hash: 'ab'.repeat(32) } })).rejects.toMatchObject({
      code: 'head_not_reached',
    });
    await expect(retrieve(world.services, app, { query: 'x', minHead: head })).resolves.toMatchObject({ headRemembered: true });
    await expect(retrieve(world.services, app, { query: 'x' })).resolves.toMatchObject({ headRemembered: false });
  });
});
