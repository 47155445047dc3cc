import type { AddendumBundle } from '../../../schemas/evidence.ts';
import { type Bundle, STATEMENT_PAYLOAD_TYPE } from '../../../schemas/receipt.ts';
import { concat, equalBytes, fromHex, hex } from '../../core/bytes.ts';
import { isMemSyncError } from '../../core/errors.ts';
import { parseEnvelope } from '../../crypto/dsse.ts';
import { sha256 } from '../../crypto/sha256.ts';
import { parseCheckpoint } from '../../log/checkpoint.ts';
import { parseNote } from '../../log/note.ts';
import { parseProof } from '../../log/proof.ts';
import { addendumEntry } from '../../receipts/addendum.ts';
import { parseStatement, receiptEntry } from '../../receipts/statement.ts';
import { wrongStatuses } from '../../receipts/addenda-fold.ts';
import { type AboutReceipt, type VerdictAddendum, verifyAddendum } from '../../receipts/verify-addenda.ts';
import type { Walked } from './head-walk.ts';
import { type AuditProgress, NO_ADDENDA } from './progress.ts';
import type { Listed, ReceiptTrust } from './receipt-walk.ts';
import { reported } from './reported.ts';
import type { AuditProgressNote } from './source.ts';

/** Bundles that are fetched at once. */
const AHEAD = 8;

type Kept = AuditProgress['evidence'];
type OfReceipt = Kept['receipts'][string];

/**
 * Looks at what came after each receipt that more came after since the last time: each addendum signed for that receipt, in the log where it says and
 * behind what came before it, none left out or taken back, and each status what follows from the pieces before it.
 */
export async function walkEvidence(
  walked: Walked,
  trust: ReceiptTrust,
  all: readonly Listed[] | null,
  kept: Kept,
  note: AuditProgressNote,
  save: (kept: Kept) => void,
): Promise<Kept> {
  const { source, findings, log } = walked;
  if (all === null || log.size === 0) return kept;
  let now = kept;
  for (const [id, { count }] of Object.entries(kept.receipts)) {
    if (all.some((one) => one.id === id && one.addenda >= count)) continue;
    findings.add('evidence_missing', { receipt: id }, `${count} addenda to receipt ${id} were there before; fewer are shown now.`);
    now = without(now, id);
  }
  const more = all.filter(({ id, addenda }) => addenda > (now.receipts[id]?.count ?? 0));
  for (let at = 0; at < more.length; at += AHEAD) {
    const some = more.slice(at, at + AHEAD);
    const bundles = await Promise.all(some.map(({ id }) => reported(findings, { receipt: id }, () => source.bundle(id))));
    for (const [i, one] of some.entries()) {
      const bundle = bundles[i] ?? null;
      const seen = bundle === null ? null : await lookAt(walked, trust, one, bundle, now.receipts[one.id] ?? null);
      if (seen === null) continue;
      const before = without(now, one.id);
      now = {
        count: before.count + seen.count,
        matched: before.matched + seen.matched,
        foreign: before.foreign + seen.foreign,
        receipts: { ...before.receipts, [one.id]: seen },
      };
    }
    note('evidence', at + some.length, more.length);
    save(now);
  }
  return now;
}

function without(kept: Kept, id: string): Kept {
  const { [id]: gone, ...receipts } = kept.receipts;
  const { count, matched, foreign } = gone ?? NO_ADDENDA;
  return { count: kept.count - count, matched: kept.matched - matched, foreign: kept.foreign - foreign, receipts };
}

