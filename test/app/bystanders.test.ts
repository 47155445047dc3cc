import { expect, it } from 'vitest';
import { appendOwnerEvent } from '../../src/app/owner-event.ts';
import { remember } from '../../src/app/remember.ts';
import { World } from '../support/world.ts';

it('a commit that one vault makes fail is written for the others at once, and each caller is told what is so', async () => {
  const world = await World.open();
  try {
    const owners = [await world.owner(), await world.owner(), await world.owner()];
    const [one, two, three] = owners;
    if (one === undefined || two === undefined || three === undefined) throw new Error('three owners');
    const token = await three.grant();
    await remember(world.services, token, { memories: [{ text: 'warm' }] }, null);
    const before = world.services.writer.counts.conflicts;
    // Two vaults grant under one id in the same commit: nothing that is stored says yet that it is taken.
    const grant = one.grantParts().grantId;
    const grants = [one, two].map((owner) => {
      const { body, boxes } = owner.grantParts();
      return appendOwnerEvent(world.services, owner.vault, { event: owner.next('granted', { ...body, grant }).envelope, boxes });
    });
    const rows = Array.from({ length: 8 }, (_, i) => remember(world.services, token, { memories: [{ text: `row ${i}` }] }, null));
    const outcomes = await Promise.allSettled(grants);
    expect(await Promise.all(rows)).toHaveLength(8);
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect(outcomes.find((outcome) => outcome.status === 'rejected')?.reason).toMatchObject({ code: 'batch_conflict' });
    expect(world.services.writer.counts.conflicts - before).toBe(1);
    expect([one.vault, two.vault]).toContain(await world.services.store.grantVault(grant));
  } finally {
    await world.close();
  }
});
