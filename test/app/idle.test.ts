import { afterEach, beforeEach, expect, it } from 'vitest';
import { list } from '../../src/app/list.ts';
import { appendOwnerEvent } from '../../src/app/owner-event.ts';
import { remember } from '../../src/app/remember.ts';
import { World } from '../support/world.ts';
import type { TestOwner } from '../support/owner.ts';

const STEP = 300_000;

let world: World;
let owner: TestOwner;
let app: string;

beforeEach(async () => {
  world = await World.open();
  owner = await world.owner();
  app = await owner.grant();
  await remember(world.services, app, { memories: [{ text: 'Plays chess' }] }, null);
});

afterEach(async () => {
  await world.close();
});

/** Time goes by, in steps; at each something is done, and the service looks who is idle. */
async function wait(steps: number, meanwhile: () => Promise<unknown>): Promise<void> {
  for (let i = 0; i < steps; i++) {
    world.clock.advance(STEP);
    await meanwhile();
    world.services.vaults.sweep();
  }
}

const keys = () => world.services.vaults.open.get(owner.vault)?.keys.collections().length ?? 0;

it('a forged event keeps nobody’s keys in memory', async () => {
  expect(keys()).toBe(2);
  const forged = () => {
    const { envelope } = owner.next('revoked', { grant: owner.grants[0]?.id });
    const event = { ...envelope, signatures: [{ keyid: 'owner', sig: Buffer.alloc(64).toString('base64') }] };
    return expect(appendOwnerEvent(world.services, owner.vault, { event })).rejects.toMatchObject({ code: 'event_signature_invalid' });
  };
  await wait(4, forged);
  expect(keys()).toBe(0);
});

it('a forged event is refused before it is queued: no commit waits for its vault to be opened', async () => {
  const stranger = await world.owner();
  const forged = owner.signAs(stranger.keys, 'revoked', { grant: owner.grants[0]?.id });
  const genuine = owner.next('revoked', { grant: owner.grants[0]?.id });
  world.services.vaults.forget(owner.vault);
  await world.services.writer.stop();
  const append = (event: typeof forged.envelope) => appendOwnerEvent(world.services, owner.vault, { event });
  await expect(append(forged.envelope)).rejects.toMatchObject({ code: 'event_signature_invalid' });
  await expect(append(genuine.envelope)).rejects.toMatchObject({ code: 'shutting_down' });
});

it('one app’s traffic keeps open what it has itself, and not what another had', async () => {
  await owner.addCollection('work');
  const both = await owner.grant({ collections: ['default', 'work'] });
  await list(world.services, both, {});
  expect(keys()).toBe(3);
  await wait(4, () => list(world.services, app, {}));
  expect(keys()).toBe(2);
  expect((await list(world.services, both, {})).memories).toHaveLength(1);
});

it('a grant that has run out keeps nothing open', async () => {
  await owner.addCollection('work');
  const brief = await owner.grant({ collections: ['work'], expiresAt: world.clock.now() + STEP });
  await list(world.services, brief, {});
  await wait(1, () => list(world.services, app, {}));
  expect(keys()).toBe(2);
  await expect(list(world.services, brief, {})).rejects.toMatchObject({ code: 'grant_expired' });
});
