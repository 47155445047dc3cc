import { expect, it } from 'vitest';
import type { ClaimStanding } from '../../../schemas/claims.ts';
import { claimsForDesk } from '../../../src/app/cases/dossier.ts';
import { claimsAfter } from '../../review/samples.ts';

const facts = (count: number, length: number) =>
  Array.from({ length: count }, (_, n) => ({ name: `item-${n}`, value: `${n}-`.padEnd(length, 'x') }));

function told(pieces: number, each: number, length: number): ClaimStanding[] {
  const [claim] = claimsAfter([]);
  const [issued] = claim?.history ?? [];
  if (claim === undefined || issued === undefined) throw new Error('there is no claim');
  const history = Array.from({ length: pieces }, () => ({ ...issued, facts: facts(each, length) }));
  return claimsForDesk([{ ...claim, facts: facts(each, length), history }]);
}

it('a desk is told of a claim’s first facts, as far as they are few and short enough to be kept in every case', () => {
  expect(told(3, 10, 100)[0]?.history.map((step) => step.facts.length)).toEqual([10, 10, 10]);
  const [long] = told(100, 60, 1000);
  expect(long?.history[0]?.facts).toHaveLength(60);
  expect(long?.history.at(-1)?.facts).toEqual([]);
  expect(JSON.stringify(long?.history.flatMap((step) => step.facts)).length).toBeLessThan(200_000);
  expect(told(1, 256, 1000)[0]?.facts.length).toBeLessThan(140);
  expect(told(100, 60, 1)[0]?.history.flatMap((step) => step.facts)).toHaveLength(2000);
});
