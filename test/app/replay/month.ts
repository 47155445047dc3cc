import type { RetrievalRequest } from '../../../schemas/retrieval.ts';
import { Category } from '../../../schemas/vocabulary.ts';
import { contest } from '../../../src/app/contest.ts';
import { demoteStale } from '../../../src/app/demote-stale.ts';
import { edit } from '../../../src/app/edit.ts';
import { show } from '../../../src/app/list.ts';
import { isMemSyncError } from '../../../src/core/errors.ts';
import { parseToken } from '../../../src/crypto/token.ts';
import { DEFAULT_POLICY, Policy } from '../../../schemas/policy.ts';
import { rotate } from '../../support/rotate.ts';
import { DAY } from '../../support/world.ts';
import { Asked } from './asked.ts';

/** Numbers that look random and are the same each time (mulberry32). */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** From 0 up to below 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  below(most: number): number {
    return Math.floor(this.next() * most);
  }

  of<T>(some: readonly T[]): T {
    const one = some[this.below(some.length)];
    if (one === undefined) throw new RangeError('nothing to choose from');
    return one;
  }
}

const THINGS = ['cello', 'hazelnuts', 'harbour', 'lighthouse', 'ledger', 'bicycle', 'orchard', 'violin', 'kettle', 'atlas'];
const WHERE = ['in Porto', 'at home', 'at work', 'by the sea', 'last Tuesday', 'every morning'];
const SAYS = ['Likes the', 'Lost the', 'Sold a', 'Dreams of the', 'Works on the', 'Repairs a'];
const CATEGORIES = ['health', 'travel', 'career', 'interests'] as const;

/** A receipt of the month, and what its search went through. */
export interface Issued {
  readonly id: string;
  readonly token: string;
  readonly collections: readonly string[];
  /** Where the ledger stood. */
  readonly seq: number;
}

/** A row that was erased: where it lay, and since which event. */
interface Gone {
  readonly collection: string;
  /** The event that brought it. */
  readonly from: number;
  readonly seq: number;
}

/** Thirty days of a vault: everything that happens to one, and receipts all the while. */
export class Month {
  readonly asked: Asked;
  readonly dice: Dice;
  readonly issued: Issued[] = [];
  readonly gone: Gone[] = [];
  readonly revoked = new Set<string>();
  readonly did = new Map<string, number>();
  #apps: { token: string; collections: readonly string[] }[] = [];
  #rows: { id: string; collection: string; from: number }[] = [];
  #count = 0;

  private constructor(asked: Asked, dice: Dice) {
    this.asked = asked;
    this.dice = dice;
  }

