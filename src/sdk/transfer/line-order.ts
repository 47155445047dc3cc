import type { ExportLine } from '../../../schemas/export-line.ts';

/** The order in which the lines of an export come. What belongs to a receipt follows on it. */
export const ORDER: Readonly<Record<ExportLine['type'], number>> = {
  collection: 1,
  grant: 2,
  policy: 3,
  genesis: 4,
  event: 5,
  box: 6,
  version: 7,
  receipt: 8,
  receipt_row: 8,
  addendum: 8,
  evidence: 8,
  label: 9,
  served: 10,
  read: 11,
  rewrap: 12,
  erasure: 13,
  certificate: 14,
  service: 15,
};

/** What lines of one type are in the order of; null where their own check sees to it. */
export function nameOf(line: ExportLine): string | null {
  switch (line.type) {
    case 'collection':
      return null;
    case 'version':
      return `${line.collection} ${line.row} ${padded(line.version)}`;
    case 'receipt':
      return line.id;
    case 'receipt_row':
      return `${line.receipt} ${padded(line.position)}`;
    case 'addendum':
      return `${line.receipt} a${padded(line.number)}`;
    case 'evidence':
      return `${line.receipt} a${padded(line.number)} ${padded(line.from)}`;
    case 'label':
      return `${line.labelTag} ${line.receipt}`;
    case 'box':
      return `${line.grant ?? ''} ${line.collection} ${padded(line.epoch)}`;
    default:
      return null;
  }
}

function padded(number: number): string {
  return String(number).padStart(12, '0');
}
