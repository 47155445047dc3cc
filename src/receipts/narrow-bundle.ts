import type { Bundle } from '../../schemas/receipt.ts';
import { fromHex, hex } from '../core/bytes.ts';
import { segmentLeaf } from './segment.ts';

/**
 * The bundle with less in it: of rows only those at `positions` (from 0), each with its line, and neither the query, the request nor the artefacts that were handed in. What
 * is public stays: the envelope, the owner's keys, the proof. The signature holds as before, and how many rows and lines there are shows.
 */
export function narrowBundle({ envelope, disclosures, proof, addenda }: Bundle, positions: ReadonlySet<number>): Bundle {
  const { genesis, rotations } = disclosures;
  const tags = disclosures.tags.map((tag, i) => (positions.has(i) ? tag : null));
  const lines = new Set(tags.flatMap((tag) => (tag === null ? [] : [tag.record.segment])));
  const segments = disclosures.segments.map((segment, i) =>
    'leaf' in segment || lines.has(i) ? segment : { leaf: hex(segmentLeaf(fromHex(segment.salt), segment.text)) },
  );
  return {
    envelope,
    disclosures: { ...(genesis === undefined ? {} : { genesis }), ...(rotations === undefined ? {} : { rotations }), tags, segments },
    proof,
    ...(addenda === undefined ? {} : { addenda: addenda.map((one) => ({ envelope: one.envelope, proof: one.proof })) }),
  };
}
