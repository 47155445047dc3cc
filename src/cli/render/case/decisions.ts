import type { Case, CaseDecision, Unheard } from '../../../../schemas/case.ts';
import type { Seen } from '../../../../schemas/decision.ts';
import type { SignatureCheck } from '../../../sdk/decision.ts';
import { told as theirs } from '../standing/facts.ts';
import { statusWords } from './claims.ts';
import { changesSince } from './since.ts';
import { line, named, quote, type Sheet, stamp, told } from './sheet.ts';

/** How many decisions one screen has room for. */
const SCREEN = 4;

/** What was decided, in the log's order: by whom, on what, without what, and whether the signature holds. One screen has the last one whole. */
export function decisionLines(sheet: Sheet, shown: Case, signatures: readonly SignatureCheck[]): string[] {
  const { decisions } = shown;
  const early = sheet.whole ? 0 : Math.max(0, decisions.length - SCREEN);
  const broken = decisions.slice(0, early).filter((decision) => !signatureOf(signatures, decision).holds);
  return [
    ...(early === 0 ? [] : told(sheet, `and ${early} before, with --all`, 2)),
    ...(broken.length === 0 ? [] : loud(sheet, `THE SIGNATURES OF ${broken.length} OF THEM DO NOT HOLD`)),
    ...decisions.slice(early).flatMap((decision, i) => {
      const signature = signatureOf(signatures, decision);
      const last = sheet.whole || early + i === decisions.length - 1 || shown.override?.decision === decision.payload.decisionId;
      return last ? one(sheet, shown, decision, signature) : [...head(sheet, decision, signature), ...forged(sheet, signature)];
    }),
  ];
}

/** The last decision that let it through; undefined where none has. */
export function clearedBy({ decisions }: Case): CaseDecision | undefined {
  return decisions.findLast(({ payload, effective }) => effective && payload.decision === 'clear');
}

/** What the check of one decision came to. */
export function signatureOf(signatures: readonly SignatureCheck[], { payload }: CaseDecision): SignatureCheck {
  const found = signatures.find(({ decision }) => decision === payload.decisionId);
  return found ?? { decision: payload.decisionId, holds: false, detail: 'it was not checked' };
}

function one(sheet: Sheet, shown: Case, decision: CaseDecision, signature: SignatureCheck): string[] {
  const { payload } = decision;
  // What the case was cleared on stands at the top of the screen.
  const onTop = !sheet.whole && decision === clearedBy(shown);
  const since = changesSince(payload.seen, shown);
  const overridden = shown.override?.decision === payload.decisionId;
  return [
    ...head(sheet, decision, signature),
    ...forged(sheet, signature),
    ...(overridden ? loud(sheet, 'THE GATE WAS OVERRIDDEN, for this reason:') : []),
    ...quote(sheet, payload.reason, 4),
    ...(onTop ? [] : told(sheet, `rests on ${basisWords(decision)}; not verified then: ${unheardWords(decision.unheard)}`, 4)),
    ...told(sheet, `saw ${seenWords(payload.seen)}`, 4),
    ...told(sheet, `since then: ${since.length === 0 ? 'nothing of that has changed' : since.join('; ')}`, 4),
    ...(decision.beforeProof ? loud(sheet, 'DECIDED BEFORE PROOF: what it called for was not proved yet') : []),
    ...(sheet.whole ? told(sheet, `${payload.decisionId}, signed ${theirs(signature.detail)}`, 4) : []),
    ...(decision.effective ? [] : told(sheet, `A second reviewer: --override --second ${payload.decisionId}`, 4)),
  ];
}

function head(sheet: Sheet, { payload, reviewer, at, gateOpen, effective }: CaseDecision, { holds }: SignatureCheck): string[] {
  const gate = gateOpen ? 'gate open' : 'gate SHUT';
  const how = payload.override === null ? '' : payload.override.second === null ? ', an override' : ', the second to an override';
  const rest = effective ? '' : '; of no effect by itself';
  return line(
    sheet,
    `${stamp(at)}  ${payload.decision} by ${named(reviewer.name)}; signature ${holds ? 'holds' : 'DOES NOT HOLD'}; ${gate}${how}${rest}`,
    2,
  );
}

function forged(sheet: Sheet, { holds, detail }: SignatureCheck): string[] {
  return holds ? [] : loud(sheet, `SIGNATURE DOES NOT HOLD, do not go by this decision: ${theirs(detail)}`);
}

function loud(sheet: Sheet, words: string): string[] {
  return told(sheet, words, 4).map((text) => sheet.output.style('red', text));
}

/** What a decision names as what it rests on: claims as the reviewer saw them, and rows. */
export function basisWords({ payload }: Pick<CaseDecision, 'payload'>): string {
  const { claims, rows } = payload.basis;
  const saw = claims.map((claim) => `${claim} (${payload.seen.claims[claim] ?? 'not shown'} then)`);
  const parts = [...saw, ...rows];
  return parts.length === 0 ? 'nothing that it names' : parts.join(', ');
}

/** `pending payment; absent enclave, exchange`. */
export function unheardWords(unheard: readonly Unheard[]): string {
  return unheard.length === 0 ? 'nothing' : statusWords(Object.fromEntries(unheard.map(({ claim, status }) => [claim, status])));
}

/** What was on a screen: how far the log was, the gate, and each claim by how it stood. */
export function seenWords({ logSize, gateOpen, claims }: Seen): string {
  return `the log at ${logSize} entries, the gate ${gateOpen ? 'open' : 'SHUT'}; ${statusWords(claims)}`;
}
