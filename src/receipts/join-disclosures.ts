import type { RowOpening } from '../../schemas/disclosure.ts';
import type { Disclosures } from '../../schemas/receipt.ts';
import { equalBytes, fromHex, hex } from '../core/bytes.ts';
import { isMemSyncError, MemSyncError } from '../core/errors.ts';
import { canonicalJson } from '../crypto/canonical.ts';
import { type Evidence, readEvidence } from './disclosure-file.ts';
import { segmentLeaf } from './segment.ts';
import type { Findings } from './verdict.ts';

/** All that was handed over of one receipt. */
export interface Joined {
  readonly disclosures: Disclosures;
  /** By position; where two for one position differ, both are there. */
  readonly rows: readonly RowOpening[];
}

/**
 * What a receipt's own evidence and further disclosures of it show together. One that is of another receipt, or shows a part in another way,
 * is among the failures as `disclosure_mismatch`, one that cannot be read as `bundle_malformed`; neither adds anything. The envelope is the
 * first one's: that of a further disclosure must be the same, and its proof is not looked at. `receipt` is the id that was signed.
 */
export function joinDisclosures(receipt: string, first: Evidence, further: readonly unknown[], findings: Findings): Joined {
  let { disclosures } = first.bundle;
  const named = findings.attempt(() => checkNamed('The disclosure', receipt, first));
  const rows = named === null ? [] : [...first.rows];
  further.forEach((given, i) => {
    const name = `Disclosure ${i + 1}`;
    const joined = findings.attempt(() => {
      const evidence = readEvidence(given);
      if (!same(evidence.bundle.envelope, first.bundle.envelope)) throw mismatch(`${name} is of another receipt.`);
      checkNamed(name, receipt, evidence);
      return { disclosures: join(name, disclosures, evidence.bundle.disclosures), rows: evidence.rows };
    });
    if (joined === null) return;
    disclosures = joined.disclosures;
    for (const row of joined.rows) if (!rows.some((known) => isSameOpening(known, row))) rows.push(row);
  });
  return { disclosures, rows: rows.sort((a, b) => a.position - b.position) };
}

function checkNamed(name: string, receipt: string, evidence: Evidence): true {
  if (evidence.receipt !== null && evidence.receipt !== receipt) throw mismatch(`${name} says that it is of another receipt.`);
  return true;
}

/** Both in one. @throws {MemSyncError} `disclosure_mismatch` where they differ in what they show */
function join(name: string, a: Disclosures, b: Disclosures): Disclosures {
  if (a.tags.length !== b.tags.length || a.segments.length !== b.segments.length)
    throw mismatch(`${name} has more or fewer rows or lines.`);
  const genesis = either(`${name}: the genesis`, a.genesis, b.genesis);
  const rotations = longest(`${name}: the changes of the owner key`, a.rotations ?? [], b.rotations ?? []);
  const query = either(`${name}: the query`, a.query, b.query);
  const request = either(`${name}: the request`, a.request, b.request);
  return {
    ...(genesis === undefined ? {} : { genesis }),
    ...(rotations.length === 0 ? {} : { rotations }),
    ...(query === undefined ? {} : { query }),
    ...(request === undefined ? {} : { request }),
    tags: a.tags.map((tag, i) => joinTag(`${name}: tag ${i + 1}`, tag, b.tags[i] ?? null)),
    segments: a.segments.map((segment, i) => joinSegment(`${name}: line ${i + 1}`, segment, b.segments[i] ?? segment)),
  };
}

function either<T>(what: string, a: T | undefined, b: T | undefined): T | undefined {
  if (a !== undefined && b !== undefined && !same(a, b)) throw differs(what);
  return a ?? b;
}

/** The longer of two lists, one of which begins with the other: the owner's key may have moved on between one disclosure and the next. */
function longest<T>(what: string, a: readonly T[], b: readonly T[]): T[] {
  const [long, short] = a.length >= b.length ? [a, b] : [b, a];
  if (!same(short, long.slice(0, short.length))) throw differs(what);
  return [...long];
}

type Tag = Disclosures['tags'][number];

function joinTag(what: string, a: Tag, b: Tag): Tag {
  if (a === null || b === null) return a ?? b;
  if (a.salt !== b.salt || !same(a.record, b.record)) throw differs(what);
  const owner = either(`${what}: the owner’s word`, a.owner, b.owner);
  return { salt: a.salt, record: a.record, ...(owner === undefined ? {} : { owner }) };
}

type Segment = Disclosures['segments'][number];

/** The line, open where it is in either. */
function joinSegment(what: string, a: Segment, b: Segment): Segment {
  const leaf = leafOf(a);
  if (leaf === null || leaf !== leafOf(b) || (!('leaf' in a) && !('leaf' in b) && !same(a, b))) throw differs(what);
  return 'leaf' in a ? b : a;
}

/** In hexadecimal; null for what cannot be hashed. */
function leafOf(segment: Segment): string | null {
  try {
    return 'leaf' in segment ? segment.leaf : hex(segmentLeaf(fromHex(segment.salt), segment.text));
  } catch (error) {
    if (isMemSyncError(error)) return null;
    throw error;
  }
}

/** Of its own place alone is a row read any further: comparing all with all would take the square of their number. */
function isSameOpening(a: RowOpening, b: RowOpening): boolean {
  return a.position === b.position && a.salt === b.salt && a.header === b.header && a.text === b.text;
}

/** Whether two values are one in JSON. What has no canonical form is like nothing. */
function same(a: unknown, b: unknown): boolean {
  try {
    return equalBytes(canonicalJson(a), canonicalJson(b));
  } catch (error) {
    if (isMemSyncError(error)) return false;
    throw error;
  }
}

function differs(what: string): MemSyncError {
  return mismatch(`${what}: what it shows is another than was shown before.`);
}

function mismatch(detail: string): MemSyncError {
  return new MemSyncError('disclosure_mismatch', detail);
}
