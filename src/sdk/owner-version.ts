import type { Category, MemoryType } from '../../schemas/vocabulary.ts';
import { base64, hex } from '../core/bytes.ts';
import { makeId } from '../core/ids.ts';
import type { Instant } from '../core/instant.ts';
import type { Random } from '../core/random.ts';
import type { CollectionKey } from '../crypto/collection-key.ts';
import { contentDigest, sealRow } from '../crypto/row-seal.ts';
import { type Basis, earliestBasis } from '../memory/basis.ts';
import { encodeHeader, type RowHeader } from '../memory/header.ts';
import { leastTrusted } from '../memory/origin.ts';
import type { OwnRow } from './own-row.ts';
import type { PreparedAct } from './sign-event.ts';

/** What the owner remembers. Instants in milliseconds. */
export interface OwnerNote {
  readonly text: string;
  readonly type?: MemoryType;
  readonly category?: Category;
  readonly observedAt?: Instant;
  readonly validUntil?: Instant;
  readonly subject?: string;
  readonly attribute?: string;
}

/** What the owner changes; what is left out stays, null clears. */
export type OwnerEdit = {
  readonly [K in keyof OwnerNote]?: OwnerNote[K] | (K extends 'subject' | 'attribute' | 'validUntil' ? null : never);
};

/** A row of the owner's own. `repeats` are the bases of rows that say the same already: saying it again makes nothing younger (promise 5). It takes the place of the rows `replaced`. */
export function makeOwnerRow(
  under: CollectionKey,
  note: OwnerNote,
  repeats: readonly Basis[],
  replaced: readonly OwnRow[],
  now: Instant,
  random: Random,
): PreparedAct & { row: string } {
  const row = makeId('memory', now, random);
  const observedAt = note.observedAt ?? null;
  const basis = earliestBasis(now, observedAt, repeats);
  const header: RowHeader = {
    v: 1,
    row,
    version: 1,
    collection: under.name.collection,
    type: note.type ?? 'semantic',
    category: note.category ?? 'private',
    subject: note.subject ?? null,
    attribute: note.attribute ?? null,
    origin: { effective: 'user_stated', claimed: { kind: 'user_stated' }, stamped: { grantId: null, channel: 'owner', recordedAt: now } },
    observedAt,
    basisAt: basis.at,
    basisReason: basis.reason,
    validUntil: note.validUntil ?? null,
    derivedFrom: [],
    supersedes: replaced.map(({ row: id }) => id),
    bounds: null,
  };
  const { named, sealed } = seal(under, header, note.text, random);
  const supersedes = replaced.map(({ row: id, version, commitment }) => ({ row: id, version, commitment }));
  const body = supersedes.length === 0 ? named : { ...named, supersedes };
  return { act: { kind: 'remembered', body }, beside: { sealed: [sealed] }, row };
}

/** A row as it is, and what the owner changes in it. */
export interface RowEdit {
  readonly before: OwnRow;
  readonly edit: OwnerEdit;
}

/** The next versions of rows, in one act. `rows` are those versions, as the owner sealed them. */
export function makeOwnerEdits(
  keyOf: (collection: string) => CollectionKey,
  edits: readonly RowEdit[],
  now: Instant,
  random: Random,
): PreparedAct & { readonly rows: readonly OwnRow[] } {
  const made = edits.map(({ before, edit }) => {
    const header = editedHeader(before, edit, now);
    const text = edit.text ?? before.text;
    const { named, sealed } = seal(keyOf(before.collection), header, text, random);
    const { row, version, commitment } = before;
    const { version: next, commitment: to, collection } = named;
    return {
      named: { ...named, previous: { row, version, commitment } },
      sealed,
      own: { row, version: next, commitment: to, collection, header, text },
    };
  });
  return {
    act: { kind: 'edited', body: { rows: made.map((one) => one.named) } },
    beside: { sealed: made.map((one) => one.sealed) },
    rows: made.map((one) => one.own),
  };
}

/**
 * The next version's header. It starts unvalidated, as every version does, and keeps the basis, the bounds and at best the origin of the one
 * before: an edit makes nothing younger (promise 5).
 */
function editedHeader(before: OwnRow, edit: OwnerEdit, now: Instant): RowHeader {
  const old = before.header;
  const observedAt = edit.observedAt ?? old.observedAt;
  const basis = earliestBasis(now, observedAt, [{ at: old.basisAt, reason: 'edit' }]);
  return {
    ...old,
    version: before.version + 1,
    type: edit.type ?? old.type,
    category: edit.category ?? old.category,
    subject: edit.subject === undefined ? old.subject : edit.subject,
    attribute: edit.attribute === undefined ? old.attribute : edit.attribute,
    origin: {
      effective: leastTrusted('user_stated', old.origin.effective),
      claimed: { kind: 'user_stated' },
      stamped: { grantId: null, channel: 'owner', recordedAt: now },
    },
    observedAt,
    basisAt: basis.at,
    basisReason: basis.reason,
    validUntil: edit.validUntil === undefined ? old.validUntil : edit.validUntil,
  };
}

function seal(under: CollectionKey, header: RowHeader, text: string, random: Random) {
  const { row, version, collection } = header;
  const { sealed, commitment } = sealRow(under, { row, version }, encodeHeader(header), text, random);
  return {
    named: { row, version, commitment: hex(commitment), collection, epoch: sealed.epoch, content: hex(contentDigest(sealed)) },
    sealed: { header: base64(sealed.header), text: base64(sealed.text), wrappedKey: base64(sealed.wrappedKey) },
  };
}
