import type { Disclosures, ReceiptPredicate, TagRecord } from '../../schemas/receipt.ts';
import { fromHex, hex } from '../core/bytes.ts';
import { isMemSyncError } from '../core/errors.ts';
import { contradictionIn } from './record.ts';
import { contextRoot, queryDigest, requestDigest, segmentLeaf } from './segment.ts';
import { tagDigest } from './tag.ts';

/** What the disclosures have been shown to open, and what is wrong with them. */
export interface OpenedDisclosures {
  /** In the order of the signed digests: the record, once it opens its digest; null where it is withheld or does not. */
  readonly tags: readonly (TagRecord | null)[];
  /** In order: the line, once the root over all leaves is the signed one; null where it is withheld or nothing is shown. */
  readonly segments: readonly (string | null)[];
  /** Whether each part opens what was signed; `withheld` when nothing of it was handed over, though there is something. */
  readonly tagsOpen: 'opened' | 'withheld' | 'failed';
  readonly contextOpen: 'opened' | 'withheld' | 'failed';
  readonly queryOpen: 'opened' | 'withheld' | 'failed';
  /** As the others; `none` when the receipt says nothing of a request. */
  readonly requestOpen: 'opened' | 'withheld' | 'failed' | 'none';
  /** What does not hold, a sentence each; all of them are `disclosure_mismatch`. */
  readonly mismatches: readonly string[];
}

/** Checks what was handed over beside the envelope against what was signed (DESIGN, "The receipt"). Throws nothing. */
export function openDisclosures(predicate: ReceiptPredicate, disclosures: Disclosures): OpenedDisclosures {
  const mismatches: string[] = [];
  const tags = openTags(predicate, disclosures, mismatches);
  const tagsOpen = extentOf(disclosures.tags, tags);
  const context = openContext(predicate, disclosures, mismatches);
  if (context !== null) checkLines(context, mismatches);
  if (tags !== null && context !== null) checkPlaces(tags, context, predicate.contextSegments, mismatches);
  const { query } = disclosures;
  const queryOpens = query !== undefined && opens(() => queryDigest(fromHex(query.salt), query.text), predicate.queryDigest);
  if (query !== undefined && !queryOpens) mismatches.push('The query is not the one that was signed.');
  const requestOpen = openRequest(predicate, disclosures, mismatches);
  return {
    tags: tags ?? predicate.tags.map(() => null),
    segments: context ?? [],
    tagsOpen,
    contextOpen: extentOf(context ?? [], context),
    queryOpen: query === undefined ? 'withheld' : queryOpens ? 'opened' : 'failed',
    requestOpen,
    mismatches,
  };
}

function openRequest(predicate: ReceiptPredicate, { request }: Disclosures, mismatches: string[]): OpenedDisclosures['requestOpen'] {
  if (request === undefined) return predicate.requestDigest === null ? 'none' : 'withheld';
  if (opens(() => requestDigest(fromHex(request.salt), request.sha256), predicate.requestDigest ?? '')) return 'opened';
  mismatches.push('The digest of the request is not the one that was signed.');
  return 'failed';
}

/** Each record that opens its digest, null for one that is withheld or does not. Null altogether when their number is not the signed one. */
function openTags(predicate: ReceiptPredicate, { tags }: Disclosures, mismatches: string[]): (TagRecord | null)[] | null {
  if (tags.length !== predicate.tags.length) {
    mismatches.push(`The receipt has ${predicate.tags.length} tags; the disclosures speak of ${tags.length}.`);
    return null;
  }
  return tags.map((tag, i) => {
    if (tag === null) return null;
    if (!opens(() => tagDigest(fromHex(tag.salt), tag.record), predicate.tags[i] ?? '')) {
      mismatches.push(`Tag ${i + 1} is not the one that was signed.`);
      return null;
    }
    const contradiction = contradictionIn(tag.record, predicate.evaluatedAt);
    if (contradiction !== null) mismatches.push(`${tag.record.tag} contradicts itself: ${contradiction}.`);
    return tag.record;
  });
}

/** Each line, the root over all leaves being the signed one. Null when it is not, or number or length is not the signed one. */
function openContext(predicate: ReceiptPredicate, { segments }: Disclosures, mismatches: string[]): (string | null)[] | null {
  if (segments.length !== predicate.contextSegments) {
    mismatches.push(`The context block has ${predicate.contextSegments} segments; the disclosures speak of ${segments.length}.`);
    return null;
  }
  const root = () => contextRoot(segments.map((one) => ('leaf' in one ? fromHex(one.leaf) : segmentLeaf(fromHex(one.salt), one.text))));
  if (!opens(root, predicate.contextRoot)) {
    mismatches.push('The segments are not those of the context block that was signed.');
    return null;
  }
  const lines = segments.map((one) => ('leaf' in one ? null : one.text));
  const length = lines.reduce((sum, line) => sum + (line?.length ?? 0), 0);
  if (lines.includes(null) ? length > predicate.contextLength : length !== predicate.contextLength) {
    mismatches.push('The context block is not as long as was signed.');
    return null;
  }
  return lines;
}

/** Each segment one line, with its newline: more in it, or less, could be a line with a tag that nothing answers for. The last may lack its end. */
function checkLines(segments: readonly (string | null)[], mismatches: string[]): void {
  segments.forEach((text, i) => {
    if (text === null) return;
    const end = text.indexOf('\n');
    if (end === -1 ? i < segments.length - 1 : end !== text.length - 1)
      mismatches.push(`Segment ${i + 1} of the context block is not one whole line.`);
  });
}

/** Each row on a line of its own that bears its tag, and no line with a tag that no row answers for. */
function checkPlaces(tags: readonly (TagRecord | null)[], lines: readonly (string | null)[], size: number, mismatches: string[]): void {
  const names = new Set<string>();
  const places = new Set<number>();
  for (const record of tags) {
    if (record === null) continue;
    const line = lines[record.segment];
    if (record.segment >= size) mismatches.push(`${record.tag} stands on a line that the context block does not have.`);
    else if (typeof line === 'string' && !isLineOf(record.tag, line))
      mismatches.push(`${record.tag} does not stand on the line that its row names.`);
    if (names.has(record.tag) || places.has(record.segment)) mismatches.push(`${record.tag} shares its tag or its line with another row.`);
    names.add(record.tag);
    places.add(record.segment);
  }
  if (tags.includes(null)) return;
  lines.forEach((line, i) => {
    if (line !== null && !places.has(i) && /^\[m\d+\] /m.test(line))
      mismatches.push(`Line ${i + 1} of the context block bears a tag that no row has.`);
  });
}

/** Whether the segment is one line, no more, that begins with the tag. */
function isLineOf(tag: string, line: string): boolean {
  const end = line.indexOf('\n');
  return line.startsWith(`[${tag}] `) && (end === -1 || end === line.length - 1);
}

/** How much of what was `given` (null where withheld) has been `opened`: `failed` when not all of it. */
function extentOf(given: readonly unknown[], opened: readonly unknown[] | null): 'opened' | 'withheld' | 'failed' {
  if (opened === null || given.some((part, i) => part !== null && opened[i] === null)) return 'failed';
  return given.length > 0 && given.every((part) => part === null) ? 'withheld' : 'opened';
}

/** Whether the digest is the signed one. What cannot be hashed at all (a lone surrogate, say) opens nothing. */
function opens(digest: () => Uint8Array, signed: string): boolean {
  try {
    return hex(digest()) === signed;
  } catch (error) {
    if (isMemSyncError(error)) return false;
    throw error;
  }
}
