import { hash } from 'node:crypto';
import type { TagRecord } from '../../schemas/receipt.ts';
import { fromHex, lengthPrefixed, utf8 } from '../../src/core/bytes.ts';
import { canonicalJson } from '../../src/crypto/canonical.ts';
import { sodium } from '../../src/crypto/sodium.ts';
import { encodeHeader, type RowHeader } from '../../src/memory/header.ts';

/** What somebody who guesses knows for certain: more than anybody would, so that nothing hangs on it. */
export interface Known {
  readonly vault: string;
  readonly head: { readonly seq: number; readonly hash: string };
  /** A row as it was served, its line of the context block, and its header. */
  readonly record: TagRecord;
  readonly line: string;
  readonly header: RowHeader;
  readonly headerBytes: Uint8Array;
  readonly text: string;
}

/** A digest that was worked out from a guess without any salt. */
export type Digest = readonly [how: string, digest: Uint8Array];

/** Every domain tag that MemSync hashes under. */
export const TAGS = [
  'collection-key',
  'evidence',
  'external-content',
  'external-decisions',
  'external-item',
  'external-items',
  'import-stage',
  'ledger-link',
  'log-addendum',
  'log-case',
  'log-certificate',
  'log-head',
  'log-receipt',
  'next-owner-key',
  'query',
  'request',
  'reviewer-token-check',
  'row-commitment',
  'row-content',
  'segment',
  'tag',
  'token-auth',
  'token-check',
  'validation-leaf',
] as const;

const tag = (name: (typeof TAGS)[number]): Uint8Array => utf8(`memsync/${name}/v1\0`);
const ALL_TAGS = TAGS.map((name) => [name, tag(name)] as const);
const COMMITMENT = tag('row-commitment');
const SEGMENT = tag('segment');
const QUERY = tag('query');
const REQUEST = tag('request');
const TAG = tag('tag');
const LEAF = tag('validation-leaf');
const HEAD = tag('log-head');
const EVIDENCE = tag('evidence');

/** A salt that is none. */
const ZEROS = new Uint8Array(32);
const NEWLINE = utf8('\n');

const scratch = new Uint8Array(65_536);

/** SHA-256 of the parts one after another, put together where there is room already. */
function sha(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) {
    scratch.set(part, length);
    length += part.length;
  }
  return hash('sha256', scratch.subarray(0, length), 'buffer');
}

const leaf = (bytes: Uint8Array): Uint8Array => sha(Uint8Array.of(0), bytes);

/** Under a tag with no salt, and with one that is always the same; each also as the leaf of a tree. */
function* unsalted(how: string, under: Uint8Array, body: Uint8Array): Generator<Digest> {
  const bare = sha(under, body);
  const zeros = sha(under, ZEROS, body);
  yield [`${how}, no salt`, bare];
  yield [`${how}, no salt, leaf`, leaf(bare)];
  yield [`${how}, salt of zeros`, zeros];
  yield [`${how}, salt of zeros, leaf`, leaf(zeros)];
}

/** The bytes alone: hashed by themselves and under every tag, as ours are with their length before them. */
function* plain(what: string, bytes: Uint8Array): Generator<Digest> {
  const bare = sha(bytes);
  yield [`${what}, SHA-256`, bare];
  yield [`${what}, leaf`, leaf(bytes)];
  yield [`${what}, SHA-256, leaf`, leaf(bare)];
  yield [`${what}, BLAKE2b`, sodium.crypto_generichash(32, bytes, null)];
  const prefixed = lengthPrefixed(bytes);
  for (const [name, under] of ALL_TAGS) yield [`${what} under ${name}`, sha(under, prefixed)];
}

/** Whatever could have been published of a text: of a row, of its line, of a query, of a message to a model. */
export function* guessesOfText(text: string, known: Known): Generator<Digest> {
  const bytes = utf8(text);
  yield* plain('text', bytes);
  yield ['text and newline, SHA-256', sha(bytes, NEWLINE)];
  yield ['text in JSON, SHA-256', sha(utf8(JSON.stringify(text)))];
  const line = utf8(lineWith(known, text));
  yield ['line, SHA-256', sha(line)];
  yield ['line, leaf', leaf(line)];
  yield* unsalted('segment', SEGMENT, lengthPrefixed(line));
  yield* unsalted('query', QUERY, lengthPrefixed(bytes));
  const request = sha(canonicalJson([{ content: text, role: 'user' }]));
  yield ['request', request];
  yield* unsalted('request', REQUEST, request);
  yield* commitments('text', known.headerBytes, bytes);
  const artifact = artifactOf(text);
  yield ['artefact, SHA-256', sha(canonicalJson(artifact))];
  yield* unsalted('evidence', EVIDENCE, lengthPrefixed(canonicalJson({ artifact })));
}

/** Evidence that says a text, as somebody hands it in who should have known better. */
export function artifactOf(text: string): { readonly kind: string; readonly said: string } {
  return { kind: 'something-new', said: text };
}

/** Whatever could have been published of a row's id; the rest of its record is known. */
export function* guessesOfId(row: string, known: Known): Generator<Digest> {
  yield* plain('id', utf8(row));
  yield ['id’s bytes, SHA-256', sha(fromHex(row.slice(4)))];
  const record = canonicalJson({ ...known.record, row });
  yield ['record, SHA-256', sha(record)];
  yield ['record, leaf', leaf(record)];
  yield* unsalted('tag', TAG, lengthPrefixed(record));
  const { version, commitment } = known.record;
  const named = lengthPrefixed(utf8(known.vault), utf8(row), u64(version), fromHex(commitment), new Uint8Array(0));
  yield* unsalted('validation leaf', LEAF, named);
  yield* commitments('id', encodeHeader({ ...known.header, row }), utf8(known.text));
}

/** Whatever could have been published of a category; the rest of the row is known, its text too. */
export function* guessesOfCategory(category: RowHeader['category'], known: Known): Generator<Digest> {
  yield* plain('category', utf8(category));
  const header = encodeHeader({ ...known.header, category });
  yield ['header, SHA-256', sha(header)];
  yield ['header, leaf', leaf(header)];
  yield* commitments('category', header, utf8(known.text));
}

/** Whatever could have been published of a vault’s head, which a receipt names. */
export function* guessesOfHead({ vault, head }: Known): Generator<Digest> {
  yield* unsalted('head', HEAD, lengthPrefixed(utf8(vault), u64(head.seq), fromHex(head.hash)));
}

function* commitments(of: string, header: Uint8Array, text: Uint8Array): Generator<Digest> {
  yield* unsalted(`commitment by ${of}`, COMMITMENT, lengthPrefixed(header, text));
  yield [`commitment by ${of}, no tag`, sha(lengthPrefixed(header, text))];
  yield [`header and text by ${of}, SHA-256`, sha(header, text)];
}

/** The known line, with another text in the row's place. */
function lineWith({ line, text }: Known, guess: string): string {
  return line.replace(JSON.stringify(text), () => JSON.stringify(guess));
}

function u64(value: number): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
}
