import Database from 'better-sqlite3';
import type { Memory, NewMemory } from '../../../schemas/memory.ts';
import type { RetrievalReply, RetrievalRequest } from '../../../schemas/retrieval.ts';
import { remember } from '../../../src/app/remember.ts';
import { retrieve } from '../../../src/app/retrieve.ts';
import type { OpenVault } from '../../../src/app/open-vault.ts';
import type { Services } from '../../../src/app/services.ts';
import { ToyEmbeddings } from '../../support/embedding-service.ts';
import type { TestOwner } from '../../support/owner.ts';
import { START, World } from '../../support/world.ts';

/** What a test of embeddings plays on: a service that makes vectors, MemSync set to use it, a vault and an app. */
export class Stage {
  readonly toy: ToyEmbeddings;
  readonly world: World;
  readonly owner: TestOwner;
  readonly app: string;

  private constructor(toy: ToyEmbeddings, world: World, owner: TestOwner, app: string) {
    this.toy = toy;
    this.world = world;
    this.owner = owner;
    this.app = app;
  }

  static async open(): Promise<Stage> {
    const toy = await ToyEmbeddings.open();
    const world = await World.open(START, toy.options());
    const owner = await world.owner();
    return new Stage(toy, world, owner, await owner.grant());
  }

  async close(): Promise<void> {
    await this.world.close();
    await this.toy.close();
  }

  async say(text: string, more: Partial<NewMemory> = {}, token = this.app, services: Services = this.world.services): Promise<Memory> {
    const { memories } = await remember(services, token, { memories: [{ text, claimed: { kind: 'user_stated' }, ...more }] }, null);
    return memories[0] as Memory;
  }

  /** Has every vector made that rows of open vaults lack. */
  async embed(services: Services = this.world.services): Promise<void> {
    await services.embeddings?.run();
  }

  ask(
    query: string,
    more: Partial<RetrievalRequest> = {},
    token = this.app,
    services: Services = this.world.services,
  ): Promise<RetrievalReply> {
    return retrieve(services, token, { query, ...more });
  }

  get openVault(): OpenVault | undefined {
    return this.world.services.vaults.open.get(this.owner.vault);
  }

  /** What is stored of vectors, behind the service's back. */
  stored(): { row: string; version: number; epoch: number; sealed: Uint8Array }[] {
    const db = new Database(this.world.database, { readonly: true });
    try {
      const found = db.prepare('SELECT hex(row_id) AS row, version, epoch, sealed FROM row_vectors ORDER BY row_id, version').all();
      return found as ReturnType<Stage['stored']>;
    } finally {
      db.close();
    }
  }
}

export const texts = ({ rows }: RetrievalReply): string[] => rows.map(({ text }) => text);

/** What a reply says that does not change with when and how often it is asked. */
export function lasting({ context, engine, rows, withheld }: RetrievalReply): unknown {
  return { context, engine, withheld, rows };
}
