import type { AddendumPredicate } from '../../schemas/addendum.ts';
import type { AddendumBundle } from '../../schemas/evidence.ts';
import { STATEMENT_PAYLOAD_TYPE } from '../../schemas/receipt.ts';
import { hex } from '../../src/core/bytes.ts';
import { parseEnvelope } from '../../src/crypto/dsse.ts';
import { addendumEntry, buildAddendum, evidenceDigest } from '../../src/receipts/addendum.ts';
import { keyidOf, receiptEntry, signReceipt } from '../../src/receipts/statement.ts';
import { verifyBundle } from '../../src/receipts/verify.ts';
import { build, bytesOf, NOON, proveEntry, SERVICE } from './build.ts';

export const BUILT = build();
const RECEIPT = hex(receiptEntry(parseEnvelope(STATEMENT_PAYLOAD_TYPE, BUILT.bundle.envelope)));
export const ABOUT = verifyBundle(BUILT.bundle, BUILT.trust, NOON + 60_000);
/** What opens the evidence of each. */
export const OPENING = { salt: hex(bytesOf('evidence')), artifact: { kind: 'mode-declaration', mode: 'TEE' } };

export interface Change {
  readonly predicate?: Partial<AddendumPredicate>;
  readonly subject?: string;
  readonly service?: typeof SERVICE;
  readonly place?: number;
}

/** What evidence comes to that does not hold. */
export const FAILED = { judged: { status: 'failed', checks: [] }, status: 'failed' } satisfies Partial<AddendumPredicate>;

/** An addendum to the receipt of `build()`, in the log behind it, about evidence for the claim `mode`. */
export function addendum(
  number: number,
  { predicate, subject = RECEIPT, service = SERVICE, place = 5 + number }: Change = {},
): AddendumBundle {
  const payload = buildAddendum(subject, {
    addendum: `add_${hex(bytesOf('addendum', number)).slice(0, 32)}`,
    receipt: ABOUT.receipt ?? '',
    vault: ABOUT.vault ?? '',
    number,
    at: NOON + number * 60_000,
    by: 'service',
    claim: 'mode',
    reason: 'evidence',
    evidence: { kind: 'mode-declaration', digest: hex(evidenceDigest(OPENING)) },
    of: null,
    judged: { status: 'asserted', checks: [{ check: 'mode', status: 'asserted' }] },
    status: 'asserted',
    trustSha256: hex(bytesOf('trust')),
    ...predicate,
  });
  const envelope = signReceipt(service.receiptKey, keyidOf(service.receipt), payload);
  return { envelope, proof: proveEntry(service, addendumEntry(parseEnvelope(STATEMENT_PAYLOAD_TYPE, envelope)), place, 3) };
}
