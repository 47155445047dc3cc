import { expect, it } from 'vitest';
import type { Disclosure } from '../../schemas/disclosure.ts';
import { requireAsked, shownIn } from '../../src/sdk/disclosed.ts';
import { disclosureOf, receiptOf, servedRows } from '../receipts/rows.ts';

const ROWS = servedRows(4);
const BUILT = receiptOf(ROWS);
const { receipt } = BUILT.predicate;
const ASKED = disclosureOf(BUILT, ROWS, [0, 2]);
const { disclosures } = BUILT.bundle;

const changed = (part: Partial<typeof disclosures>): Disclosure => ({
  ...ASKED,
  bundle: { ...ASKED.bundle, disclosures: { ...ASKED.bundle.disclosures, ...part } },
});
const lied = expect.objectContaining({ code: 'service_lied' });

it('takes the rows that were asked for, in any order and however often', () => {
  for (const tags of [
    ['m1', 'm3'],
    ['m3', 'm1', 'm3'],
  ])
    expect(requireAsked(ASKED, receipt, tags)).toBe(ASKED);
});

it('refuses another receipt, fewer rows, others, and whatever else is shown', () => {
  const tags = ['m1', 'm3'];
  const wrong: Disclosure[] = [
    { ...ASKED, receipt: `rcp_${'0'.repeat(32)}` },
    disclosureOf(BUILT, ROWS, [0]),
    disclosureOf(BUILT, ROWS, [0, 1]),
    disclosureOf(BUILT, ROWS, [0, 1, 2]),
    { ...ASKED, rows: ASKED.rows.slice(1) },
    { ...ASKED, rows: disclosureOf(BUILT, ROWS, [0, 1]).rows },
    changed(disclosures.query === undefined ? {} : { query: disclosures.query }),
    changed(disclosures.request === undefined ? {} : { request: disclosures.request }),
    changed({ segments: disclosures.segments }),
    changed({ tags: disclosures.tags }),
  ];
  for (const one of wrong) expect(() => requireAsked(one, receipt, tags)).toThrow(lied);
});

it('tells what a reviewer will read, once it opens to what the receipt commits to', () => {
  expect(shownIn(ASKED)).toEqual(
    [0, 2].map((i) => ({ tag: `m${i + 1}`, opened: { text: ROWS[i]?.opening.text, header: ROWS[i]?.header, line: true } })),
  );
  const bent = { ...ASKED, rows: ASKED.rows.map((row) => ({ ...row, text: 'another' })) };
  expect(() => shownIn(bent)).toThrow(lied);
  expect(() => shownIn(changed({ segments: [] }))).toThrow(lied);
});
