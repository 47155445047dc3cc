import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Memory, NewMemory } from '../../schemas/memory.ts';
import { TIERS } from '../../schemas/vocabulary.ts';
import { appConfirm, contest } from '../../src/app/contest.ts';
import { edit } from '../../src/app/edit.ts';
import { show } from '../../src/app/list.ts';
import { remember } from '../../src/app/remember.ts';
import { isMemSyncError } from '../../src/core/errors.ts';
import { requireInstant } from '../../src/core/instant.ts';
import { DAY, World } from '../support/world.ts';
import type { TestOwner } from '../support/owner.ts';

const CAPABILITIES = ['remember', 'edit', 'retrieve', 'list', 'receipt', 'contest', 'confirm'] as const;

let world: World;
let owner: TestOwner;
let app: string;

beforeEach(async () => {
  world = await World.open();
  owner = await world.owner();
  app = await owner.grant({ capabilities: [...CAPABILITIES] });
});

afterEach(async () => {
  await world.close();
});

async function say(text: string, more: Partial<NewMemory> = {}, token = app): Promise<Memory> {
  world.clock.advance(1000);
  const { memories } = await remember(world.services, token, { memories: [{ text, claimed: { kind: 'user_stated' }, ...more }] }, null);
  return memories[0] as Memory;
}

const read = (id: string, token = app): Promise<Memory> => show(world.services, token, id);

const row = fc.nat(3);
const step = fc.oneof(
  fc.record({ do: fc.constant('contest' as const), row }),
  fc.record({ do: fc.constant('confirm' as const), row }),
  fc.record({ do: fc.constant('edit' as const), row, text: fc.constantFrom('Lives in Porto', 'Plays the cello', 'Likes tea') }),
  fc.record({ do: fc.constant('replace' as const), row, days: fc.integer({ min: 0, max: 400 }) }),
  fc.record({ do: fc.constant('attribute' as const), days: fc.integer({ min: 0, max: 400 }) }),
  fc.record({ do: fc.constant('derive' as const), row }),
  fc.record({ do: fc.constant('repeat' as const), row }),
);

type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** What the other app tries; that it is refused is as good. */
async function take(one: Step, rows: readonly Memory[], theirs: string): Promise<void> {
  const { id = '', text = '' } = 'row' in one ? (rows[one.row] ?? {}) : {};
  const observedAt = world.clock.now() - ('days' in one ? one.days : 0) * DAY;
  const attempts: Readonly<Record<Step['do'], () => Promise<unknown>>> = {
    contest: () => contest(world.services, theirs, id, {}, null),
    confirm: () => appConfirm(world.services, theirs, id, null),
    edit: () => edit(world.services, theirs, id, { text: 'text' in one ? one.text : 'x' }, null),
    replace: () => say('Something newer', { supersedes: [id], observedAt }, theirs),
    attribute: () => say('Another value', { subject: 'user', attribute: 'a1' }, theirs),
    derive: () => say('It follows', { derivedFrom: [id] }, theirs),
    repeat: () => say(text, {}, theirs),
  };
  await attempts[one.do]().catch((error: unknown) => {
    if (!isMemSyncError(error)) throw error;
  });
}

it('nothing that another app does lifts a row, or lets it fall later', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
      const vault = await world.owner();
      const [mine, theirs] = [await vault.grant(), await vault.grant({ capabilities: [...CAPABILITIES] })];
      const texts = ['Lives in Porto', 'Plays chess', 'Drinks coffee', 'Works at Brightwell'];
      const rows: Memory[] = [];
      for (const [i, text] of texts.entries()) {
        rows.push(await say(text, { subject: 'user', attribute: `a${i}`, observedAt: world.clock.now() - i * 60 * DAY }, mine));
      }
      await vault.confirm(rows[1] as Memory);
      const before = await Promise.all(rows.map(({ id }) => read(id, mine)));
      for (const one of steps) await take(one, rows, theirs);
      const after = await Promise.all(rows.map(({ id }) => read(id, mine)));
      after.forEach((now, i) => {
        const then = before[i] as Memory;
        expect(TIERS.indexOf(now.tier)).toBeGreaterThanOrEqual(TIERS.indexOf(then.tier));
        expect(now).toMatchObject({ text: then.text, version: then.version, lastValidatedAt: then.lastValidatedAt, basisAt: then.basisAt });
        const [falls, fell] = [now.fallsDueAt, then.fallsDueAt];
        if (falls !== null && fell !== null && now.tier === then.tier)
          expect(requireInstant(falls)).toBeLessThanOrEqual(requireInstant(fell));
      });
    }),
    { numRuns: 25 },
  );
});
