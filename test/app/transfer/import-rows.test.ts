import { afterEach, beforeEach, expect, it } from 'vitest';
import { DEFAULT_POLICY } from '../../../schemas/policy.ts';
import { importRows } from '../../../src/app/transfer/import-rows.ts';
import { list } from '../../../src/app/list.ts';
import { remember } from '../../../src/app/remember.ts';
import type { ImportRowsRequest } from '../../../schemas/transfer.ts';
import type { TestOwner } from '../../support/owner.ts';
import { DAY, START, World } from '../../support/world.ts';

let world: World;
let owner: TestOwner;
let token: string;

beforeEach(async () => {
  world = await World.open();
  const imported = { start: 'active', activeForAtMostSeconds: null } as const;
  owner = await world.owner({ ...DEFAULT_POLICY, origins: { ...DEFAULT_POLICY.origins, imported } });
  token = await owner.grant({ capabilities: ['remember', 'list', 'import'] });
});
afterEach(() => world.close());

const take = (memories: ImportRowsRequest['memories'], more: { readonly dryRun?: boolean; readonly key?: string } = {}) =>
  importRows(world.services, token, { memories, ...(more.dryRun === undefined ? {} : { dryRun: more.dryRun }) }, more.key ?? null);
const rows = async () => (await list(world.services, token, { limit: 100 })).memories;

it('rows land imported whatever they claim, and background at best whatever the policy says', async () => {
  const observedAt = START - 100 * DAY;
  await take([{ text: 'Allergic to hazelnuts', claimed: { kind: 'user_stated' }, observedAt }, { text: 'Lives in Porto' }]);
  const found = await rows();
  expect(found.map(({ tier, origin }) => [tier, origin.effective, origin.claimed.kind])).toEqual([
    ['background', 'imported', 'imported'],
    ['background', 'imported', 'imported'],
  ]);
  expect(found.find(({ text }) => text === 'Allergic to hazelnuts')).toMatchObject({
    lastValidatedAt: null,
    basisAt: new Date(observedAt).toISOString(),
    basisReason: 'observed',
  });
  // Nor does any of it come up by saying it again, or under another policy.
  await remember(world.services, token, { memories: [{ text: 'Lives in Porto' }] }, null);
  expect((await rows()).map(({ tier }) => tier)).toEqual(['background', 'background']);
  const [row] = found;
  if (row !== undefined) await owner.confirm(row);
  expect((await rows()).find(({ id }) => id === row?.id)).toMatchObject({ tier: 'active' });
});

it('what is there stays as it is: no sighting, no event, whichever way it is spelt', async () => {
  await remember(world.services, token, { memories: [{ text: 'Lives in Porto' }] }, null);
  const before = await rows();
  const { results, head } = await take([{ text: 'lives in PORTO!' }, { text: 'New here' }, { text: 'new here' }]);
  expect(results.map(({ outcome }) => outcome)).toEqual(['present', 'added', 'present']);
  expect(results[2]?.id).toBe(results[1]?.id);
  expect((await rows()).find(({ id }) => id === before[0]?.id)).toEqual(before[0]);
  expect((await take([{ text: 'lives in Porto' }, { text: 'New here' }])).head).toEqual(head);
});

it('an imported row takes nothing’s place and doubts nothing', async () => {
  const of = { subject: 'me', attribute: 'home' };
  await remember(world.services, token, { memories: [{ text: 'Lives in Porto', ...of }] }, null);
  world.clock.advance(DAY);
  await take([{ text: 'Lives in Lisbon', ...of }]);
  expect((await rows()).map(({ standing }) => standing)).toEqual(['live', 'live']);
});

it('a dry run writes nothing and says what would come of it; the same key again has no second effect', async () => {
  await take([{ text: 'Lives in Porto' }]);
  const before = await rows();
  expect((await take([{ text: 'Lives in Porto' }, { text: 'New here' }], { dryRun: true })).results).toEqual([
    { outcome: 'present', id: before[0]?.id },
    { outcome: 'added', id: null },
  ]);
  expect(await rows()).toEqual(before);
  const first = await take([{ text: 'New here' }], { key: 'k' });
  const second = await take([{ text: 'New here' }], { key: 'k' });
  expect(second.results[0]?.id).toBe(first.results[0]?.id);
  await expect(take([{ text: 'Other' }], { key: 'k' })).rejects.toMatchObject({ code: 'idempotency_conflict' });
});

it('takes the capability, and a time that lies in the future stops all of it', async () => {
  const without = await owner.grant();
  await expect(importRows(world.services, without, { memories: [{ text: 'x' }] }, null)).rejects.toMatchObject({
    code: 'capability_missing',
  });
  await expect(take([{ text: 'Fine' }, { text: 'Ahead', observedAt: START + DAY }])).rejects.toMatchObject({ code: 'observed_in_future' });
  expect(await rows()).toEqual([]);
});
