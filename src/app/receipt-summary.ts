import { z } from 'zod';
import { Conversation, Model, type ReceiptSummary } from '../../schemas/receipt.ts';
import { ClaimName, ClaimStatus } from '../../schemas/vocabulary.ts';
import { claimStatuses } from '../claims/statuses.ts';
import { paidUnexplained } from '../claims/unexplained.ts';
import { fromBase64, fromUtf8 } from '../core/bytes.ts';
import { formatInstant, type Instant } from '../core/instant.ts';
import type { KeptAddendum } from '../store/addenda.ts';
import type { StoredReceipt } from '../store/records.ts';
import type { OpenVault } from './open-vault.ts';
import { AddendumRecord, addendumName } from './evidence/record.ts';
import { openRecord } from './sealed-record.ts';

/** What a summary takes from a statement. The seal vouches for the record, so nothing else of it is looked at. */
const Said = z.object({
  subject: z.array(z.object({ digest: z.object({ sha256: z.string() }) })),
  predicate: z.object({
    model: Model,
    conversation: Conversation.nullable(),
    app: z.object({ name: z.string(), version: z.string() }).nullable(),
  }),
});

/** What a summary takes from a receipt's record. */
const Kept = z.object({
  envelope: z.object({
    payload: z.string().transform((payload, context) => {
      const said = Said.safeParse(jsonIn(payload));
      if (said.success) return said.data;
      context.issues.push({ code: 'custom', message: 'is no receipt’s statement', input: payload });
      return z.NEVER;
    }),
  }),
  claims: z.array(z.object({ claim: ClaimName, status: ClaimStatus })),
  tags: z.int().min(0),
});

/** What a summary takes from the latest of what came after a receipt: how things stand since. */
const Later = AddendumRecord.pick({ claims: true, paidAt: true }).loose();

function jsonIn(payload: string): unknown {
  try {
    return JSON.parse(fromUtf8(fromBase64(payload)));
  } catch {
    return undefined;
  }
}

/**
 * A receipt in a list, as of `now`; `latest` is the last of what came after it.
 * @throws {MemSyncError} `row_unopenable` when its record is not what was sealed
 */
export function summarise(vault: OpenVault, stored: StoredReceipt, latest: KeptAddendum | null, now: Instant): ReceiptSummary {
  const { envelope, claims, tags } = openRecord(vault.vaultKeys(), ['receipt', stored.id], stored.sealed, Kept);
  const { subject, predicate } = envelope.payload;
  const later = latest === null ? null : openRecord(vault.vaultKeys(), addendumName(stored.id, latest.number), latest.sealed, Later);
  const statuses = later === null ? claimStatuses(claims) : { ...claimStatuses(claims), ...later.claims };
  // What a receipt is issued with is in hand when it is issued.
  const paid = paidUnexplained(
    Object.entries(statuses).map(([claim, status]) => ({ claim, status })),
    later?.paidAt ?? stored.issuedAt,
    now,
  );
  return {
    id: stored.id,
    issuedAt: formatInstant(stored.issuedAt),
    outputSha256: subject[0]?.digest.sha256 ?? '',
    model: predicate.model.label,
    provider: predicate.model.provider ?? null,
    thread: predicate.conversation?.thread ?? null,
    turn: predicate.conversation?.turn ?? null,
    app: predicate.app,
    claims: statuses,
    paidUnexplained: paid === null ? null : { claims: [...paid.claims], since: formatInstant(paid.since), lagSeconds: paid.lagSeconds },
    rows: tags,
    addenda: latest?.number ?? 0,
    logIndex: stored.logIndex,
  };
}
