import { type Bundle, type ReceiptPredicate, STATEMENT_PAYLOAD_TYPE } from '../../../schemas/receipt.ts';
import { OWNER_EVENT_TYPE } from '../../../schemas/owner-event.ts';
import { concat, equalBytes, fromHex, hex, u64be, utf8 } from '../../core/bytes.ts';
import { formatInstant, type Instant } from '../../core/instant.ts';
import { parseEnvelope } from '../../crypto/dsse.ts';
import { sha256 } from '../../crypto/sha256.ts';
import { parseProof } from '../../log/proof.ts';
import { payloadHash } from '../../memory/event.ts';
import { BUILT_IN_POLICY } from '../../memory/policy.ts';
import type { KeyTrust } from '../../receipts/key-trust.ts';
import { parseStatement, receiptEntry } from '../../receipts/statement.ts';
import { verifyBundle } from '../../receipts/verify.ts';
import type { Walked } from './head-walk.ts';
import { type AuditProgress, NO_RECEIPTS } from './progress.ts';
import { reported } from './reported.ts';
import type { AuditProgressNote } from './source.ts';

const PAGE = 200;
/** Bundles that are fetched at once. */
const AHEAD = 8;

type Kept = AuditProgress['receipts'];

/** A receipt as the list has it. */
export interface Listed {
  readonly id: string;
  readonly issuedAt: string;
  readonly logIndex: number;
  /** How many addenda it has. */
  readonly addenda: number;
}

/** What receipts are verified by. */
export interface ReceiptTrust {
  readonly keys: KeyTrust;
  /** Those of services that the vault was at before, as this one names them. */
  readonly earlier: readonly KeyTrust[];
  readonly now: Instant;
}

/**
 * Looks at every receipt: its bundle verified, its entry in the walked log, its head, policy and the owner's words in it on the chain, its times not
 * before what it rests on, and the order of issue that of the log.
 */
export async function walkReceipts(
  walked: Walked,
  trust: ReceiptTrust,
  all: readonly Listed[] | null,
  kept: Kept,
  note: AuditProgressNote,
  save: (kept: Kept) => void,
): Promise<Kept> {
  const { source, findings, log } = walked;
  if (log.size === 0 || all === null) return kept;
  let now = upTo(all, kept);
  let last = now.index;
  let isAhead = false;
  for (let at = now.count; at < all.length; at += AHEAD) {
    const some = all.slice(at, at + AHEAD);
    const bundles = await Promise.all(some.map(({ id }) => reported(findings, { receipt: id }, () => source.bundle(id))));
    for (const [i, one] of some.entries()) {
      const bundle = bundles[i] ?? null;
      const kind = bundle === null ? 'invalid' : await lookAt(walked, trust, one, bundle, last);
      if (kind !== 'foreign' && kind !== 'invalid') last = Math.max(last, one.logIndex);
      // What was issued since this audit began, the next one looks at, and at all that is listed after it once more.
      if (kind === 'later') isAhead = true;
      if (isAhead) continue;
      now = {
        count: now.count + 1,
        foreign: now.foreign + (kind === 'foreign' ? 1 : 0),
        matched: now.matched + (kind === 'matched' ? 1 : 0),
        index: last,
        digest: digestOf(now.digest, one),
      };
    }
    note('receipts', now.count, all.length);
    save(now);
  }
  return now;

  /** Where to go on: what was looked at must still be all there, or everything is looked at anew. */
  function upTo(list: readonly Listed[], { count, digest }: Kept): Kept {
    const before = list.slice(0, count).reduce(digestOf, NO_RECEIPTS.digest);
    if (list.length >= count && before === digest) return kept;
    if (list.length < count) findings.add('receipt_missing', {}, `${count} receipts were there before; ${list.length} are shown now.`);
    else findings.add('receipt_missing', {}, `The first ${count} receipts are not those that were there before.`);
    return NO_RECEIPTS;
  }
}

/** Every receipt, in the order of issue; null where they could not be had. */
export async function listReceipts(walked: Walked): Promise<readonly Listed[] | null> {
  return walked.log.size === 0 ? null : reported(walked.findings, {}, () => listed(walked));
}

