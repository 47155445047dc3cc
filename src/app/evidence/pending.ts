import { EvidenceDisclosure } from '../../../schemas/evidence.ts';
import type { Judgement } from '../../claims/kind.ts';
import type { StoredDue } from '../../store/addenda.ts';
import type { OpenVault } from '../open-vault.ts';
import { openRecord } from '../sealed-record.ts';
import type { Services } from '../services.ts';
import type { Chain, Link } from './chain.ts';
import { evidenceName } from './record.ts';

/** A piece of evidence that is pending, as it was looked at last. */
export interface Pending {
  /** The addendum that brought it. */
  readonly first: Link;
  /** The last look at it: an addendum of its own, or the one that brought it. */
  readonly last: Link;
}

/** What is pending under a number of a receipt's addenda; null where nothing is, any more. */
export function pendingIn({ links }: Chain, number: number): Pending | null {
  const first = links.find(({ piece }) => piece.number === number);
  if (first === undefined || first.piece.of !== null) return null;
  const looks = links.filter(({ piece }) => piece === first.piece || piece.of === first.piece.addendum);
  const last = looks.at(-1) ?? first;
  return looks.every(({ piece }) => piece.judgement.status === 'pending') ? { first, last } : null;
}

/**
 * What opens the digest of the last look at it: the artefact, with what was gathered for it then. Null once that is erased.
 * @throws {MemSyncError} `row_unopenable`
 */
export async function disclosureOf(
  { store }: Pick<Services, 'store'>,
  vault: OpenVault,
  receipt: string,
  { links }: Chain,
  { first }: Pending,
): Promise<EvidenceDisclosure | null> {
  const kept = links.findLast(
    ({ piece, evidenceBytes }) => evidenceBytes > 0 && (piece === first.piece || piece.of === first.piece.addendum),
  );
  if (kept === undefined) return null;
  const sealed = await store.addenda.evidence(vault.vault, receipt, kept.piece.number);
  if (sealed === null || sealed.length === 0) return null;
  return openRecord(vault.vaultKeys(), evidenceName(receipt, kept.piece.number), sealed, EvidenceDisclosure);
}

/** Whether a look has found anything else than the one before; the words that a check explains itself in do not count. */
export function differs(before: Judgement, after: Judgement): boolean {
  return essence(before) !== essence(after);
}

function essence({ status, checks, facts }: Judgement): string {
  return JSON.stringify([status, checks.map((one) => [one.check, one.status]), facts.map(({ name, value }) => [name, value])]);
}

/** As a piece stands when nobody looks at it any more. */
export function givenUp({ checks, facts }: Judgement, { looks }: StoredDue, erased: boolean): Judgement {
  const why = erased
    ? 'Its artefact has been erased while it was pending, so that nobody can look at it any more.'
    : `It was still pending after ${looks} looks, and nobody looks at it any more. New evidence can be handed in.`;
  const shown = checks.map((one) => (one.status === 'pending' ? { ...one, status: 'asserted' as const } : one));
  return { status: 'asserted', checks: [...shown, { check: 'given_up', status: 'asserted', detail: why }], facts };
}

/** Whether what was pending has been blanked, or is to be: rows of its receipt that were there when it was looked at and are not any more. */
export function erasedSince(vault: OpenVault, rows: readonly string[]): boolean {
  return rows.some((row) => vault.state.rows.get(row)?.erased !== null);
}
