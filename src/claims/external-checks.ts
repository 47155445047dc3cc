import { LIMITS } from '../../schemas/limits.ts';
import type { Check } from '../../schemas/receipt.ts';
import type { Instant } from '../core/instant.ts';
import { fromBase64, fromHex, hex, lengthPrefixed, utf8 } from '../core/bytes.ts';
import { keccak256 } from '../crypto/keccak.ts';
import { sha256 } from '../crypto/sha256.ts';
import { ageAt, contentDigest, type ExternalItem, fetchedAt, itemId } from './external-item.ts';
import { type GatewayKey, isTrusted, readGatewayKey, type TrustedKeys } from './gateway-key.ts';
import { check } from './judged.ts';
import { signedExchange } from './signed-exchange.ts';
import { plural, span } from './wording.ts';

type Items = readonly ExternalItem[];

/** Whether one item is shown in two ways, as admitted and as refused say: by its id, or by its source, time and text under another salt. */
export function decisionsCheck(items: Items): Check {
  const before = new Map<string, string>();
  const otherwise = items.flatMap((item, i) => {
    const said = `${item.decision} ${item.path}`;
    const names = namesOf(item);
    const other = names.some((name) => (before.get(name) ?? said) !== said);
    for (const name of names) before.set(name, said);
    return other ? [i] : [];
  });
  if (otherwise.length > 0)
    return check('decisions', 'failed', `Shown above already with another decision or by another path: ${numbered(otherwise)}.`);
  const admitted = items.filter(({ decision }) => decision === 'admitted').length;
  return check(
    'decisions',
    'asserted',
    `${plural(admitted, 'item was', 'items were')} admitted and ${items.length - admitted} refused, by the app’s word.`,
  );
}

function namesOf(item: ExternalItem): string[] {
  const { text } = item.content;
  if (text === undefined) return [itemId(item)];
  return [itemId(item), hex(sha256(lengthPrefixed(utf8(item.source), utf8(String(fetchedAt(item))), utf8(text))))];
}

/** How old the items were at the answer, and that none was fetched after it, or is said to be younger than its signature. */
export function timesCheck(items: Items, answeredAt: Instant): Check {
  const late = indexes(items, (item) => latest(item) > answeredAt + LIMITS.clockSkewMs);
  if (late.length > 0) return check('times', 'failed', `Fetched or signed after the answer: ${numbered(late)}.`);
  const younger = indexes(items, (item) => item.signed !== undefined && fetchedAt(item) > signedEnd(item.signed) + LIMITS.clockSkewMs);
  if (younger.length > 0)
    return check('times', 'failed', `Said to be fetched after it was signed, as if it were younger: ${numbered(younger)}.`);
  const ages = items.map((item) => ageAt(item, answeredAt));
  const [youngest, oldest] = [Math.min(...ages), Math.max(...ages)].map(span);
  const words = youngest === oldest ? `${youngest} old` : `from ${youngest} to ${oldest} old`;
  return check('times', 'asserted', `At the answer ${words}. Unless it is signed, when an item was fetched is the app’s word.`);
}

function latest(item: ExternalItem): Instant {
  return Math.max(fetchedAt(item), (item.signed?.timestamp ?? Number.NEGATIVE_INFINITY) * 1000);
}

/** The last instant of the second under a signature. */
function signedEnd(signed: NonNullable<ExternalItem['signed']>): Instant {
  return signed.timestamp * 1000 + 999;
}

/** Whether the contents that are here open their digests. */
export function contentCheck(items: Items): Check {
  const here = items.filter(({ content }) => content.text !== undefined).length;
  if (here === 0) return check('content', 'absent', 'No content is here to be held against its digest.');
  const other = indexes(items, ({ content: { salt, digest, text } }) => text !== undefined && contentDigest(salt, text) !== digest);
  if (other.length > 0) return check('content', 'failed', `The content does not open its digest: ${numbered(other)}.`);
  if (here < items.length)
    return check('content', 'asserted', `The content of ${here} of ${items.length} items is here and opens its digest.`);
  return check('content', 'verified', 'The content of every item is here and opens its digest.');
}

