import type { ReceiptReply, ReceiptRequest } from '../../../schemas/receipt.ts';
import { issueReceipt } from '../../../src/app/issue-receipt.ts';
import { remember } from '../../../src/app/remember.ts';
import { retrieve } from '../../../src/app/retrieve.ts';
import { STUBBED } from '../../support/kinds/stubbed.ts';
import { World } from '../../support/world.ts';

export const TEXT = 'Allergic to hazelnuts';

/** A world in which evidence comes to what it says of itself. */
export async function stubbedWorld(): Promise<World> {
  const world = await World.open();
  world.judging = STUBBED;
  await world.restart();
  return world;
}

/** An answer about a row, with its receipt. */
export async function answered(world: World, app: string, more: Partial<ReceiptRequest> = {}): Promise<ReceiptReply> {
  world.clock.advance(60_000);
  await remember(world.services, app, { memories: [{ text: TEXT }] }, null);
  const { id, context } = await retrieve(world.services, app, { query: 'Which nuts?' });
  const request: ReceiptRequest = {
    retrievalId: id,
    model: { label: 'some-model' },
    request: { messages: [{ role: 'system', content: context }] },
    output: { text: 'No hazelnuts [m1].' },
    ...more,
  };
  return issueReceipt(world.services, app, request, null);
}
