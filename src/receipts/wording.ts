import type { ReceiptPredicate } from '../../schemas/receipt.ts';
import { formatInstant } from '../core/instant.ts';
import type { OpenedDisclosures } from './disclosure.ts';
import type { Findings, VerdictRow } from './verdict.ts';
import { isWitnessed, type Witnessing } from './witness-check.ts';

/** Said wherever no policy is satisfied by somebody's cosignature. */
export const UNWITNESSED =
  'unwitnessed: nobody but the log’s own signer is known to have seen this checkpoint; others may have been shown another log.';

/** Said wherever the verifier named no vault. */
export function unnamed(vault: string): string {
  return `the vault: you named none, so whose vault ${vault} is has not been settled.`;
}

/** What rests on the word of the service or of the app that asked it, however good the signature under it. */
export function sayAsserted(predicate: ReceiptPredicate, rows: readonly VerdictRow[], findings: Findings): void {
  const { asserted } = findings;
  const [served, issued] = [formatInstant(predicate.evaluatedAt), formatInstant(predicate.issuedAt)];
  asserted.push(
    `Times are by the service’s clock: served at ${served}, issued at ${issued}. Only the order of the log is more than its word.`,
  );
  asserted.push(
    `The ledger stood at event ${predicate.head.seq}; policy, engine (${quoted(predicate.engine)}) and build are named by the service.`,
  );
  if (rows.length > 0) {
    asserted.push(
      'Tier, standing, origin and age of each row follow from a ledger that is not in this bundle: they are the service’s word.',
      'What a row’s line says before the quotation marks is in the service’s words, and not held against anything here.',
    );
  }
  asserted.push(
    `The model’s label (${quoted(predicate.model.label)}) is the app’s word, as are the app, its tools and the conversation, where named.`,
  );
}

/** What nothing in the bundle, or nothing in the verifier's hands, could settle. */
export function sayUnknown(
  predicate: ReceiptPredicate,
  opened: OpenedDisclosures,
  rows: readonly VerdictRow[],
  given: { readonly vaultPinned: boolean; readonly outputInHand: boolean; readonly witnesses: Witnessing | null },
  findings: Findings,
): void {
  const { unknown } = findings;
  if (!isWitnessed(given.witnesses)) unknown.push(UNWITNESSED);
  unknown.push(
    'no remembered head: nothing was given to compare the ledger’s head with, so a rollback before this receipt would not show.',
  );
  unknown.push('nothing here proves that no later retraction was withheld: a row may have been retracted or contested since.');
  if (!given.vaultPinned) unknown.push(unnamed(predicate.vault));
  if (!given.outputInHand) unknown.push('the output: it is not in hand, so nothing was compared with the receipt’s subject.');
  const hidden = rows.filter((row) => !row.disclosed).length;
  if (hidden > 0) unknown.push(`undisclosed rows: of ${hidden} out of ${rows.length} nothing is shown but a digest.`);
  const dark = opened.segments.filter((line) => line === null).length;
  if (dark > 0)
    unknown.push(
      `undisclosed lines: of ${dark} out of ${opened.segments.length} lines of the context block nothing is shown but a digest.`,
    );
  if (opened.queryOpen === 'withheld') unknown.push('the query: it was not disclosed.');
  if (opened.requestOpen === 'withheld') unknown.push('the request: the digest of what was sent to the model was not disclosed.');
  const unsaid = rows.filter((row) => !row.disclosed || row.opened?.line !== true).length;
  if (unsaid > 0) {
    const which = unsaid === rows.length ? '' : ` of ${unsaid} out of ${rows.length}`;
    unknown.push(`the rows’ own words${which}: whether a line says what its row’s commitment holds takes the row itself, opened, to tell.`);
  }
}

/** A name that the service or an app chose, as one JSON string without controls, separators or invisible marks: it cannot forge a line. */
function quoted(name: string): string {
  return JSON.stringify(name).replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (character) =>
    Array.from({ length: character.length }, (_, i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`).join(''),
  );
}
