import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EditMemory, Memory, NewMemory } from '../../schemas/memory.ts';
import { CATEGORIES, MEMORY_TYPES, ORIGIN_KINDS } from '../../schemas/vocabulary.ts';
import { demoteStale } from '../../src/app/demote-stale.ts';
import { edit } from '../../src/app/edit.ts';
import { list } from '../../src/app/list.ts';
import { remember } from '../../src/app/remember.ts';
import { retrieve } from '../../src/app/retrieve.ts';
import { isMemSyncError } from '../../src/core/errors.ts';
import { normaliseForRepeat } from '../../src/memory/normalise.ts';
import { fresherThan } from '../support/fresher.ts';
import { DAY, START, World } from '../support/world.ts';

const TEXTS = [
  'Lives in Porto',
  'lives in PORTO.',
  'Plays the cello',
  '“Plays the cello”',
  'Works at Brightwell',
  'Allergic to nuts',
  'Allergic to  nuts!',
  'Likes tea',
];

const at = fc.integer({ min: -400, max: 0 }).map((days) => START + days * DAY);
const item: fc.Arbitrary<NewMemory> = fc.record(
  {
    text: fc.constantFrom(...TEXTS),
    type: fc.constantFrom(...MEMORY_TYPES),
    category: fc.constantFrom(...CATEGORIES),
    observedAt: at,
    validUntil: at.map((instant) => instant + 500 * DAY),
    claimed: fc.record({ kind: fc.constantFrom(...ORIGIN_KINDS) }),
  },
  { requiredKeys: ['text'] },
);
const change: fc.Arbitrary<EditMemory> = fc.record(
  {
    text: fc.constantFrom(...TEXTS),
    type: fc.constantFrom(...MEMORY_TYPES),
    category: fc.constantFrom(...CATEGORIES),
    observedAt: at,
    validUntil: at.map((instant) => instant + 900 * DAY),
    claimed: fc.record({ kind: fc.constantFrom(...ORIGIN_KINDS) }),
  },
  { requiredKeys: ['category'] },
);

const step = fc.oneof(
  fc.record({
    do: fc.constant('remember' as const),
    app: fc.nat(1),
    items: fc.array(item, { minLength: 1, maxLength: 3 }),
    derive: fc.option(fc.nat(5)),
  }),
  fc.record({ do: fc.constant('edit' as const), app: fc.nat(1), row: fc.nat(5), change }),
  fc.record({ do: fc.constant('replace' as const), app: fc.nat(1), row: fc.nat(5), item }),
  fc.record({ do: fc.constant('retrieve' as const), query: fc.constantFrom('Porto', 'cello', 'nuts tea') }),
  fc.record({ do: fc.constant('wait' as const), days: fc.integer({ min: -3, max: 120 }) }),
  fc.constant({ do: 'job' as const }),
  fc.constant({ do: 'restart' as const }),
);

/** What has been seen of each row and each text; later looks may only be as stale or staler. */
class Witness {
  readonly #rows = new Map<string, Memory>();
  readonly #bases = new Map<string, number>();

  /** What looks fresher than at the last look. */
  look(rows: readonly Memory[]): string[] {
    return rows.flatMap((row) => {
      const before = this.#rows.get(row.id);
      const signs = before === undefined ? (row.lastValidatedAt === null ? [] : ['born validated']) : fresherThan(before, row);
      const basis = Date.parse(row.basisAt);
      const known = this.#bases.get(normaliseForRepeat(row.text));
      if (before?.text !== row.text && known !== undefined && basis > known) signs.push(`${row.id}: a repeat with a younger basis`);
      this.#note(row);
      return signs;
    });
  }

  /** Notes the rows as the owner has just left them. */
  reset(rows: readonly Memory[]): void {
    for (const row of rows) this.#note(row);
  }

  #note(row: Memory): void {
    this.#rows.set(row.id, row);
    const said = normaliseForRepeat(row.text);
    const basis = Date.parse(row.basisAt);
    this.#bases.set(said, Math.min(this.#bases.get(said) ?? basis, basis));
  }
}

describe('promises 1 and 5: no order of unsigned acts makes a row look fresher', () => {
  it(
    'holds for any order of remember, repeat, edit, re-categorise, replace, read, retrieve, job and restart',
    { timeout: 180_000 },
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 24 }), fc.boolean(), async (steps, confirms) => {
          const world = await World.open();
          try {
            const owner = await world.owner();
            const apps = [await owner.grant(), await owner.grant({ label: 'another', ceiling: 'app_asserted' })];
            const device = await owner.device();
            const read = async (): Promise<readonly Memory[]> => (await list(world.services, device, { limit: 200 })).memories.toReversed();
            const witness = new Witness();
            let latest = world.clock.now();
            // Acts may fall under a clock that was set back; looks are taken at the latest instant there has been, as nothing stamps a mere look.
            const lookAgain = async (): Promise<string[]> => {
              const now = world.clock.now();
              latest = Math.max(latest, now);
              world.clock.set(latest);
              const signs = witness.look(await read());
              world.clock.set(now);
              return signs;
            };
            if (confirms) {
              const { memories } = await remember(
                world.services,
                apps[0] ?? '',
                { memories: [{ text: 'Likes tea', claimed: { kind: 'user_stated' } }] },
                null,
              );
              world.clock.advance(DAY);
              await owner.confirm(...memories);
              witness.reset(await read());
            }
            for (const one of steps) {
              const rows = await read();
              const token = 'app' in one ? (apps[one.app] ?? '') : (apps[0] ?? '');
              try {
                if (one.do === 'remember') {
                  const source = one.derive === null ? undefined : rows[one.derive]?.id;
                  const items = one.items.map((memory) => (source === undefined ? memory : { ...memory, derivedFrom: [source] }));
                  await remember(world.services, token, { memories: items }, null);
                } else if (one.do === 'edit') await edit(world.services, token, rows[one.row]?.id ?? '', one.change, null);
                else if (one.do === 'replace')
                  await remember(
                    world.services,
                    token,
                    { memories: [{ ...one.item, supersedes: rows[one.row] === undefined ? [] : [rows[one.row]?.id ?? ''] }] },
                    null,
                  );
                else if (one.do === 'retrieve') await retrieve(world.services, token, { query: one.query });
                else if (one.do === 'wait') world.clock.advance(one.days * DAY);
                else if (one.do === 'job') await demoteStale(world.services);
                else await world.restart();
              } catch (error) {
                if (!isMemSyncError(error)) throw error;
                expect(['memory_unknown', 'row_not_live', 'batch_conflict']).toContain(error.code);
              }
              expect(await lookAgain()).toEqual([]);
            }
          } finally {
            await world.close();
          }
        }),
        { numRuns: 100 },
      );
    },
  );
});
