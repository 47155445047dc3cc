import type { AddendumPredicate } from '../../schemas/addendum.ts';
import { STATEMENT_PAYLOAD_TYPE } from '../../schemas/receipt.ts';
import { hex } from '../../src/core/bytes.ts';
import { preAuthEncoding } from '../../src/crypto/dsse.ts';
import { signBytes } from '../../src/crypto/ed25519.ts';
import { addendumEntry, buildAddendum, evidenceDigest } from '../../src/receipts/addendum.ts';
import { madeId, NOON, RECEIPT_KEY, run, text, VAULT } from './given.ts';
import { receipt } from './receipts.ts';

/** Evidence that came a minute after the receipt in `receipt`, signed by the same key. */
export function addendum() {
  const salt = hex(run(0xe1));
  const artifact = { kind: 'mode-declaration', mode: 'TEE' };
  const gathered = { block: 7 };
  const evidence = { salt, artifact };
  const predicate: AddendumPredicate = {
    addendum: madeId('addendum', 0xe2),
    receipt: madeId('receipt', 0xd1),
    vault: VAULT,
    number: 1,
    at: NOON + 60_000,
    by: madeId('grant', 0xe3),
    claim: 'mode',
    reason: 'evidence',
    evidence: { kind: artifact.kind, digest: hex(evidenceDigest(evidence)) },
    of: null,
    judged: { status: 'asserted', checks: [{ check: 'declared', status: 'asserted' }] },
    status: 'asserted',
    trustSha256: hex(run(0xe4)),
  };
  const payload = buildAddendum(receipt().logEntry, predicate);
  const signature = signBytes(RECEIPT_KEY, preAuthEncoding(STATEMENT_PAYLOAD_TYPE, payload));
  return {
    evidence,
    gathered,
    digestWithGathered: hex(evidenceDigest({ ...evidence, gathered })),
    statement: text(payload),
    signature: hex(signature),
    logEntry: hex(addendumEntry({ payload, signature })),
  };
}
