import type { Fact } from '../../../../schemas/evidence.ts';
import { lengthInWords } from '../../words.ts';
import { plain, quoted } from '../../plain.ts';

/** How many facts are shown where not all are asked for. */
export const FEW = 12;

/** Spaces in a row, which could push words of others to where ours would stand. */
const GAP = /\s{2,}/gu;

/** An item from outside, as `external_data` states it. */
const ITEM = /^(admitted|refused) (attested|signed|plain) (\S+) (\d+)s (.*)$/s;
const ITEMS = /^(\d+ admitted, \d+ refused) \([0-9a-f]+\)$/;

/** What a fact states, in a line: names are ours, and what somebody stated stands in quotation marks. */
export function factWords({ name, value }: Fact): string {
  const item = name.startsWith('item.') ? ITEM.exec(value) : null;
  if (item !== null) {
    const [, decision = '', path = '', at = '', age = '', source = ''] = item;
    return `${decision}, ${path}, ${lengthInWords(Number(age))} old at the answer (${plain(at)}): ${said(source)}`;
  }
  const items = name.startsWith('items.') ? ITEMS.exec(value) : null;
  return items === null ? `${plain(name)}: ${said(value)}` : `items: ${items[1] ?? ''}`;
}

/** Somebody else's words as one string in quotation marks, without anything that acts on a terminal or moves words about. */
export function said(text: string): string {
  return quoted(text.replace(GAP, ' '));
}

/** Words that are ours and may repeat somebody's. */
export function told(text: string): string {
  return plain(text.replace(GAP, ' '));
}
