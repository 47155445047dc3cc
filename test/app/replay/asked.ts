import type { Memory, NewMemory } from '../../../schemas/memory.ts';
import type { ReceiptReply } from '../../../schemas/receipt.ts';
import type { ReplayReply } from '../../../schemas/replay.ts';
import type { RetrievalReply, RetrievalRequest } from '../../../schemas/retrieval.ts';
import { issueReceipt } from '../../../src/app/issue-receipt.ts';
import { remember } from '../../../src/app/remember.ts';
import { replayReceipt } from '../../../src/app/replay/replay.ts';
import { retrieve } from '../../../src/app/retrieve.ts';
import type { TestOwner } from '../../support/owner.ts';
import { World } from '../../support/world.ts';

/** A vault with an app and a device, whose answers have receipts. */
export class Asked {
  readonly world: World;
  readonly owner: TestOwner;
  readonly app: string;
  readonly device: string;

  private constructor(world: World, owner: TestOwner, app: string, device: string) {
    this.world = world;
    this.owner = owner;
    this.app = app;
    this.device = device;
  }

  static async open(): Promise<Asked> {
    const world = await World.open();
    const owner = await world.owner();
    await owner.addCollection('work');
    const app = await owner.grant({ collections: ['default', 'work'] });
    return new Asked(world, owner, app, await owner.device());
  }

  async say(text: string, more: Partial<NewMemory> = {}, token = this.app): Promise<Memory> {
    const { memories } = await remember(
      this.world.services,
      token,
      { memories: [{ text, claimed: { kind: 'user_stated' }, ...more }] },
      null,
    );
    return memories[0] as Memory;
  }

  async ask(
    query: string,
    more: Partial<RetrievalRequest> = {},
    token = this.app,
  ): Promise<{ served: RetrievalReply; receipt: ReceiptReply }> {
    const served = await retrieve(this.world.services, token, { query, ...more });
    const wish = { retrievalId: served.id, model: { label: 'm' }, output: { text: 'so' } };
    return { served, receipt: await issueReceipt(this.world.services, token, wish, null) };
  }

  replay(id: string, token = this.device): Promise<ReplayReply> {
    return replayReceipt(this.world.services, token, id);
  }
}

/** What a replay came to, in short. */
export const told = ({ outcome, reason, context, rows, added, faults }: ReplayReply): unknown => ({
  outcome,
  reason,
  context,
  rows: rows.map((row) => row.outcome),
  added: added.length,
  faults,
});
