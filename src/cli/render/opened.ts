import { formatInstant } from '../../core/instant.ts';
import type { OpenedRow } from '../../sdk/verify.ts';
import { quoted } from '../plain.ts';
import { cut, facts } from './table.ts';

/** A row's own words, with the header's instants as the API writes them. */
export function openedJson({ text, header, line }: OpenedRow): unknown {
  const { origin, observedAt, basisAt, validUntil, bounds, ...rest } = header;
  const { stamped } = origin;
  return {
    text,
    header: {
      ...rest,
      origin: { ...origin, stamped: { ...stamped, recordedAt: formatInstant(stamped.recordedAt) } },
      observedAt: wire(observedAt),
      basisAt: wire(basisAt),
      validUntil: wire(validUntil),
      bounds: bounds && { activeUntil: wire(bounds.activeUntil), backgroundUntil: wire(bounds.backgroundUntil) },
    },
    line,
  };
}

/** All that an opened row says, a line each; the text cut to so many columns where it is longer. */
export function openedFacts(tag: string, { text, header }: OpenedRow, width = Infinity): string {
  const { origin, observedAt, basisAt, basisReason, validUntil, derivedFrom, supersedes, bounds } = header;
  const { grantId, channel, recordedAt } = origin.stamped;
  const pairs: (readonly [string, string | null])[] = [
    [`[${tag}]`, cut(quoted(text), width)],
    ['row', `${header.row}, version ${header.version}, in ${header.collection}`],
    ['kind', `${header.type}, ${header.category}`],
    ['subject', header.subject && quoted(header.subject)],
    ['attribute', header.attribute && quoted(header.attribute)],
    ['origin', origin.effective],
    ['claimed', claimedWords(origin.claimed)],
    ['recorded', `${formatInstant(recordedAt)}, ${channel === 'owner' ? 'by the owner' : `by ${grantId ?? 'nobody named'}`}`],
    ['observed', wire(observedAt)],
    ['counts from', `${formatInstant(basisAt)} (${basisReason})`],
    ['valid until', wire(validUntil)],
    ['derived from', derivedFrom.join(', ') || null],
    ['replaces', supersedes.join(', ') || null],
    ['bounds', bounds && `${formatInstant(bounds.activeUntil)}, ${formatInstant(bounds.backgroundUntil)}`],
  ];
  return facts(pairs.flatMap(([name, value]) => (value === null ? [] : [[name, value] as const])));
}

/** What was only claimed of where it comes from. */
function claimedWords(claimed: object): string | null {
  const words = Object.entries(claimed).map(([name, value]) => `${name} ${quoted(String(value))}`);
  return words.length === 0 ? null : words.join(', ');
}

function wire(instant: number | null): string | null {
  return instant === null ? null : formatInstant(instant);
}
