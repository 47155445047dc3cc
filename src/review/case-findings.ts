import { type KeysInTrust, sayKeys } from '../receipts/key-trust.ts';
import type { Trust } from '../receipts/trust.ts';
import { Findings } from '../receipts/verdict.ts';
import { isWitnessed, type Witnessing } from '../receipts/witness-check.ts';
import { unnamed, UNWITNESSED } from '../receipts/wording.ts';
import type { VerifiedCase } from './chain.ts';

/** By what a case was verified. */
interface By {
  readonly trust: Trust & { readonly reviewers?: readonly string[] | undefined };
  readonly keys: KeysInTrust;
  readonly witnesses: Witnessing | null;
  readonly withReceipt: boolean;
}

/** What verifying a case has shown, what in it is somebody's word, and what it could not settle. */
export function sayCase({ happenings, folded, log, stated }: VerifiedCase, { trust, keys, witnesses, withReceipt }: By): Findings {
  const findings = new Findings();
  const { verified, asserted, unknown } = findings;
  const last = happenings.at(-1);
  const some = folded.decisions.length > 0;
  verified.push(
    `${happenings.length} statements are signed by a key that you trust, each follows from the one before, and all are in the log ${log.origin}, in this order.`,
  );
  if (some) {
    const whose = trust.reviewers === undefined ? 'the key that the service states for its reviewer' : 'a reviewer’s key that you named';
    verified.push(
      `Each decision is signed by ${whose}, for this case and this gate, on what the service says that they had been shown before.`,
    );
  }
  sayKeys(keys, trust.root, stated, findings);
  if (withReceipt)
    verified.push('The case is about the receipt that you gave; what was shown of its claims is what its evidence had come to by then.');
  asserted.push(
    'Who opened the case, looked at it or was handed it is the service’s word, as are reviewers’ names: signatures show keys.',
    'Times are by the service’s clock. Only the order of the log is more than its word.',
    'How evidence was judged, what facts it states and how the memory stood at the gate are the service’s word.',
  );
  if (!isWitnessed(witnesses)) unknown.push(UNWITNESSED);
  if (some && trust.reviewers === undefined)
    unknown.push('the reviewers: none of their keys was given, so whose keys the decisions are signed with is the service’s word.');
  unknown.push(
    `later happenings: these statements end with number ${last?.number ?? 0}, entry ${last?.logIndex ?? 0} of the log. What has happened to the case since may have been withheld.`,
  );
  if (withReceipt) unknown.push('later evidence: nothing here proves that no other addendum to the receipt was written, or withheld.');
  else unknown.push('the receipt: its own bundle was not given, so what was shown of its claims was not held against their evidence.');
  if (trust.vault === undefined) unknown.push(unnamed(folded.vault));
  unknown.push('whether the answer is right: nobody assesses that here.');
  return findings;
}
