import type { Check } from '../../schemas/receipt.ts';
import { outputSha256 } from '../claims/output-given.ts';
import type { Findings } from './verdict.ts';

/** The output that the verifier has in hand, in full or as a SHA-256 in hexadecimal; neither when it has none. */
export interface OutputInHand {
  readonly outputText?: string | undefined;
  readonly outputSha256?: string | undefined;
}

/** Compares the output in hand with the receipt's subject: the claim `output`'s check `digest`. */
export function checkOutput(subject: string, { outputText, outputSha256: given }: OutputInHand, findings: Findings): Check {
  const digests: string[] = [];
  if (given !== undefined) digests.push(given.toLowerCase());
  // A text with a lone surrogate has no UTF-8, so it is not what any digest is of.
  if (outputText !== undefined) digests.push(outputText.isWellFormed() ? outputSha256({ text: outputText }) : '');
  if (digests.length === 0) {
    return { check: 'digest', status: 'asserted', detail: 'The receipt names the output by its digest; the output is not in hand.' };
  }
  if (digests.some((digest) => digest !== subject)) {
    findings.fail('receipt_mismatch', 'The output in hand is not the one that the receipt is about.');
    return { check: 'digest', status: 'failed', detail: 'The output in hand has another digest than the receipt’s subject.' };
  }
  findings.verified.push('The output in hand is the one that the receipt is about, byte for byte.');
  return { check: 'digest', status: 'verified', detail: 'The output in hand has the digest that the receipt names.' };
}
