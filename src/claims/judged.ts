import type { Fact } from '../../schemas/evidence.ts';
import type { Check } from '../../schemas/receipt.ts';
import type { Judgement } from './kind.ts';

/** One thing that was looked at, in a line. */
export function check(name: string, status: Check['status'], detail: string): Check {
  return { check: name, status, detail };
}

/** What checks come to: `failed` where one of them has; else `verified` where what the claim's text says is settled; else `asserted`. */
export function judged(checks: readonly Check[], facts: readonly Fact[], settled = false): Judgement {
  const failed = checks.some(({ status }) => status === 'failed');
  const soFar = settled ? 'verified' : 'asserted';
  return { status: failed ? 'failed' : soFar, checks, facts };
}
