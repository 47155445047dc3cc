import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Bundle, TagRecord } from '../../schemas/receipt.ts';
import { CATEGORIES } from '../../schemas/vocabulary.ts';
import { addEvidence } from '../../src/app/evidence/add.ts';
import { issueReceipt } from '../../src/app/issue-receipt.ts';
import { logHeads } from '../../src/app/log-heads.ts';
import type { OpenVault } from '../../src/app/open-vault.ts';
import { readReceipt } from '../../src/app/receipts.ts';
import { remember } from '../../src/app/remember.ts';
import { retrieve } from '../../src/app/retrieve.ts';
import { openRecord } from '../../src/app/sealed-record.ts';
import { openVersionWhole } from '../../src/app/unlock.ts';
import { fromHex, hex, utf8 } from '../../src/core/bytes.ts';
import { parseEnvelope } from '../../src/crypto/dsse.ts';
import { commitmentOfBytes } from '../../src/crypto/row-commitment.ts';
import { tilesOf } from '../../src/log/tile.ts';
import { evidenceDigest } from '../../src/receipts/addendum.ts';
import { queryDigest, segmentLeaf } from '../../src/receipts/segment.ts';
import { parseStatement } from '../../src/receipts/statement.ts';
import { tagDigest } from '../../src/receipts/tag.ts';
import { Haystack } from '../support/haystack.ts';
import type { TestOwner } from '../support/owner.ts';
import { World } from '../support/world.ts';
import { ALLERGY, HOME, QUERY, SENT, texts } from './guessed-texts.ts';
import { artifactOf, type Digest, guessesOfCategory, guessesOfHead, guessesOfId, guessesOfText, type Known, TAGS } from './guesses.ts';

/** How many texts are guessed: `MEMSYNC_GUESSES=1000000` for the whole list, which takes a minute or two. */
const COUNT = Number(process.env['MEMSYNC_GUESSES'] ?? 100_000);
const PATIENCE = 60_000 + COUNT * 2;

let world: World;
let owner: TestOwner;
let app: string;
let receipt: string;
let whole: Bundle;
/** The row to be erased, and the one that stays. */
let erased: Known;
let kept: Known;

beforeAll(async () => {
  world = await World.open();
  owner = await world.owner();
  app = await owner.grant();
  const memories = [ALLERGY, HOME].map((text, i) => ({ text, category: CATEGORIES[i === 0 ? 4 : 0] }));
  const said = (await remember(world.services, app, { memories }, null)).memories;
  await owner.confirm(...said);
  const found = await retrieve(world.services, app, { query: QUERY });
  const request = { messages: [{ role: 'user', content: SENT }] };
  const output = { text: 'Almonds, the bowl at home has no hazelnuts in it, says a long answer that nobody would guess.' };
  receipt = (await issueReceipt(world.services, app, { retrievalId: found.id, model: { label: 'm' }, request, output }, null)).id;
  await addEvidence(world.services, app, receipt, { evidence: { enclave: artifactOf(ALLERGY) } }, null);
  // The head that the receipt names goes into the log as well.
  await logHeads(world.services);
  whole = (await readReceipt(world.services, app, receipt)).bundle;
  erased = await knownOf(ALLERGY);
  kept = await knownOf(HOME);
});
afterAll(() => world.close());

function openVault(): OpenVault {
  const vault = world.services.vaults.open.get(owner.vault);
  if (vault === undefined) throw new Error('the vault is not open');
  return vault;
}

async function knownOf(text: string): Promise<Known> {
  const { segments, tags } = whole.disclosures;
  const line = segments.flatMap((one) => ('text' in one && one.text.includes(JSON.stringify(text)) ? [one.text] : []))[0] ?? '';
  const record = tags.find((one) => one !== null && line.startsWith(`[${one.record.tag}] `))?.record;
  const vault = openVault();
  const version = vault.state.rows.get(record?.row ?? '')?.versions[0];
  const stored = await world.services.store.version(owner.vault, record?.row ?? '', 1);
  if (record === undefined || version === undefined || stored === null) throw new Error(`nothing is known of “${text}”`);
  const { header, bytes } = openVersionWhole(vault, stored, version);
  return { vault: owner.vault, head: statement().head, record, line, header, headerBytes: bytes, text };
}

function statement() {
  return parseStatement(parseEnvelope(whole.envelope.payloadType, whole.envelope).payload).predicate;
}

/** The bundle with nothing disclosed. */
function withheld({ envelope, disclosures, proof, addenda = [] }: Bundle): Bundle {
  const segments = disclosures.segments.map((one) => ({
    leaf: 'leaf' in one ? one.leaf : hex(segmentLeaf(fromHex(one.salt), one.text)),
  }));
  const later = addenda.map((one) => ({ envelope: one.envelope, proof: one.proof }));
  return { envelope, disclosures: { tags: disclosures.tags.map(() => null), segments }, proof, addenda: later };
}