  static async begin(seed: number): Promise<Month> {
    const asked = await Asked.open();
    const month = new Month(asked, new Dice(seed));
    const both = {
      collections: ['default', 'work'],
      capabilities: ['remember', 'edit', 'retrieve', 'list', 'receipt', 'contest'] as const,
    };
    month.#apps = [
      { token: await asked.owner.grant(both), collections: both.collections },
      { token: await asked.owner.grant({ ...both, collections: ['default'] }), collections: ['default'] },
      { token: await asked.owner.grant({ ...both, categories: ['health', 'travel'] }), collections: both.collections },
    ];
    return month;
  }

  /** One day: so many times something happens, or a few things do, and then so many answers are given at once. */
  async day(times: number, answers: number): Promise<void> {
    const { clock } = this.asked.world;
    const begun = clock.now();
    for (let i = 0; i < times; i++) {
      do await this.#happens();
      while (this.dice.next() < 0.4);
      clock.advance(this.dice.below(60) * 60_000);
      await Promise.all(Array.from({ length: answers }, () => this.#answer()));
    }
    clock.advance(Math.max(0, begun + DAY - clock.now()));
  }

  async #answer(): Promise<void> {
    const { dice } = this;
    const { token, collections } = dice.of(this.#apps);
    const narrowed = dice.next() < 0.2 ? [dice.of(collections)] : collections;
    const request: Partial<RetrievalRequest> = {
      limit: 1 + dice.below(8),
      ...(dice.next() < 0.2 ? { categories: [dice.of(CATEGORIES)] } : {}),
      ...(narrowed === collections ? {} : { collections: [...narrowed] }),
      ...(dice.next() < 0.2 ? { includeDormant: true } : {}),
      ...(dice.next() < 0.2 ? { maxTokens: 40 + dice.below(120) } : {}),
      ...(dice.next() < 0.3 ? { thread: `thread ${dice.below(4)}` } : {}),
    };
    const query = `${dice.of(THINGS)} ${dice.of(THINGS)} ${dice.of(WHERE)}`;
    const { receipt, served } = await this.asked.ask(query, request, token);
    this.issued.push({ id: receipt.id, token, collections: narrowed, seq: served.head.seq });
  }

  /** Something happens; what the vault refuses has not happened. */
  async #happens(): Promise<void> {
    this.asked.world.clock.advance(1000);
    this.#count += 1;
    const kind = this.#kind();
    try {
      await this.#do(kind);
      this.did.set(kind, (this.did.get(kind) ?? 0) + 1);
    } catch (error) {
      if (!isMemSyncError(error) || error.status >= 500) throw error;
    }
  }

  #kind(): string {
    const n = this.dice.next();
    if (this.#rows.length < 12 || n < 0.4) return this.dice.next() < 0.2 ? 'derive' : 'remember';
    if (n < 0.96) {
      return this.dice.of([
        'edit',
        'edit',
        'recategorise',
        'contest',
        'dismiss',
        'confirm',
        'confirm',
        'retract',
        'reinstate',
        'replace',
        'erase',
      ]);
    }
    return this.dice.of(['job', 'policy', 'rotate', 'restart', 'narrow', 'checkpoint']);
  }

  async #do(kind: string): Promise<void> {
    const { dice, asked } = this;
    const { services } = asked.world;
    const { owner } = asked;
    const app = this.#apps[0]?.token ?? '';
    const text = `${dice.of(SAYS)} ${dice.of(THINGS)} ${dice.of(WHERE)}, ${this.#count}`;
    const row = this.#rows.length === 0 ? { id: '', collection: 'default', from: 0 } : dice.of(this.#rows);
    const named = async (): Promise<{ row: string; version: number; commitment: string }> => {
      const { version, commitment } = await show(services, asked.device, row.id);
      return { row: row.id, version, commitment };
    };
    const add = async (more: object): Promise<void> => {
      const collection = dice.of(['default', 'work']);
      const { id } = await asked.say(text, { category: dice.of(CATEGORIES), collection, ...more }, app);
      const vault = await services.vaults.acquire(owner.vault);
      this.#rows.push({ id, collection, from: vault.state.rows.get(id)?.versions[0]?.seq ?? 0 });
    };
    switch (kind) {
      case 'remember':
        return add({});
      case 'derive':
        return add({ derivedFrom: [row.id], claimed: { kind: 'model_inferred' } });
      case 'replace':
        return add({ supersedes: [row.id] });
      case 'edit':
        return void (await edit(services, app, row.id, { text }, null));
      case 'recategorise':
        return void (await edit(services, app, row.id, { category: Category.parse(dice.of(CATEGORIES)) }, null));
      case 'contest':
        return void (await contest(services, app, row.id, {}, null));
      case 'dismiss':
        return void (await owner.post('dismissed', { grant: null, rows: [] }));
      case 'confirm': {
        const { version, commitment } = await named();
        return void (await owner.confirm({ id: row.id, version, commitment }));
      }
      case 'retract':
      case 'reinstate':
        return void (await owner.post(kind === 'retract' ? 'retracted' : 'reinstated', { rows: [await named()] }));
      case 'erase': {
        if (dice.next() < 0.85) return;
        const { seq } = await owner.post('erased', { scope: 'rows', rows: [row.id] });
        this.gone.push({ collection: row.collection, from: row.from, seq });
        this.#rows = this.#rows.filter(({ id }) => id !== row.id);
        return;
      }
      case 'job':
        return void (await demoteStale(services));
      case 'policy':
        return void (await owner.post('policy_set', { policy: holdingFor(2 + dice.below(20), this.#count) }));
      case 'rotate':
        return void (await rotate(owner));
      case 'restart':
        return asked.world.restart();
      case 'checkpoint': {
        const vault = await services.vaults.acquire(owner.vault);
        return void (await services.checkpoints.keep(vault.state));
      }
      case 'narrow': {
        // The third app is given less, under another grant.
        const [first, second, third] = this.#apps;
        if (first === undefined || second === undefined || third === undefined) return;
        const { grantId } = parseToken(third.token);
        await owner.post('revoked', { grant: grantId });
        owner.revoked.add(grantId);
        this.revoked.add(third.token);
        const token = await owner.grant({
          collections: ['default', 'work'],
          capabilities: ['retrieve', 'receipt'],
          categories: [dice.of(CATEGORIES)],
        });
        this.#apps = [first, second, { token, collections: ['default', 'work'] }];
        return;
      }
    }
  }

  /** Whether a row has been erased since that a receipt's search went through; or, `above`, one from which such a row may descend. */
  hasLost({ collections, seq }: Issued, above = false): boolean {
    return this.gone.some((one) => one.seq > seq && one.from <= seq && (above || collections.includes(one.collection)));
  }
}

/** A policy under which everything holds for so many days. */
function holdingFor(days: number, version: number): Policy {
  const holding = { activeForSeconds: days * 86_400, backgroundForSeconds: days * 86_400 };
  const categories = Object.fromEntries(Category.options.map((name) => [name, { semantic: holding, episodic: holding }]));
  return Policy.parse({ ...DEFAULT_POLICY, version, categories });
}
