import type { Case, CaseDecision } from '../../../../schemas/case.ts';
import { basisWords, clearedBy, signatureOf, unheardWords } from './decisions.ts';
import type { SignatureCheck } from '../../../sdk/decision.ts';
import { named, stamp } from './sheet.ts';

/** Who let this through, and on what proof: the two lines that a case answers first. */
export function throughPairs(shown: Case, signatures: readonly SignatureCheck[]): [string, string][] {
  const cleared = clearedBy(shown);
  if (cleared === undefined) return [['let through by', notYet(shown)]];
  const forged = signatureOf(signatures, cleared).holds ? '' : ' (THE SIGNATURE DOES NOT HOLD)';
  const by = `${who(shown, cleared)}, ${stamp(cleared.at)}, ${cleared.gateOpen ? 'with the gate open' : 'although the gate was SHUT'}${forged}`;
  const early = cleared.beforeProof ? '; DECIDED BEFORE PROOF' : '';
  const proof = `${basisWords(cleared)}; not verified then: ${unheardWords(cleared.unheard)}${early}`;
  if (shown.state === 'clear')
    return [
      ['let through by', by],
      ['on what proof', proof],
    ];
  return [
    ['let through by', `nobody now (${lastWord(shown, cleared)}); before, by ${by}`],
    ['on what proof', `then: ${proof}`],
  ];
}

function notYet(shown: Case): string {
  const last = shown.decisions.at(-1);
  if (last === undefined) return 'nobody: nothing is decided yet';
  const { payload, reviewer, effective } = last;
  if (!effective) return `nobody: ${named(reviewer.name)} wants to override the gate, and a second reviewer has to sign that, too`;
  return `nobody: ${named(reviewer.name)} decided ${payload.decision}, ${stamp(last.at)}`;
}

/** Why a case that was clear is on hold again. */
function lastWord(shown: Case, cleared: CaseDecision): string {
  const after = shown.decisions.findLast(({ effective }) => effective);
  const reopened = shown.timeline.findLast(({ what }) => what === 'reopened');
  if (reopened !== undefined && reopened.logIndex > (after ?? cleared).logIndex)
    return `reopened ${stamp(reopened.at)}${reopened.claim === null ? '' : `, as ${reopened.claim} failed`}`;
  if (after === undefined || after === cleared) return 'it is on hold';
  return `${named(after.reviewer.name)} decided ${after.payload.decision}, ${stamp(after.at)}`;
}

function who(shown: Case, cleared: CaseDecision): string {
  const name = named(cleared.reviewer.name);
  const { override } = shown;
  if (cleared.payload.override === null || override === null) return name;
  const first = shown.decisions.find(({ payload }) => payload.decisionId === cleared.payload.override?.second);
  return first === undefined ? `${name}, by an override` : `${named(first.reviewer.name)} and ${name}, by an override`;
}