/** What anybody gets: a receipt that discloses nothing, and all that the log publishes. */
async function published(): Promise<Haystack> {
  const haystack = new Haystack()
    .add(JSON.stringify(withheld(whole)))
    .add(whole.proof)
    .add(world.services.log.checkpoint());
  for (const line of world.verifierKeys) haystack.add(line);
  for (const { level, index } of tilesOf(world.services.log.size)) haystack.add((await world.services.store.tile(level, index)) ?? '');
  haystack.add((await world.services.store.tile(-1, 0)) ?? '');
  return haystack;
}

/** The database as a thief finds it: its files, and every value in its tables, whole. */
function database(haystack: Haystack): void {
  haystack.add(readFileSync(world.database));
  const db = new Database(world.database, { readonly: true });
  const tables = db.prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'").pluck().all();
  expect(tables.length).toBeGreaterThan(20);
  for (const table of tables) {
    for (const row of db.prepare<[], unknown[]>(`SELECT * FROM "${table}"`).raw().iterate())
      for (const value of row) if (typeof value === 'string' || value instanceof Uint8Array) haystack.add(value);
  }
  db.close();
}

/** How those guesses can be told to be right. */
function matches(haystack: Haystack, guesses: Iterable<Digest>): string[] {
  const found: string[] = [];
  for (const [how, digest] of guesses) if (haystack.holds(digest)) found.push(how);
  return found;
}

/** All guesses but the long list of texts. */
function* fewGuesses(known: Known): Generator<Digest> {
  for (const { row } of [erased.record, kept.record]) yield* guessesOfId(row, known);
  for (let i = 0; i < 200; i += 1) yield* guessesOfId(`mem_${i.toString(16).padStart(32, '0')}`, known);
  for (const category of CATEGORIES) yield* guessesOfCategory(category, known);
  yield* guessesOfHead(known);
}

/** That none of `count` texts, and of all the ids and categories, can be told to be in any of the haystacks. */
function expectNothing(count: number, ...haystacks: readonly Haystack[]): void {
  let tried = 0;
  for (const text of texts(count)) {
    for (const [how, digest] of guessesOfText(text, text === HOME ? kept : erased))
      if (haystacks.some((haystack) => haystack.holds(digest))) expect.fail(`“${text}” is matched: ${how}`);
    tried += 1;
  }
  expect(tried).toBe(count);
  for (const haystack of haystacks) for (const known of [erased, kept]) expect(matches(haystack, fewGuesses(known))).toEqual([]);
}

describe('whoever guesses', () => {
  it('has the texts that are really there on the list, once each', () => {
    const list = [...texts(10_000)];
    expect(new Set(list).size).toBeGreaterThan(9990);
    for (const text of [ALLERGY, HOME, QUERY, SENT]) expect(list).toContain(text);
  });

  it('knows every tag that anything is hashed under', () => {
    const folder = new URL('../../src/', import.meta.url).pathname;
    const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
    const used = sources.flatMap((name) =>
      [...readFileSync(join(folder, name), 'utf8').matchAll(/memsync\/([a-z-]+)\/v1\\0/g)].map(([, tag]) => tag),
    );
    expect(new Set<string | undefined>(TAGS)).toEqual(new Set(used));
  });

  it('matches nothing in a receipt that discloses nothing, nor in what the log publishes', async () => {
    const haystack = await published();
    expect(haystack.holds(fromHex(statement().tags[0] ?? ''))).toBe(true);
    expect(haystack.holds(fromHex(statement().contextRoot))).toBe(true);
    expect(world.services.log.size).toBe(3);
    // The whole list is tried below, on this and on what is there after an erasure at once.
    expectNothing(1000, haystack);
  });

  it('would match each digest without a salt, wherever and however it is written', () => {
    const right = [
      ...guessesOfText(ALLERGY, erased),
      ...guessesOfId(erased.record.row, erased),
      ...guessesOfCategory('health', erased),
      ...guessesOfHead(erased),
    ];
    expect(new Set(right.map(([how]) => how)).size).toBe(right.length);
    expect(right.length).toBeGreaterThan(100);
    const ways: ((digest: Uint8Array) => string | Uint8Array)[] = [
      (digest) => Buffer.concat([Buffer.from('tile'), digest]),
      (digest) => Buffer.concat([Buffer.alloc(3), digest.subarray(0, 8)]),
      (digest) => `{"digest":"${hex(digest)}"}`,
      (digest) => JSON.stringify({ payload: Buffer.from(`{"digest":"${hex(digest)}"}`).toString('base64') }),
      (digest) => `— log ${Buffer.concat([Buffer.alloc(5), digest]).toString('base64')}\n`,
    ];
    for (const [how, digest] of right) {
      const [way = String] = ways.splice(0, 1);
      ways.push(way);
      const haystack = new Haystack().add(way(digest));
      expect(matches(haystack, right), how).toContain(how);
      expect(new Haystack().add(way(utf8(`something else than ${how}, as long as that`))).holds(digest)).toBe(false);
    }
  });

  it('would match a receipt whose salts are all the same', async () => {
    const zeros = new Uint8Array(32);
    const lines = [erased.line, kept.line];
    const records: TagRecord[] = [erased.record, kept.record];
    const haystack = await published();
    haystack.add(
      JSON.stringify({ tags: records.map((record) => hex(tagDigest(zeros, record))), queryDigest: hex(queryDigest(zeros, QUERY)) }),
    );
    haystack.add(JSON.stringify({ segments: lines.map((line) => ({ leaf: hex(segmentLeaf(zeros, line)) })) }));
    expect(matches(haystack, guessesOfText(ALLERGY, erased))).toEqual(['segment, salt of zeros, leaf']);
    expect(matches(haystack, guessesOfText(HOME, kept))).toEqual(['segment, salt of zeros, leaf']);
    expect(matches(haystack, guessesOfText(QUERY, kept))).toEqual(['query, salt of zeros']);
    expect(matches(haystack, guessesOfId(erased.record.row, erased))).toEqual(['tag, salt of zeros']);
    expect(matches(haystack, guessesOfText('Allergic to walnuts', erased))).toEqual([]);
  });
});

