import fc from 'fast-check';
import type { RetrievalReply } from '../../../schemas/retrieval.ts';
import { contest } from '../../../src/app/contest.ts';
import { demoteStale } from '../../../src/app/demote-stale.ts';
import { edit } from '../../../src/app/edit.ts';
import { show } from '../../../src/app/list.ts';
import { remember } from '../../../src/app/remember.ts';
import { retrieve } from '../../../src/app/retrieve.ts';
import { isMemSyncError } from '../../../src/core/errors.ts';
import type { TestOwner } from '../../support/owner.ts';
import { rotate } from '../../support/rotate.ts';
import { DAY, World } from '../../support/world.ts';
import { DEFAULT_POLICY, Policy } from '../../../schemas/policy.ts';
import { CATEGORIES as CATEGORY_NAMES } from '../../../schemas/vocabulary.ts';

const KINDS = [
  'edit',
  'recategorise',
  'repeat',
  'derive',
  'replace',
  'contest',
  'dismiss',
  'confirm',
  'retract',
  'reinstate',
  'job',
  'wait',
  'policy',
  'rotate',
  'restart',
  'keep',
] as const;

/** One thing that happens; `look` has it noted what is answered then. */
export interface Step {
  readonly kind: (typeof KINDS)[number] | 'remember';
  readonly row: number;
  readonly word: number;
  readonly look: boolean;
}

export const anySteps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    kind: fc.oneof({ weight: 4, arbitrary: fc.constant('remember' as const) }, { weight: 9, arbitrary: fc.constantFrom(...KINDS) }),
    row: fc.nat(5),
    word: fc.nat(3),
    look: fc.boolean(),
  }),
  { minLength: 8, maxLength: 30 },
);

const WORDS = ['cello', 'hazelnuts', 'harbour', 'lighthouse'];
const QUERIES = ['cello hazelnuts', 'the lighthouse by the harbour', 'fact'];
const CATEGORIES = ['health', 'travel'] as const;

/** What was answered at a moment: to each token, for each query. */
export interface Look {
  readonly seq: number;
  /** When it was asked; later than the event, and earlier than the next, for an instant. */
  readonly at: string;
  /** Whether the instant is that of the event itself. */
  readonly atOnce: boolean;
  readonly said: readonly unknown[];
}

/** A vault to which things happen, and what it answered in between. */
export class Life {
  readonly world: World;
  readonly owner: TestOwner;
  readonly tokens: readonly string[];
  readonly looks: Look[] = [];
  readonly rows: string[] = [];
  #count = 0;

  private constructor(world: World, owner: TestOwner, tokens: readonly string[]) {
    this.world = world;
    this.owner = owner;
    this.tokens = tokens;
  }

  static async begin(): Promise<Life> {
    const world = await World.open();
    const owner = await world.owner();
    await owner.addCollection('work');
    const both = {
      collections: ['default', 'work'],
      capabilities: ['remember', 'edit', 'retrieve', 'list', 'receipt', 'contest'] as const,
    };
    const tokens = [
      await owner.grant(both),
      await owner.grant({ ...both, categories: ['health'], label: 'careful' }),
      await owner.grant({ collections: ['work'], label: 'at work' }),
      await owner.grant({ ...both, label: 'another' }),
    ];
    return new Life(world, owner, [...tokens, await owner.device()]);
  }

  async take(step: Step): Promise<void> {
    try {
      await this.#do(step);
    } catch (error) {
      if (!isMemSyncError(error) || error.status >= 500) throw error;
    }
    if (step.look) await this.look();
  }

