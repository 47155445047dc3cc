import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Memory } from '../../schemas/memory.ts';
import { list } from '../../src/app/list.ts';
import { remember } from '../../src/app/remember.ts';
import { retrieve } from '../../src/app/retrieve.ts';
import type { TestOwner } from '../support/owner.ts';
import { World } from '../support/world.ts';

const MARK = 'Quillfeather';

let world: World;
let owner: TestOwner;
let app: string;

beforeEach(async () => {
  world = await World.open();
  owner = await world.owner();
  app = await owner.grant();
});
afterEach(() => world.close());

async function say(text: string): Promise<Memory> {
  const { memories } = await remember(world.services, app, { memories: [{ text, claimed: { kind: 'user_stated' } }] }, null);
  return memories[0] as Memory;
}

const eraseRows = (rows: readonly { id: string }[]) => owner.post('erased', { scope: 'rows', rows: rows.map(({ id }) => id) });

it('what is being read while it is erased is whole, or gone; and a thread no longer knows that it was shown it', async () => {
  const texts = Array.from({ length: 60 }, (_, i) => `${MARK} the ${i}th`);
  const rows = await Promise.all(texts.map((text) => say(text)));
  const kept = await say('Plays the cello');
  const thread = 'thread-1';
  const { rows: shown } = await retrieve(world.services, app, { query: `${MARK} cello`, thread, limit: 100 });
  expect(shown.length).toBeGreaterThan(50);
  const tag = (await world.services.store.transfer.served(owner.vault, null, 10))[0]?.threadTag ?? new Uint8Array(16);
  expect(await world.services.store.servedTo(owner.vault, tag, 10)).toEqual(expect.arrayContaining(rows.map(({ id }) => id)));
  const reads = { over: false };
  const gone = new Set(rows.map(({ id }) => id));
  const reading = (async () => {
    const seen: string[][] = [];
    while (!reads.over) {
      const [found, listed] = await Promise.all([
        retrieve(world.services, app, { query: `${MARK} cello`, limit: 100, includeDormant: true }),
        list(world.services, app, { limit: 100 }),
      ]);
      seen.push([...found.rows, ...listed.memories].map(({ id }) => id));
      for (const one of [...found.rows, ...listed.memories]) expect(one.text).toMatch(/^(?:Quillfeather the \d+th|Plays the cello)$/);
      await new Promise((resolve) => setImmediate(resolve));
    }
    return seen;
  })();
  for (let at = 0; at < rows.length; at += 20) await eraseRows(rows.slice(at, at + 20));
  reads.over = true;
  const seen = await reading;
  expect(seen.length).toBeGreaterThan(2);
  expect(seen[0]?.some((id) => gone.has(id))).toBe(true);
  const after = await retrieve(world.services, app, { query: `${MARK} cello`, limit: 100 });
  expect(after.rows.map(({ id }) => id)).toEqual([kept.id]);
  expect(await world.services.store.servedTo(owner.vault, tag, 10)).toEqual([kept.id]);
  expect([...(world.services.vaults.open.get(owner.vault)?.damaged ?? [])]).toEqual([]);
});