describe('whoever guesses, once a row is erased', () => {
  /** All that the vault’s keys open, as text. */
  async function opened(): Promise<string[]> {
    const { store } = world.services;
    const vault = openVault();
    const found: string[] = [];
    for (const { id, sealed } of await store.receiptsAfter(owner.vault, '', 100)) {
      found.push(JSON.stringify(openRecord(vault.vaultKeys(), ['receipt', id], sealed, z.unknown())));
      for (const row of await store.receiptRows(owner.vault, id)) {
        const keys = vault.keys.all(vault.state.rows.get(row.row)?.collection ?? '');
        if (row.sealed.length > 0)
          found.push(JSON.stringify(openRecord(keys, ['receipt-row', `${id}/${row.position}`], row.sealed, z.unknown())));
      }
    }
    for (const { id } of await store.receiptsAfter(owner.vault, '', 100)) {
      for (const { number, sealed, evidence } of await store.addenda.after(owner.vault, id, 0, Infinity)) {
        found.push(JSON.stringify(openRecord(vault.vaultKeys(), ['addendum', `${id}/${number}`], sealed, z.unknown())));
        if (evidence.length > 0)
          found.push(JSON.stringify(openRecord(vault.vaultKeys(), ['evidence', `${id}/${number}`], evidence, z.unknown())));
      }
    }
    for (const { id, sealed } of await store.retrievalsAfter(owner.vault, '', 100))
      found.push(JSON.stringify(openRecord(vault.vaultKeys(), ['retrieval', id], sealed, z.unknown())));
    for (const [id, { versions }] of vault.state.rows) {
      const stored = await store.version(owner.vault, id, 1);
      const [known] = versions;
      if (stored !== null && known !== undefined) found.push(hex(openVersionWhole(vault, stored, known).salt.reveal()));
    }
    for (const { beside } of await store.events(owner.vault, 0, 1000))
      if (beside !== null) found.push(Buffer.from(beside).toString('latin1'));
    return found;
  }

  /** What of a row can be shown to have been there, with every 32 bytes that the keys open tried as its salt. */
  async function provable({ record, line, headerBytes, text }: Known): Promise<string[]> {
    const haystack = await published();
    database(haystack);
    const salts = new Set((await opened()).flatMap((one) => one.match(/[0-9a-f]{64}/g) ?? []));
    expect(salts.size).toBeGreaterThan(10);
    const found: string[] = [];
    for (const salt of [...salts].map(fromHex)) {
      if (haystack.holds(evidenceDigest({ salt: hex(salt), artifact: artifactOf(text) }))) found.push('evidence');
      if (haystack.holds(tagDigest(salt, record))) found.push('tag');
      if (haystack.holds(segmentLeaf(salt, line))) found.push('line');
      if (haystack.holds(commitmentOfBytes(salt, headerBytes, utf8(text)))) found.push('commitment');
    }
    return found.toSorted();
  }

  it(
    'matches nothing with the database in hand, and even with the vault’s keys the salts are gone',
    async () => {
      const all = ['commitment', 'line', 'tag'];
      const before = await published();
      expect([await provable(erased), await provable(kept)]).toEqual([[...all, 'evidence'].toSorted(), all]);
      await owner.post('erased', { scope: 'rows', rows: [erased.record.row] });
      expect([await provable(erased), await provable(kept)]).toEqual([[], all]);
      const haystack = await published();
      await world.stop();
      database(haystack);
      expect(haystack.size).toBeGreaterThan(100_000);
      // Its digests are there all the same.
      expect(haystack.holds(fromHex(erased.record.commitment))).toBe(true);
      expectNothing(COUNT, before, haystack);
    },
    PATIENCE,
  );
});