  async #do({ kind, row, word }: Step): Promise<void> {
    const { services, clock } = this.world;
    const app = this.tokens[row % 2 === 0 ? 0 : 3] ?? '';
    const id = this.rows[row] ?? `mem_${'0'.repeat(32)}`;
    clock.advance(1000);
    this.#count += 1;
    const text = `fact ${WORDS[word] ?? ''} ${this.#count}`;
    const more = {
      category: CATEGORIES[word % 2] ?? 'health',
      claimed: { kind: 'user_stated' as const },
      collection: row > 3 ? 'work' : 'default',
    };
    const add = async (memory: object): Promise<void> => {
      const { memories } = await remember(services, app, { memories: [{ text, ...more, ...memory }] }, null);
      this.rows.push(...memories.map((one) => one.id));
    };
    const named = async (): Promise<{ row: string; version: number; commitment: string }> => {
      const { version, commitment } = await show(services, this.tokens[0] ?? '', id);
      return { row: id, version, commitment };
    };
    switch (kind) {
      case 'remember':
        return add({});
      case 'derive':
        return add({ derivedFrom: [id] });
      case 'replace':
        return add({ supersedes: [id] });
      case 'repeat':
        return void (await remember(services, app, { memories: [{ ...more, text: (await show(services, app, id)).text }] }, null));
      case 'edit':
        return void (await edit(services, app, id, { text }, null));
      case 'recategorise':
        return void (await edit(
          services,
          app,
          id,
          { category: CATEGORIES[word % 2] ?? 'health', validUntil: clock.now() + 20 * DAY },
          null,
        ));
      case 'contest':
        return void (await contest(services, app, id, {}, null));
      case 'dismiss':
        return void (await this.owner.post('dismissed', { grant: null, rows: [] }));
      case 'confirm': {
        const { version, commitment } = await named();
        return void (await this.owner.confirm({ id, version, commitment }));
      }
      case 'retract':
      case 'reinstate':
        return void (await this.owner.post(kind === 'retract' ? 'retracted' : 'reinstated', { rows: [await named()] }));
      case 'job':
        return void (await demoteStale(services));
      case 'wait':
        return clock.advance((10 + 40 * word) * DAY);
      case 'policy':
        return void (await this.owner.post('policy_set', { policy: holdingFor(10 + 30 * word, this.#count) }));
      case 'rotate':
        return void (await rotate(this.owner));
      case 'restart':
        return this.world.restart();
      case 'keep': {
        const vault = await services.vaults.acquire(this.owner.vault);
        services.snapshots.keepSoon(
          vault,
          this.owner
            .rowCollections()
            .map((name) => this.owner.key(name).name.collection)
            .filter((id) => vault.keys.has(id)),
        );
        await services.snapshots.settled();
        return void (await services.checkpoints.keep(vault.state));
      }
    }
  }

  /** Notes what is answered now. */
  async look(): Promise<void> {
    const head = await this.world.services.store.head(this.owner.vault);
    const at = this.world.clock.now();
    this.looks.push({
      seq: head?.seq ?? 0,
      at: new Date(at).toISOString(),
      atOnce: at === head?.at,
      said: await this.answers(undefined),
    });
  }

  /**
   * What of answers can be asked for again: what the owner has retracted since is hidden from apps in looks at the past, too, so that
   * only the device's are left then.
   */
  async visible(answers: readonly unknown[]): Promise<readonly unknown[]> {
    const { state } = await this.world.services.vaults.acquire(this.owner.vault);
    return [...state.rows.values()].some(({ retractedSeq }) => retractedSeq !== null) ? answers.slice(-QUERIES.length) : answers;
  }

  /** What each token is answered to each query, without what differs from one retrieval to the next. */
  async answers(asOf: string | { seq: number } | undefined): Promise<unknown[]> {
    const said: unknown[] = [];
    const parsed = typeof asOf === 'string' ? Date.parse(asOf) : asOf;
    for (const [i, token] of this.tokens.entries()) {
      for (const query of QUERIES) {
        const reply = await retrieve(this.world.services, token, {
          query,
          limit: 4,
          includeDormant: i === 3,
          ...(parsed === undefined ? {} : { asOf: parsed }),
        });
        said.push(comparable(reply));
      }
    }
    return said;
  }
}

/** A policy under which everything holds for so many days. */
function holdingFor(days: number, version: number): Policy {
  const holding = { activeForSeconds: days * 86_400, backgroundForSeconds: days * 86_400 };
  const categories = Object.fromEntries(CATEGORY_NAMES.map((name) => [name, { semantic: holding, episodic: holding }]));
  return Policy.parse({ ...DEFAULT_POLICY, version, categories });
}

function comparable({ id: _id, expiresAt: _expiresAt, ...rest }: RetrievalReply): unknown {
  return rest;
}
