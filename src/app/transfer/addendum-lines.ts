import type { AddendumBundle, EvidenceDisclosure as Disclosed } from '../../../schemas/evidence.ts';
import { EvidenceDisclosure } from '../../../schemas/evidence.ts';
import { ARTEFACT_PART, type ExportLine } from '../../../schemas/export-line.ts';
import { base64, hex } from '../../core/bytes.ts';
import { formatInstant } from '../../core/instant.ts';
import { sha256 } from '../../crypto/sha256.ts';
import type { StoredAddendum } from '../../store/addenda.ts';
import { AddendumRecord, addendumName, evidenceName } from '../evidence/record.ts';
import { openRecord } from '../sealed-record.ts';
import type { EvidencePlace } from './cursor.ts';
import { PAGE_BYTES, type Reading } from './reading.ts';

/** An artefact that is longer is left out of its addendum's bundle; the sealed one is there all the same. */
const MAX_ARTEFACT = 1_000_000;

/** Lines of what came after one receipt, and where to go on; null where that is all. */
export interface AddendumPage {
  readonly lines: readonly ExportLine[];
  readonly next: EvidencePlace | null;
  /** What has been sent before and what is there now is not of one piece: all has to be read anew. */
  readonly moved: boolean;
}

/** What came after a receipt, in the log's order: each with its sealed artefact in parts, until about `room` bytes are full. */
export async function addendumLines(reading: Reading, receipt: string, from: EvidencePlace, room: number): Promise<AddendumPage> {
  const { services, access, cursor } = reading;
  const { vault } = access.vault;
  const lines: ExportLine[] = [];
  let at = from;
  let bytes = 0;
  const put = (line: ExportLine): void => {
    lines.push(line);
    bytes += JSON.stringify(line).length;
  };
  const due = new Set((await services.store.addenda.dueOf(vault, receipt)).map(({ number }) => number));
  for (;;) {
    const begun = at.bytes > 0 ? await services.store.addenda.evidence(vault, receipt, at.number) : null;
    if (at.bytes > 0 && (begun === null || nameOf(begun) !== at.of)) return { lines, next: null, moved: true };
    for (const sealed = begun ?? NOTHING; at.bytes < sealed.length;) {
      if (bytes >= room) return { lines, next: at, moved: false };
      const part = sealed.subarray(at.bytes, at.bytes + ARTEFACT_PART);
      put({ type: 'evidence', receipt, number: at.number, from: at.bytes, sealed: base64(part) });
      at = { number: at.number, bytes: at.bytes + part.length, of: at.of };
    }
    const [one] = await services.store.addenda.after(vault, receipt, at.number, 1);
    if (one === undefined || one.at > cursor.at) return { lines, next: null, moved: false };
    if (bytes >= room) return { lines, next: { number: at.number, bytes: 0, of: '' }, moved: false };
    put(await addendumLine(reading, one, due.has(one.number)));
    const sent = Math.min(one.evidence.length, ARTEFACT_PART);
    at = { number: one.number, bytes: sent, of: sent === 0 ? '' : nameOf(one.evidence) };
  }
}

/** How much of a page is left after what has gone into it. */
export function roomAfter(bytes: number): number {
  return Math.max(0, PAGE_BYTES - bytes);
}

async function addendumLine({ services, access }: Reading, one: StoredAddendum, pending: boolean): Promise<ExportLine> {
  const { receipt, number, id, at, logIndex, sealed, evidence } = one;
  const keys = access.vault.vaultKeys();
  const { envelope } = openRecord(keys, addendumName(receipt, number), sealed, AddendumRecord);
  const opens: Disclosed | null =
    evidence.length === 0 || evidence.length > MAX_ARTEFACT
      ? null
      : openRecord(keys, evidenceName(receipt, number), evidence, EvidenceDisclosure);
  const proof = one.proof ?? (await services.log.prove(logIndex));
  const bundle: AddendumBundle = { envelope, ...(opens === null ? {} : { evidence: opens }), proof };
  return {
    type: 'addendum',
    receipt,
    number,
    id,
    at: formatInstant(at),
    logIndex,
    ...(pending ? { pending } : {}),
    sealed: base64(sealed),
    evidence: base64(evidence.subarray(0, ARTEFACT_PART)),
    evidenceBytes: evidence.length,
    proof,
    bundle,
  };
}

const NOTHING = new Uint8Array(0);

/** By which a sealed artefact is known for the same in the next page. */
function nameOf(sealed: Uint8Array): string {
  return hex(sha256(sealed).subarray(0, 8));
}
