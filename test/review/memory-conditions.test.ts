import { expect, it } from 'vitest';
import type { CaseRow } from '../../schemas/case.ts';
import { asked, dossier, type Given } from './asked.ts';
import { daysAgo, row } from './samples.ts';

const CITED: Given = { memory: 'no_contested_cited' };
const SERVED: Given = { memory: 'no_contested_served' };
const STANDING: Given = { memory: 'all_standing' };
const VALIDATED: Given = { memory: 'active_validated', withinDays: 30 };
const contested = { standing: 'contested' } as const;
const validated = (days: number | null, version = 1) => ({ lastValidatedAt: days === null ? null : daysAgo(days), version });

it.each<[string, Given, readonly CaseRow[], number, boolean, RegExp]>([
  ['no cited row in doubt', CITED, [row(1), row(2)], 0, true, /No row that is cited was in doubt, or is/],
  ['a cited row in doubt when served', CITED, [row(1), row(2, { served: contested })], 0, false, /m2 \(mem_0+2\) was in doubt when served/],
  ['a cited row in doubt by now', CITED, [row(1, { now: contested })], 0, false, /m1 .* is in doubt by now/],
  [
    'an uncited row in doubt',
    CITED,
    [row(1), row(2, { cited: false, served: contested, now: contested })],
    0,
    true,
    /No row that is cited/,
  ],
  ['an uncited row in doubt, where no row may be', SERVED, [row(1), row(2, { cited: false, served: contested })], 0, false, /m2 /],
  [
    'a row in doubt, and nobody knows what is cited',
    CITED,
    [row(1, { cited: null }), row(2, { cited: null, now: contested })],
    0,
    false,
    /may be cited, as nobody knows/,
  ],
  ['a row in doubt of which alone nobody knows', CITED, [row(1), row(2, { cited: null, now: contested })], 0, false, /m2 /],
  ['nothing served', CITED, [], 0, true, /No row/],
  ['an erased row, cited or not', CITED, [row(1)], 1, false, /One row that was served is erased/],
  ['an erased row', SERVED, [row(1)], 2, false, /2 rows that were served are erased/],
  ['a doubt that was raised and settled', SERVED, [row(1, { now: { standing: 'live' } })], 0, true, /No row that was served/],
  ['every row standing', STANDING, [row(1), row(2, { cited: false })], 0, true, /Every row that was served stands/],
  ['a row that is contested by now', STANDING, [row(1, { now: contested })], 0, false, /is contested/],
  ['a row that was contested when served', STANDING, [row(1, { served: contested })], 0, false, /is contested/],
  ['a row that is superseded by now', STANDING, [row(1, { now: { standing: 'superseded' } })], 0, false, /is superseded/],
  [
    'a row that is retracted by now, uncited',
    STANDING,
    [row(1, { cited: false, now: { standing: 'retracted' } })],
    0,
    false,
    /is retracted/,
  ],
  ['a row that is erased by now', STANDING, [row(1, { now: { standing: 'erased' } })], 0, false, /is erased/],
  ['a row that is gone', STANDING, [row(1)], 1, false, /erased/],
  ['validated 29 days ago', VALIDATED, [row(1, { ...validated(29), now: validated(29) })], 0, true, /within 30 days/],
  ['validated 30 days ago to the millisecond', VALIDATED, [row(1, { ...validated(30), now: validated(30) })], 0, true, /within 30 days/],
  ['validated 31 days ago', VALIDATED, [row(1, { ...validated(31), now: validated(31) })], 0, false, /m1 .* was last longer ago/],
  [
    'validated long ago, and again since it was served',
    VALIDATED,
    [row(1, { ...validated(90), now: validated(2) })],
    0,
    true,
    /within 30 days/,
  ],
  ['never validated', VALIDATED, [row(1, { ...validated(null), now: validated(null) })], 0, false, /m1 .* never was/],
  [
    'not validated, and in another version since',
    VALIDATED,
    [row(1, { ...validated(null), now: validated(1, 2) })],
    0,
    false,
    /another version by now, which does not count/,
  ],
  [
    'validated long ago, and in another version since',
    VALIDATED,
    [row(1, { ...validated(60), now: validated(1, 2) })],
    0,
    false,
    /last longer ago/,
  ],
  [
    'validated when it was served, and another version is not',
    VALIDATED,
    [row(1, { ...validated(5), now: validated(null, 2) })],
    0,
    true,
    /within 30 days/,
  ],
  [
    'a background row that nobody has validated',
    VALIDATED,
    [row(1), row(2, { placement: 'background', ...validated(null), now: validated(null) })],
    0,
    true,
    /within 30 days/,
  ],
  [
    'no row placed active',
    VALIDATED,
    [row(1, { placement: 'dormant', ...validated(null), now: validated(null) })],
    0,
    true,
    /No row was placed active/,
  ],
  ['a row that is gone, and may have been active', VALIDATED, [row(1)], 1, false, /erased/],
])('of memory: %s', (_, condition, rows, rowsGone, met, words) => {
  const found = asked(condition, dossier([], rows, { rowsGone }));
  expect(found.detail).toMatch(words);
  expect(found.met).toBe(met);
});
