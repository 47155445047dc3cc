import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Disclosure } from '../../schemas/disclosure.ts';
import type { Memory, NewMemory } from '../../schemas/memory.ts';
import type { ReceiptReply } from '../../schemas/receipt.ts';
import { discloseRows, readBundle } from '../../src/app/disclose.ts';
import { edit } from '../../src/app/edit.ts';
import { issueReceipt } from '../../src/app/issue-receipt.ts';
import { remember } from '../../src/app/remember.ts';
import { retrieve } from '../../src/app/retrieve.ts';
import { hex } from '../../src/core/bytes.ts';
import { deriveOwnerKeys } from '../../src/crypto/root.ts';
import type { Verdict } from '../../src/receipts/verdict.ts';
import { verifyBundle } from '../../src/receipts/verify.ts';
import type { TestOwner } from '../support/owner.ts';
import { rotate } from '../support/rotate.ts';
import { DAY, World } from '../support/world.ts';

let world: World;
let owner: TestOwner;
let app: string;
let device: string;

beforeEach(async () => {
  world = await World.open();
  owner = await world.owner();
  await owner.addCollection('work');
  app = await owner.grant({ collections: ['default', 'work'] });
  device = await owner.device();
});
afterEach(() => world.close());

async function say(text: string, more: Partial<NewMemory> = {}, token = app): Promise<Memory> {
  const { memories } = await remember(world.services, token, { memories: [{ text, claimed: { kind: 'user_stated' }, ...more }] }, null);
  return memories[0] as Memory;
}

async function receiptFor(query: string, token = app): Promise<ReceiptReply> {
  const { id } = await retrieve(world.services, token, { query, limit: 50 });
  return issueReceipt(world.services, token, { retrievalId: id, model: { label: 'm' }, output: { text: 'x' } }, null);
}

const disclose = (id: string, tags: readonly string[], token = device) => discloseRows(world.services, token, id, { tags: [...tags] });
const bundle = (id: string, what: string, token = device) => readBundle(world.services, token, id, { disclose: what });
const verify = (given: unknown, disclosures: readonly unknown[] = []): Verdict =>
  verifyBundle(given, { verifierKeys: world.verifierKeys, vault: owner.vault }, world.clock.now(), { disclosures });
const opened = ({ rows }: Verdict) => rows.map((row) => (row.disclosed ? (row.opened?.text ?? null) : null));
const tagOf = ({ rows }: ReceiptReply, memory: Memory) => rows.find(({ row }) => row === memory.id)?.tag ?? '';
const eraseRow = ({ id }: Memory) => owner.post('erased', { scope: 'rows', rows: [id] });

/** A receipt of five rows: of two collections, confirmed, edited, drawn from another, claimed in many ways. */
async function five(): Promise<{ rows: Memory[]; receipt: ReceiptReply }> {
  const first = await say('Quillfeather is allergic to hazelnuts', { category: 'health', subject: 'Quillfeather', attribute: 'allergy' });
  await owner.confirm(first);
  world.clock.advance(DAY);
  const second = await say('Quillfeather works at the observatory', { collection: 'work', observedAt: Date.parse('2025-11-01') });
  const third = await say('Quillfeather plays the cello “in time”\n\u2028[m1] now', {
    claimed: { thread: 'talk', speaker: 'Ana', quote: 'q' },
  });
  const fourth = await say('Quillfeather eats no nuts', { derivedFrom: [first.id] });
  const fifth = await say('Quillfeather lives in Porto', { validUntil: Date.parse('2027-01-01') });
  await edit(world.services, app, fifth.id, { text: 'Quillfeather lives in Braga' }, null);
  const receipt = await receiptFor('Quillfeather');
  expect(receipt.rows).toHaveLength(5);
  return { rows: [first, second, third, fourth, fifth], receipt };
}

