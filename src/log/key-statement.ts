import { base64, equalBytes, fromBase64 } from '../core/bytes.ts';
import { MemSyncError } from '../core/errors.ts';
import { formatInstant, type Instant, requireInstant } from '../core/instant.ts';
import { parseDecimal } from './decimal.ts';
import { EMPTY_ROOT, HASH_BYTES } from './merkle.ts';
import { isSize } from './range.ts';
import { encodeVerifierKey, parseVerifierKey, type VerifierKey } from './verifier-key.ts';

/** The first line of every statement. */
const HEADER = 'memsync/keys/v1';

/** What each line after the first begins with, in order. */
const LABELS = ['origin', 'number', 'previous', 'at', 'size', 'log', 'receipts', 'root'] as const;

/** Which keys sign for a log from a size on, as the operator's root states it (docs/formats.md, "The operator's root"). */
export interface KeyStatement {
  /** The log's name, which is its key's name too. */
  readonly origin: string;
  /** Its place in the history, from 0. */
  readonly number: number;
  /** SHA-256 of the statement before, as it was signed; null for the first. */
  readonly previous: Uint8Array | null;
  /** By the clock of whoever wrote it. */
  readonly at: Instant;
  /** How many entries the log had when the keys began to hold, and its root then. */
  readonly size: number;
  readonly logRoot: Uint8Array;
  readonly log: VerifierKey;
  readonly receipts: VerifierKey;
  /** Who signs the next statement: the root that signed this one, or the one that it hands over to. */
  readonly root: VerifierKey;
}

/** The statement's text, to be signed. @throws {MemSyncError} `input_invalid` on what no statement holds. */
export function encodeKeyStatement(statement: KeyStatement): string {
  const { origin, number, previous, at, size, logRoot, log, receipts, root } = statement;
  const values = [
    origin,
    String(number),
    previous === null ? '-' : base64(previous),
    formatInstant(at),
    `${size} ${base64(logRoot)}`,
    ...[log, receipts, root].map(encodeVerifierKey),
  ];
  const text = [HEADER, ...LABELS.map((label, i) => `${label} ${values[i] ?? ''}`), ''].join('\n');
  try {
    parseKeyStatement(text);
  } catch (cause) {
    throw new MemSyncError('input_invalid', 'That cannot be a statement of keys.', { cause });
  }
  return text;
}

/** The statement in a text, one spelling only; whether it is signed is not looked at. @throws {MemSyncError} `encoding_invalid` on any other text. */
export function parseKeyStatement(text: string): KeyStatement {
  const lines = text.split('\n', LABELS.length + 3);
  if (lines.length !== LABELS.length + 2 || lines[0] !== HEADER || lines.at(-1) !== '') {
    throw malformed(`A statement of keys is the line ${HEADER}, and a line each of ${LABELS.join(', ')}.`);
  }
  const [origin, number, previous, at, size, log, receipts, root] = LABELS.map((label, i) => after(label, lines[i + 1]));
  const statement: KeyStatement = {
    origin: origin ?? '',
    number: parseDecimal(number ?? ''),
    previous: previous === '-' ? null : hashIn(previous ?? ''),
    at: instantIn(at ?? ''),
    ...headIn(size ?? ''),
    log: parseVerifierKey(log ?? ''),
    receipts: parseVerifierKey(receipts ?? ''),
    root: parseVerifierKey(root ?? ''),
  };
  requireSense(statement);
  return statement;
}

/** @throws {MemSyncError} `encoding_invalid` when what it says cannot be meant. */
function requireSense({ origin, number, previous, size, logRoot, log, receipts, root }: KeyStatement): void {
  if (log.name !== origin) throw malformed('The log’s key bears the log’s name.');
  if ((number === 0) !== (previous === null)) throw malformed('The first statement, and no other, has none before it.');
  if (size === 0 && !equalBytes(logRoot, EMPTY_ROOT)) throw malformed('The empty log has another root.');
  const keys = [log, receipts, root].map(({ publicKey }) => base64(publicKey));
  if (new Set(keys).size !== keys.length) throw malformed('Log, receipts and root have a key each.');
}

function headIn(text: string): Pick<KeyStatement, 'size' | 'logRoot'> {
  const [digits, encoded, ...more] = text.split(' ');
  if (digits === undefined || encoded === undefined || more.length > 0) throw malformed('A size is followed by the root.');
  const size = parseDecimal(digits);
  if (!isSize(size)) throw malformed('That is no log’s size.');
  return { size, logRoot: hashIn(encoded) };
}

function hashIn(text: string): Uint8Array {
  const hash = fromBase64(text);
  if (hash.length !== HASH_BYTES) throw malformed('A hash has 32 bytes.');
  return hash;
}

function instantIn(text: string): Instant {
  const at = requireInstant(text);
  if (formatInstant(at) !== text) throw malformed('An instant is in UTC, to the millisecond.');
  return at;
}

function after(label: string, line: string | undefined): string {
  if (!line?.startsWith(`${label} `)) throw malformed(`Expected a line that begins with “${label}”.`);
  return line.slice(label.length + 1);
}

function malformed(detail: string): MemSyncError {
  return new MemSyncError('encoding_invalid', detail);
}
