import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { appConfirm, contest } from '../../src/app/contest.ts';
import { demoteStale } from '../../src/app/demote-stale.ts';
import { edit } from '../../src/app/edit.ts';
import { readGrantReads } from '../../src/app/grant-reads.ts';
import { issueReceipt } from '../../src/app/issue-receipt.ts';
import { history } from '../../src/app/history.ts';
import { list, show } from '../../src/app/list.ts';
import { appendOwnerEvent } from '../../src/app/owner-event.ts';
import { readSealedRow } from '../../src/app/owner-reads.ts';
import { listReceipts } from '../../src/app/list-receipts.ts';
import { readReceipt } from '../../src/app/receipts.ts';
import { remember } from '../../src/app/remember.ts';
import { retrieve } from '../../src/app/retrieve.ts';
import { readExport } from '../../src/app/transfer/export.ts';
import { isMemSyncError } from '../../src/core/errors.ts';
import { parseToken } from '../../src/crypto/token.ts';
import type { OwnerSubmission } from '../../schemas/owner-event.ts';
import type { TestOwner } from '../support/owner.ts';
import { DAY, World } from '../support/world.ts';

const CAPABILITIES = ['remember', 'edit', 'retrieve', 'list', 'receipt', 'contest', 'confirm'] as const;

const row = fc.nat(5);
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('remember' as const), work: fc.boolean(), from: fc.option(row) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('repeat' as const), row }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('edit' as const), row }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('retrieve' as const), key: fc.option(fc.constantFrom('k1', 'k2')) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('receipt' as const) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('erase' as const), row, more: fc.option(row) }) },
  fc.record({
    do: fc.constantFrom('contest' as const, 'appConfirm' as const, 'confirm' as const, 'retract' as const, 'reinstate' as const),
    row,
  }),
  fc.record({ do: fc.constant('replace' as const), row }),
  fc.record({ do: fc.constantFrom('replay' as const, 'restart' as const, 'job' as const, 'wait' as const) }),
  fc.constant({ do: 'eraseWork' as const }),
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** What the test knows of a row: every word that was ever said only about it, and whether it has been erased. */
interface Known {
  readonly id: string;
  readonly work: boolean;
  readonly words: string[];
  erased: boolean;
}

/** One vault, and somebody who does things to it at random. */
class Play {
  readonly world: World;
  readonly owner: TestOwner;
  readonly app: string;
  readonly device: string;
  readonly known: Known[] = [];
  readonly retrievals: string[] = [];
  readonly receipts: string[] = [];
  /** What the owner has sent, to be sent again. */
  readonly sent: OwnerSubmission[] = [];
  #words = 0;

  private constructor(world: World, owner: TestOwner, app: string, device: string) {
    this.world = world;
    this.owner = owner;
    this.app = app;
    this.device = device;
  }

  static async begin(): Promise<Play> {
    const world = await World.open();
    const owner = await world.owner();
    await owner.addCollection('work');
    const app = await owner.grant({ capabilities: [...CAPABILITIES], collections: ['default', 'work'] });
    const device = await owner.grant({
      role: 'device',
      capabilities: ['list', 'retrieve', 'receipt', 'export'],
      collections: ['default', 'work'],
    });
    const play = new Play(world, owner, app, device);
    const post = owner.door.post.bind(owner.door);
    owner.door.post = (vault, submission) => {
      play.sent.push(submission);
      return post(vault, submission);
    };
    return play;
  }

  /** A word that nobody has said before. */
  word(): string {
    this.#words += 1;
    return `zq${this.#words.toString(36).padStart(4, '0')}x`;
  }

  async take(one: Step): Promise<void> {
    const { services } = this.world;
    const chosen = 'row' in one ? this.known[one.row] : undefined;
    const id = chosen?.id ?? 'mem_'.padEnd(36, '0');
    switch (one.do) {
      case 'remember': {
        const word = this.word();
        const source = one.from === null ? undefined : this.known[one.from]?.id;
        const memory = {
          text: `common ${word}`,
          collection: one.work ? 'work' : 'default',
          claimed: { quote: `quote ${word}`, kind: 'user_stated' as const },
        };
        const { memories } = await remember(
          services,
          this.app,
          { memories: [source === undefined ? memory : { ...memory, derivedFrom: [source] }] },
          `n-${word}`,
        );
        this.known.push({ id: memories[0]?.id ?? '', work: one.work, words: [word], erased: false });
        return;
      }
      case 'repeat': {
        if (chosen === undefined || chosen.erased) return;
        const { text, collection } = await show(services, this.app, id);
        const word = this.word();
        chosen.words.push(word);
        await remember(services, this.app, { memories: [{ text, collection, claimed: { quote: `again ${word}` } }] }, null);
        return;
      }
      case 'edit': {
        const word = this.word();
        chosen?.words.push(word);
        await edit(services, this.app, id, { text: `common ${word}` }, `e-${word}`);
        return;
      }
      case 'contest': {
        const word = this.word();
        chosen?.words.push(word);
        await contest(services, this.app, id, { note: `doubt ${word}` }, null);
        return;
      }
      case 'appConfirm':
        await appConfirm(services, this.app, id, null);
        return;
      case 'retrieve': {
        const { id: made } = await retrieve(services, this.app, { query: 'common', includeDormant: true, limit: 50, thread: 't' }, one.key);
        this.retrievals.push(made);
        return;
      }
      case 'receipt': {
        const retrievalId = this.retrievals.at(-1) ?? 'ret_'.padEnd(36, '0');
        const request = { retrievalId, model: { label: 'm' }, output: { text: 'x' } };
        this.receipts.push((await issueReceipt(services, this.app, request, `r-${retrievalId}`)).id);
        return;
      }
      case 'replace': {
        const word = this.word();
        const { memories } = await remember(services, this.app, { memories: [{ text: `common ${word}`, supersedes: [id] }] }, null);
        this.known.push({ id: memories[0]?.id ?? '', work: false, words: [word], erased: false });
        return;
      }
      case 'confirm':
      case 'retract':
      case 'reinstate': {
        const shown = await show(services, this.device, id);
        if (one.do === 'confirm') await this.owner.confirm(shown);
        else if (one.do === 'retract') await this.owner.retract(shown);
        else await this.owner.post('reinstated', { rows: [{ row: id, version: shown.version, commitment: shown.commitment }] });
        return;
      }
      case 'erase': {
        const rows = [...new Set([one.row, one.more ?? one.row])].flatMap((i) => this.known[i] ?? []);
        await this.owner.post('erased', { scope: 'rows', rows: rows.map((each) => each.id) });
        for (const each of rows) each.erased = true;
        return;
      }
      case 'eraseWork':
        await this.owner.post('erased', { scope: 'collection', collection: this.owner.key('work').name.collection });
        for (const each of this.known) if (each.work) each.erased = true;
        return;
      case 'replay': {
        // Whatever the owner has ever signed, sent once more.
        for (const submission of this.sent.slice(-6)) {
          const taken = await appendOwnerEvent(services, this.owner.vault, submission).catch((error: unknown) => refused(error));
          if (typeof taken !== 'string') throw new Error('an event was taken twice');
        }
        return;
      }
      case 'restart':
        await this.world.restart();
        return;
      case 'job':
        await demoteStale(services);
        return;
      case 'wait':
        this.world.clock.advance(40 * DAY);
    }
  }