describe('rows that are disclosed', () => {
  it('verify offline, any of them, and nothing of the others is in the bytes', async () => {
    const { receipt } = await five();
    const texts = new Map<string, string>();
    for (const { tag } of receipt.rows) texts.set(tag, (await disclose(receipt.id, [tag])).rows[0]?.text ?? '');
    expect([...texts.values()].toSorted()).toEqual([
      'Quillfeather eats no nuts',
      'Quillfeather is allergic to hazelnuts',
      'Quillfeather lives in Braga',
      'Quillfeather plays the cello “in time”\n\u2028[m1] now',
      'Quillfeather works at the observatory',
    ]);
    const tags = receipt.rows.map(({ tag }) => tag);
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray([...tags, ...tags], { minLength: 1 }), fc.constantFrom('app', 'device'), async (chosen, by) => {
        const file = JSON.stringify(await disclose(receipt.id, chosen, by === 'app' ? app : device));
        const verdict = verify(file);
        expect(verdict.failures).toEqual([]);
        expect(opened(verdict)).toEqual(tags.map((tag) => (chosen.includes(tag) ? texts.get(tag) : null)));
        expect(opened(verify(await bundle(receipt.id, 'none'), [file]))).toEqual(opened(verdict));
        receipt.rows.forEach((row, position) => {
          if (chosen.includes(row.tag)) return;
          const salt = receipt.bundle.disclosures.tags[position]?.salt ?? '?';
          const line = receipt.bundle.disclosures.segments[row.segment];
          const words = JSON.stringify(texts.get(row.tag)).slice(14, 32);
          // A row that was derived from this one names it, and has to be whole.
          const named = chosen.some((tag) => texts.get(tag)?.includes('no nuts')) && texts.get(row.tag)?.includes('hazelnuts');
          const secrets = [
            words,
            salt,
            row.commitment,
            line !== undefined && 'salt' in line ? line.salt : '?',
            ...(named === true ? [] : [row.row]),
          ];
          for (const secret of secrets) expect(file, secret).not.toContain(secret);
        });
        for (const secret of ['ACTIVE', 'BACKGROUND']) expect(file).not.toContain(secret);
      }),
      { numRuns: 25 },
    );
  });

  it('leave no trace: nothing is committed for it, and the vault stands where it stood', async () => {
    const { receipt } = await five();
    const before = [world.services.writer.counts.commits, await world.services.store.head(owner.vault)];
    await disclose(receipt.id, ['m1', 'm2']);
    expect([world.services.writer.counts.commits, await world.services.store.head(owner.vault)]).toEqual(before);
  });

  it('are those that were served, whatever they have become', async () => {
    const { rows, receipt } = await five();
    const fifth = rows[4] as Memory;
    const tag = tagOf(receipt, fifth);
    const before = await disclose(receipt.id, [tag]);
    await edit(world.services, app, fifth.id, { text: 'Quillfeather lives in Évora', category: 'travel' }, null);
    world.clock.advance(300 * DAY);
    await world.restart();
    const after = await disclose(receipt.id, [tag], app);
    expect(after.rows).toEqual(before.rows);
    expect([before, after].map((file) => opened(verify(file)).filter((text) => text !== null))).toEqual([
      ['Quillfeather lives in Braga'],
      ['Quillfeather lives in Braga'],
    ]);
    expect(JSON.stringify(after)).not.toContain('Évora');
  });

  it('open after keys were rotated and the owner’s was changed; what was disclosed before joins what is disclosed after', async () => {
    const { rows, receipt } = await five();
    const before = await disclose(receipt.id, ['m1', 'm2']);
    await rotate(owner);
    const keys = deriveOwnerKeys(owner.root, 1);
    await owner.send(owner.signAs(keys, 'owner_rotated', { ownerKey: hex(keys.signing.publicKey), nextKeyHash: hex(keys.nextKeyHash) }));
    const tags = receipt.rows.map(({ tag }) => tag);
    const after = await disclose(receipt.id, tags.slice(2));
    expect([before.bundle.disclosures.rotations, after.bundle.disclosures.rotations?.length]).toEqual([undefined, 1]);
    for (const verdict of [verify(before, [after, after]), verify(after, [before]), verify(receipt.bundle, [after, before])]) {
      expect(verdict.failures).toEqual([]);
      expect(opened(verdict).every((text) => text?.startsWith('Quillfeather'))).toBe(true);
      const confirmed = verdict.rows.find((row) => row.disclosed && row.row === rows[0]?.id);
      expect(confirmed).toMatchObject({ validation: 'verified' });
      expect(verdict.unknown.some((line) => line.startsWith('the rows’ own words'))).toBe(false);
    }
  });
});

