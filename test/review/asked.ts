import { expect } from 'vitest';
import type { CaseRow } from '../../schemas/case.ts';
import type { GatePolicyGiven } from '../../schemas/gate.ts';
import { type Dossier, evaluateGate } from '../../src/review/gate.ts';
import { type Came, claimsAfter, gateOf, NOW, row } from './samples.ts';

export type Given = GatePolicyGiven['require'][number];

export const came = (claim: string, status: Came['status'], more: Partial<Came> = {}): Came => ({ claim, status, logIndex: 11, ...more });

/** What a gate is asked about, where this evidence has come, in this order. */
export function dossier(evidence: readonly Came[], rows: readonly CaseRow[] = [row(1)], more: Partial<Dossier> = {}): Dossier {
  const claims = claimsAfter(evidence.map((one, at) => ({ ...one, logIndex: 11 + at })));
  return { claims, rows, rowsGone: 0, state: 'hold', rejected: false, now: NOW, ...more };
}

/** What the one condition of a gate comes to. */
export function asked(condition: Given, about: Dossier): { met: boolean; detail: string } {
  const { conditions, open } = evaluateGate(gateOf(condition), about);
  const [only] = conditions;
  expect(conditions).toHaveLength(1);
  expect(open).toBe(only?.met);
  return { met: only?.met ?? false, detail: only?.detail ?? '' };
}
