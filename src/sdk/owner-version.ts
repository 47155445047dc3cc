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

/** A row of the owner's own. `repeats` are the bases of rows that say the same already: saying it again makes nothing younger (promise 5). */
export function makeOwnerRow(
  under: CollectionKey,
  note: OwnerNote,
  repeats: readonly Basis[],
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
    supersedes: [],
    bounds: null,
  };
  const { named, sealed } = seal(under, header, note.text, random);
  return { act: { kind: 'remembered', body: named }, beside: { sealed: [sealed] }, row };
}

/**
 * The next version of a row, sealed on the owner's side. It starts unvalidated, as every version does, and keeps the basis, the bounds and at
 * best the origin of the one before: an edit makes nothing younger (promise 5).
 */
export function makeOwnerEdit(under: CollectionKey, before: OwnRow, edit: OwnerEdit, now: Instant, random: Random): PreparedAct {
  const old = before.header;
  const observedAt = edit.observedAt ?? old.observedAt;
  const basis = earliestBasis(now, observedAt, [{ at: old.basisAt, reason: 'edit' }]);
  const header: RowHeader = {
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
  const { named, sealed } = seal(under, header, edit.text ?? before.text, random);
  const previous = { row: before.row, version: before.version, commitment: before.commitment };
  return { act: { kind: 'edited', body: { rows: [{ ...named, previous }] } }, beside: { sealed: [sealed] } };
}

function seal(under: CollectionKey, header: RowHeader, text: string, random: Random) {
  const { row, version, collection } = header;
  const { sealed, commitment } = sealRow(under, { row, version }, encodeHeader(header), text, random);
  return {
    named: { row, version, commitment: hex(commitment), collection, epoch: sealed.epoch, content: hex(contentDigest(sealed)) },
    sealed: { header: base64(sealed.header), text: base64(sealed.text), wrappedKey: base64(sealed.wrappedKey) },
  };
}