describe('an erased row', () => {
  it('is disclosed no more, while what was handed over before still proves itself', async () => {
    const { rows, receipt } = await five();
    const [first, second] = rows as [Memory, Memory];
    const [gone, kept] = [tagOf(receipt, first), tagOf(receipt, second)];
    const old: Disclosure = await disclose(receipt.id, [gone]);
    await eraseRow(first);
    for (const token of [app, device]) {
      await expect(disclose(receipt.id, [gone], token)).rejects.toMatchObject({ code: 'memory_erased' });
      await expect(disclose(receipt.id, [kept, gone], token)).rejects.toMatchObject({ code: 'memory_erased' });
      await expect(bundle(receipt.id, gone, token)).rejects.toMatchObject({ code: 'memory_erased' });
      expect(opened(verify(await disclose(receipt.id, [kept], token))).filter((text) => text !== null)).toEqual([
        'Quillfeather works at the observatory',
      ]);
    }
    expect([verify(old).failures, opened(verify(old)).filter((text) => text !== null)]).toEqual([
      [],
      ['Quillfeather is allergic to hazelnuts'],
    ]);
    // What is disclosed from now on has none of it, and is a count where it was.
    const left = JSON.stringify(await bundle(receipt.id, 'all'));
    expect(left).not.toContain('hazelnuts');
    expect(verify(left).unknown).toContain('undisclosed rows: of 1 out of 5 nothing is shown but a digest.');
  });

  it('is refused where it is erased when it is about to be read, or while another one is', async () => {
    const { rows, receipt } = await five();
    const served = receipt.rows.map(({ row }) => rows.find(({ id }) => id === row) as Memory);
    const { store } = world.services;
    /** The receipt's row `victim` is erased when its row `read` is about to be read. */
    const erasing = async (read: number, victim: number, tags: readonly string[]) => {
      const versionOf = store.version.bind(store);
      let erased = 0;
      store.version = async (...asked) => {
        if (asked[1] === served[read]?.id) {
          Reflect.deleteProperty(store, 'version');
          await eraseRow(served[victim] as Memory);
          erased += 1;
        }
        return versionOf(...asked);
      };
      await expect(disclose(receipt.id, tags)).rejects.toMatchObject({ code: 'memory_erased' });
      expect(erased).toBe(1);
    };
    await erasing(0, 0, ['m1']);
    await erasing(2, 1, ['m2', 'm3']);
    expect((await disclose(receipt.id, ['m3', 'm4', 'm5'])).rows).toHaveLength(3);
  });

  it('is whole or refused while it is being erased, and refused from then on', async () => {
    const rows = await Promise.all(Array.from({ length: 30 }, (_, i) => say(`Quillfeather the ${i}th`)));
    const receipt = await receiptFor('Quillfeather');
    const tags = receipt.rows.map(({ tag }) => tag);
    const reads = { over: false };
    const reading = (async () => {
      const seen = new Set<string>();
      while (!reads.over) {
        try {
          const file = await disclose(receipt.id, tags.slice(0, 20));
          expect(opened(verify(file)).filter((text) => text !== null)).toHaveLength(20);
          seen.add('whole');
        } catch (error) {
          seen.add((error as { code: string }).code);
        }
        await new Promise((resolve) => setImmediate(resolve));
      }
      return seen;
    })();
    await disclose(receipt.id, tags);
    for (const row of rows.slice(0, 4)) await eraseRow(row);
    reads.over = true;
    expect([...(await reading)].toSorted()).toEqual(['memory_erased', 'whole']);
  });
});

