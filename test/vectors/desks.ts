import { hex } from '../../src/core/bytes.ts';
import { Redacted } from '../../src/core/redacted.ts';
import { sealHappening } from '../../src/app/cases/sealed-case.ts';
import { reviewerKey } from '../../src/app/desks/enter.ts';
import { encodeReviewerToken, reviewerAuthHash } from '../../src/crypto/reviewer-token.ts';
import { CountingRandom, madeId, NOON, OWNER, run, VAULT } from './given.ts';

/** A reviewer's token, what is kept of it, and the seal of a statement on a case. */
export function reviewerToken() {
  const deskKey = new Redacted(run(0xd0));
  const secret = new Redacted(run(0xd1));
  const reviewer = { id: madeId('reviewer', 0xd2), desk: madeId('desk', 0xd3), key: OWNER.signing.publicKey };
  const name = { id: madeId('case', 0xd4), desk: reviewer.desk, vault: VAULT, receipt: madeId('receipt', 0xd5) };
  const place = { case: name.id, number: 2, at: NOON, logIndex: 7 };
  const envelope = { payloadType: 'application/vnd.in-toto+json', payload: 'e30=', signatures: [{ keyid: 'k', sig: 'AAAA' }] };
  return {
    deskKey: hex(deskKey.reveal()),
    reviewer: reviewer.id,
    desk: reviewer.desk,
    publicKey: hex(reviewer.key),
    secret: hex(secret.reveal()),
    token: encodeReviewerToken({ reviewer: reviewer.id, secret }),
    kept: hex(reviewerAuthHash(reviewerKey({ deskKey }), reviewer, secret)),
    statement: {
      ...place,
      vault: name.vault,
      receipt: name.receipt,
      envelope: JSON.stringify(envelope),
      nonce: hex(run(1, 24)),
      sealed: hex(sealHappening({ deskKey, random: new CountingRandom() }, name, place, envelope)),
    },
  };
}