async function listed({ source }: Walked): Promise<Listed[]> {
  const all: Listed[] = [];
  let cursor: string | null | undefined;
  while (cursor !== null) {
    const page: Awaited<ReturnType<typeof source.receipts>> = await source.receipts({ cursor, limit: PAGE });
    for (const { id, issuedAt, logIndex, addenda } of page.receipts) all.push({ id, issuedAt, logIndex, addenda });
    cursor = page.cursor;
  }
  return all.toSorted((a, b) => compare(a.issuedAt, b.issuedAt) || a.logIndex - b.logIndex || compare(a.id, b.id));
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function digestOf(before: string, { id, logIndex }: Listed): string {
  return hex(sha256(concat(fromHex(before), utf8(id), u64be(logIndex))));
}

type Kind = 'matched' | 'unmatched' | 'foreign' | 'invalid' | 'later';

async function lookAt(walked: Walked, trust: ReceiptTrust, one: Listed, whole: Bundle, lastIndex: number): Promise<Kind> {
  // What came after it is looked at by itself.
  const { addenda: _addenda, ...bundle } = whole;
  const { findings, vault, log } = walked;
  const where = { receipt: one.id, index: one.logIndex };
  const verdict = verifyBundle(bundle, { ...trust.keys, vault }, trust.now);
  const elsewhere = !verdict.ok && trust.earlier.some((keys) => verifyBundle(bundle, { ...keys, vault }, trust.now).ok);
  const proven = reportedIndex(bundle);
  // Only what the log's key has signed a longer log for: a place past the end is easily named.
  if (verdict.ok && proven === one.logIndex && proven >= log.size) return 'later';
  if (!verdict.ok && !elsewhere) {
    const why = verdict.failures.map(({ code, detail }) => `${code}: ${detail}`).join(' ');
    findings.add('receipt_invalid', where, `Receipt ${one.id}: ${why}`);
    if (verdict.receipt === null) return 'invalid';
  }
  const signed = parseEnvelope(STATEMENT_PAYLOAD_TYPE, bundle.envelope);
  const { predicate } = parseStatement(signed.payload);
  if (predicate.receipt !== one.id || formatInstant(predicate.issuedAt) !== one.issuedAt)
    findings.add('receipt_invalid', where, `The list names receipt ${one.id} of ${one.issuedAt}; its bundle is another’s.`);
  await checkGround(walked, where, predicate, bundle);
  if (elsewhere) return 'foreign';
  const entry = await reported(findings, where, () => log.entryAt(one.logIndex));
  const matches = entry !== null && equalBytes(entry, receiptEntry(signed)) && proven === one.logIndex;
  if ((entry !== null || one.logIndex >= log.size) && !matches)
    findings.add('receipt_not_in_log', where, `Entry ${one.logIndex} is not that of receipt ${one.id}.`);
  if (one.logIndex <= lastIndex)
    findings.add(
      'receipt_order',
      where,
      `Receipt ${one.id} is entry ${one.logIndex}; one that was issued before it is entry ${lastIndex}.`,
    );
  return matches ? 'matched' : 'unmatched';
}

function reportedIndex({ proof }: Bundle): number | null {
  try {
    return parseProof(proof).index;
  } catch {
    return null;
  }
}

/** Whether what a receipt rests on is on the vault's chain, and older than it. */
async function checkGround(
  { findings, chain }: Walked,
  where: { receipt: string; index: number },
  predicate: ReceiptPredicate,
  bundle: Bundle,
): Promise<void> {
  const { receipt, head, evaluatedAt, issuedAt, policySha256 } = predicate;
  const early = (what: string, at: Instant): void =>
    findings.add('receipt_early', { ...where, seq: head.seq }, `Receipt ${receipt} is of ${what}, before ${formatInstant(at)}.`);
  if (issuedAt < evaluatedAt) early(`${formatInstant(issuedAt)} as issued`, evaluatedAt);
  const place = await reported(findings, where, () => chain.index.at(head.seq));
  if (place === null) {
    if (chain.whole)
      findings.add('receipt_off_chain', { ...where, seq: head.seq }, `Receipt ${receipt} rests on event ${head.seq}, which is not there.`);
    return;
  }
  if (hex(place.hash) !== head.hash) {
    findings.add(
      'receipt_off_chain',
      { ...where, seq: head.seq },
      `Receipt ${receipt} rests on another event ${head.seq} than your ledger has.`,
    );
    return;
  }
  if (place.at > evaluatedAt) early(`${formatInstant(evaluatedAt)} as evaluated`, place.at);
  if (policySha256 !== (chain.policyAt(head.seq) ?? BUILT_IN_POLICY.sha256))
    findings.add(
      'receipt_policy',
      { ...where, seq: head.seq },
      `Receipt ${receipt} does not name the policy in force at event ${head.seq}.`,
    );
  for (const tag of bundle.disclosures.tags) {
    if (tag?.owner === undefined || !chain.whole) continue;
    const { payload } = parseEnvelope(OWNER_EVENT_TYPE, tag.owner.event);
    if (chain.state?.ownerHashes.has(payloadHash(payload)) !== true)
      findings.add('receipt_off_chain', where, `Receipt ${receipt} has a word of yours for ${tag.record.tag} that is not in your ledger.`);
  }
}