describe('who may', () => {
  it('an app its own receipts, a device all, each within its collections; a reviewer none', async () => {
    const { rows, receipt } = await five();
    const work = tagOf(receipt, rows[1] as Memory);
    const home = tagOf(receipt, rows[2] as Memory);
    const other = await owner.grant({ collections: ['default', 'work'] });
    await expect(disclose(receipt.id, [home], other)).rejects.toMatchObject({ code: 'receipt_unknown' });
    await expect(bundle(receipt.id, 'none', other)).rejects.toMatchObject({ code: 'receipt_unknown' });
    const reviewer = await owner.grant({ role: 'reviewer', capabilities: ['receipt', 'review'], collections: ['default', 'work'] });
    await expect(disclose(receipt.id, [home], reviewer)).rejects.toMatchObject({ code: 'scope_exceeded' });
    const speechless = await owner.grant({ capabilities: ['retrieve'] });
    await expect(disclose(receipt.id, [home], speechless)).rejects.toMatchObject({ code: 'capability_missing' });
    const narrow = await owner.grant({ role: 'device', capabilities: ['list', 'receipt'], collections: ['default'] });
    expect((await disclose(receipt.id, [home], narrow)).rows).toHaveLength(1);
    await expect(disclose(receipt.id, [work], narrow)).rejects.toMatchObject({ code: 'memory_unknown' });
    await expect(bundle(receipt.id, work, narrow)).rejects.toMatchObject({ code: 'memory_unknown' });
  });

  it('nobody a tag or a receipt that is not there', async () => {
    const { receipt } = await five();
    await expect(disclose(receipt.id, ['m1', 'm9'])).rejects.toMatchObject({ code: 'memory_unknown' });
    await expect(bundle(receipt.id, 'm1,m9')).rejects.toMatchObject({ code: 'memory_unknown' });
    await expect(disclose(`rcp_${'0'.repeat(32)}`, ['m1'])).rejects.toMatchObject({ code: 'receipt_unknown' });
  });

  it('an app no row that the owner has retracted, unless all of it is its own; the device it may', async () => {
    const writer = await owner.grant();
    const theirs = await say('Quillfeather keeps bees', {}, writer);
    const own = await say('Quillfeather keeps a diary');
    const receipt = await receiptFor('Quillfeather');
    await owner.retract(theirs, own);
    await expect(disclose(receipt.id, [tagOf(receipt, theirs)], app)).rejects.toMatchObject({ code: 'memory_unknown' });
    expect((await disclose(receipt.id, [tagOf(receipt, own)], app)).rows).toHaveLength(1);
    expect((await disclose(receipt.id, [tagOf(receipt, theirs)])).rows).toHaveLength(1);
  });
});

describe('a bundle with less', () => {
  it('shows nothing but digests, and how many there are', async () => {
    const { receipt } = await five();
    const none = await bundle(receipt.id, 'none');
    const { disclosures } = none;
    expect(disclosures.tags).toEqual(Array.from({ length: 5 }, () => null));
    expect(disclosures.segments.every((segment) => Object.keys(segment).join() === 'leaf')).toBe(true);
    expect(Object.keys(disclosures).toSorted()).toEqual(['genesis', 'segments', 'tags']);
    expect([none.envelope, disclosures.genesis]).toEqual([receipt.bundle.envelope, receipt.bundle.disclosures.genesis]);
    expect(JSON.stringify(none)).not.toContain('Quillfeather');
    const verdict = verify(JSON.stringify(none));
    expect([verdict.failures, verdict.rows.filter(({ disclosed }) => disclosed)]).toEqual([[], []]);
    expect(verdict.unknown.map((line) => line.split(':')[0])).toEqual(
      expect.arrayContaining(['undisclosed rows', 'undisclosed lines', 'the query', 'the rows’ own words']),
    );
  });

  it('shows the rows that were named, with their lines, and no others', async () => {
    const { receipt } = await five();
    const some = await bundle(receipt.id, 'm3,m1');
    const verdict = verify(some);
    expect([verdict.failures, verdict.rows.map(({ disclosed }) => disclosed)]).toEqual([[], [true, false, true, false, false]]);
    expect(some.disclosures.segments.filter((segment) => 'text' in segment)).toHaveLength(2);
    expect(await bundle(receipt.id, 'all')).toEqual(receipt.bundle);
  });
});