/** What there is after one receipt; null where nothing of it could be looked at. */
async function lookAt(
  walked: Walked,
  trust: ReceiptTrust,
  { id, addenda, logIndex }: Listed,
  bundle: Bundle,
  before: OfReceipt | null,
): Promise<OfReceipt | null> {
  const { findings, log } = walked;
  const where = { receipt: id };
  const issued = issuedIn(bundle);
  // That its bundle is none, or another’s, is said where receipts are looked at.
  if (issued === null || issued.about.receipt !== id) return null;
  const given = bundle.addenda ?? [];
  if (given.length < addenda)
    findings.add('evidence_missing', where, `The list has ${addenda} addenda to receipt ${id}; its bundle has ${given.length}.`);
  const held: VerdictAddendum[] = [];
  let seen: OfReceipt = NO_ADDENDA;
  let last = logIndex;
  for (const [i, one] of given.entries()) {
    const found = verified(one, issued.about, trust);
    if ('why' in found) findings.add('evidence_invalid', where, `The addendum in place ${i + 1} of receipt ${id}: ${found.why}`);
    if ('why' in found) break;
    const { addendum, entry, isOwn } = found;
    const { number, at, log: place } = addendum;
    if (number !== i + 1) {
      findings.add('evidence_missing', where, `Receipt ${id} has addendum ${number} where ${i + 1} was to come.`);
      break;
    }
    // What was added since this audit began, the next one looks at.
    if (isOwn && place.index >= log.size) break;
    const there = isOwn ? await reported(findings, { ...where, index: place.index }, () => log.entryAt(place.index)) : null;
    const matches = there !== null && equalBytes(there, entry);
    if (there !== null && !matches)
      findings.add(
        'evidence_not_in_log',
        { ...where, index: place.index },
        `Entry ${place.index} is not addendum ${number} to receipt ${id}.`,
      );
    if ((isOwn && place.index <= last && issued.isOwn(walked)) || at < (held.at(-1)?.at ?? issued.about.issuedAt))
      findings.add(
        'evidence_order',
        where,
        `Addendum ${number} to receipt ${id} is dated, or stands in the log, before what it came after.`,
      );
    if (isOwn) last = Math.max(last, place.index);
    held.push(addendum);
    seen = {
      count: seen.count + 1,
      matched: seen.matched + (matches ? 1 : 0),
      foreign: seen.foreign + (isOwn ? 0 : 1),
      digest: hex(sha256(concat(fromHex(seen.digest), entry))),
    };
    if (seen.count === before?.count && seen.digest !== before.digest)
      findings.add('evidence_missing', where, `The first ${before.count} addenda to receipt ${id} are not those that were there before.`);
  }
  for (const { number, claim, status, follows } of wrongStatuses(issued.predicate, issued.about.entry, held))
    findings.add(
      'evidence_status',
      where,
      `Addendum ${number} to receipt ${id} has the claim ${claim} ${status}; what is signed of its evidence comes to ${follows}.`,
    );
  return seen;
}

/** An addendum that holds, by this service’s keys or an earlier one’s; or why it does not. */
function verified(
  given: AddendumBundle,
  about: AboutReceipt,
  trust: ReceiptTrust,
): { readonly addendum: VerdictAddendum; readonly entry: Uint8Array; readonly isOwn: boolean } | { readonly why: string } {
  let why = 'it is signed by no key that is known here.';
  for (const [i, keys] of [trust.keys, ...trust.earlier].entries()) {
    try {
      const addendum = verifyAddendum(given, about, keys);
      return { addendum, entry: addendumEntry(parseEnvelope(STATEMENT_PAYLOAD_TYPE, given.envelope)), isOwn: i === 0 };
    } catch (error) {
      if (!isMemSyncError(error)) throw error;
      // Whose key it is not has nothing to say of it.
      if (error.code !== 'key_untrusted') why = `${error.code}: ${error.message}`;
    }
  }
  return { why };
}

/** What a receipt says that its addenda are held against; null where it says nothing that can be read. */
function issuedIn({ envelope, proof }: Bundle) {
  try {
    const signed = parseEnvelope(STATEMENT_PAYLOAD_TYPE, envelope);
    const { predicate } = parseStatement(signed.payload);
    const { receipt, vault, issuedAt } = predicate;
    const { index, checkpoint } = parseProof(proof);
    const { origin } = parseCheckpoint(parseNote(checkpoint).text);
    const about: AboutReceipt = { receipt, vault, issuedAt, entry: hex(receiptEntry(signed)), log: { origin, index } };
    return { predicate, about, isOwn: ({ log }: Walked) => log.origin === origin };
  } catch (error) {
    if (isMemSyncError(error)) return null;
    throw error;
  }
}