/** What came of the signatures: the checks, and which items are signed, content and all, by a key that the trust names. */
export async function signatureChecks(
  items: Items,
  trusted: TrustedKeys,
): Promise<{ checks: Check[]; settled: ReadonlySet<ExternalItem> }> {
  const keys = new Map<string, GatewayKey>();
  const looked: { index: number; held: 'held' | 'unseen' | 'broken'; named: boolean }[] = [];
  for (const [index, { signed, content }] of items.entries()) {
    if (signed === undefined) continue;
    const key = keys.get(signed.spki) ?? (await readGatewayKey(signed.spki));
    keys.set(signed.spki, key);
    looked.push({ index, held: await signature(signed, content.text, key), named: isTrusted(trusted, key) });
  }
  const settled = looked.flatMap(({ index, held, named }) => (held === 'held' && named ? (items[index] ?? []) : []));
  return { checks: summary(looked), settled: new Set(settled) };
}

function summary(looked: readonly { index: number; held: string; named: boolean }[]): Check[] {
  if (looked.length === 0) return [check('signatures', 'absent', 'No item is signed.'), check('keys', 'absent', 'No item is signed.')];
  const broken = looked.filter(({ held }) => held === 'broken').map(({ index }) => index);
  const unseen = looked.filter(({ held }) => held === 'unseen').map(({ index }) => index);
  const foreign = looked.filter(({ named }) => !named).map(({ index }) => index);
  return [signaturesCheck(looked.length, broken, unseen), keysCheck(foreign)];
}

function signaturesCheck(signed: number, broken: readonly number[], unseen: readonly number[]): Check {
  if (broken.length > 0)
    return check('signatures', 'failed', `The signature is not the named key’s over this content, request and time: ${numbered(broken)}.`);
  if (unseen.length > 0)
    return check(
      'signatures',
      'asserted',
      `The content that was signed is not here, and its signature says nothing of the digest: ${numbered(unseen)}.`,
    );
  return check('signatures', 'verified', `The signatures of ${plural(signed, 'item', 'items')} cover their content, a request and a time.`);
}

function keysCheck(foreign: readonly number[]): Check {
  if (foreign.length > 0)
    return check(
      'keys',
      'asserted',
      `The trust by which this was judged does not name the signing key, which anybody could have made: ${numbered(foreign)}.`,
    );
  return check('keys', 'verified', 'The trust by which this was judged names every signing key.');
}

async function signature(
  signed: NonNullable<ExternalItem['signed']>,
  content: string | undefined,
  { teeId, key }: GatewayKey,
): Promise<'held' | 'unseen' | 'broken'> {
  const own = content === undefined ? undefined : hex(keccak256(utf8(content)));
  const output = own ?? signed.outputHash;
  if (key === null || (signed.teeId ?? teeId) !== teeId || (signed.outputHash ?? output) !== output) return 'broken';
  if (output === undefined) return 'unseen';
  const message = signedExchange(fromHex(signed.requestHash), fromHex(output), signed.timestamp);
  if (!(await key.verifies(message, fromBase64(signed.signature)))) return 'broken';
  return own === undefined ? 'unseen' : 'held';
}

function indexes(items: Items, is: (item: ExternalItem) => boolean): number[] {
  return items.flatMap((item, i) => (is(item) ? [i] : []));
}

/** `items 1, 4 and 12`, counted from 1; of more than ten the first ten and how many others. */
function numbered(found: readonly number[]): string {
  const shown = found.slice(0, 10).map((index) => String(index + 1));
  if (found.length > shown.length) shown.push(`${found.length - shown.length} more`);
  const last = shown.pop() ?? '';
  return shown.length === 0 ? `item ${last}` : `items ${shown.join(', ')} and ${last}`;
}