  /** Everything that the service answers, to the app and to the owner's device, as one text; and each row that is erased by itself. */
  async answers(): Promise<string> {
    const { services } = this.world;
    const { vault } = this.owner;
    const asked = (work: Promise<unknown>): Promise<unknown> => work.catch((error: unknown) => refused(error));
    const said: unknown[] = [];
    for (const token of [this.app, this.device]) {
      said.push(await asked(list(services, token, { limit: 200 })));
      said.push(await asked(list(services, token, { limit: 200, due: this.world.clock.now() + 4000 * DAY })));
      said.push(await asked(retrieve(services, token, { query: 'common', includeDormant: true, limit: 100 })));
      for (const key of ['k1', 'k2'])
        said.push(await asked(retrieve(services, token, { query: 'common', includeDormant: true, limit: 50, thread: 't' }, key)));
      said.push(await asked(listReceipts(services, token, { limit: 100 })));
      for (const receipt of this.receipts) said.push(await asked(readReceipt(services, token, receipt)));
      for (const { id } of this.known) said.push(await asked(show(services, token, id)), await asked(history(services, token, id)));
    }
    said.push(await asked(readGrantReads(services, this.device, vault, parseToken(this.app).grantId, {})));
    for (const { id } of this.known) said.push(await asked(readSealedRow(services, this.device, vault, id)));
    for (let after: string | undefined; ;) {
      const page = await readExport(services, this.device, vault, after === undefined ? {} : { cursor: after });
      said.push(page);
      if (page.cursor === null) break;
      after = page.cursor;
    }
    return JSON.stringify(said);
  }
}

/** A refusal, as it is told. */
function refused(error: unknown): string {
  if (!isMemSyncError(error)) throw error;
  return `${error.code} ${error.message}`;
}

describe('promise 9: whatever happens, in whatever order', () => {
  it('no answer has a word of an erased row, and nothing of it is kept', { timeout: 240_000 }, async () => {
    let erased = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 20 }), async (steps) => {
        const play = await Play.begin();
        try {
          for (const one of steps) {
            await play.take(one).catch((error: unknown) => {
              if (!isMemSyncError(error)) throw error;
            });
            if (!play.known.some((each) => each.erased)) continue;
            const answers = await play.answers();
            const { store } = play.world.services;
            const events = await store.events(play.owner.vault, 0, 10_000);
            for (const { id, words, erased: gone } of play.known) {
              if (!gone) continue;
              expect(
                words.filter((word) => answers.includes(word)),
                `${id}, after ${one.do}`,
              ).toEqual([]);
              expect(await store.version(play.owner.vault, id, 1)).toBeNull();
              expect(
                events.filter(({ stored, beside }) => beside !== null && stored[0] === 4 && Buffer.from(stored).includes(`"row":"${id}"`)),
              ).toEqual([]);
              erased += 1;
            }
          }
        } finally {
          await play.world.close();
        }
      }),
      { numRuns: 60 },
    );
    expect(erased).toBeGreaterThan(50);
  });

  it('and what is not erased is in them: the search finds what it should', async () => {
    const play = await Play.begin();
    try {
      for (const one of [
        { do: 'remember', work: true, from: null },
        { do: 'repeat', row: 0 },
        { do: 'edit', row: 0 },
        { do: 'contest', row: 0 },
        { do: 'retrieve', key: 'k1' },
        { do: 'receipt' },
      ] as const)
        await play.take(one);
      const answers = await play.answers();
      // What somebody else said who said it again is sealed beside its event, and in no answer.
      const [first, again, second, doubt] = play.known[0]?.words ?? [];
      expect([first, again, second, doubt].map((word) => word !== undefined && answers.includes(word))).toEqual([true, false, true, true]);
    } finally {
      await play.world.close();
    }
  });
});
