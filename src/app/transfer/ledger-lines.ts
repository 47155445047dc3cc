import type { ExportLine } from '../../../schemas/export-line.ts';
import { VaultImport } from '../../../schemas/transfer.ts';
import { base64, fromUtf8, hex } from '../../core/bytes.ts';
import { MemSyncError } from '../../core/errors.ts';
import { formatInstant } from '../../core/instant.ts';
import { Envelope } from '../../../schemas/owner-event.ts';
import { parseStoredEvent } from '../../memory/event.ts';
import { describeGrants } from '../owner-reads.ts';
import type { StoredEvent } from '../../store/records.ts';
import { type Page, PAGE_BYTES, type Reading } from './reading.ts';

const EVENTS_AT_A_TIME = 200;

/** What people want to know first: collections, who has been given what, the policy. */
export function aboutLines({ access, cursor }: Reading): Page {
  const { state, names } = access.vault;
  const lines: ExportLine[] = [];
  for (const { id, purpose, epochs } of state.collections.values()) {
    if ((epochs[0]?.seq ?? 0) > cursor.head.seq || (cursor.only ?? id) !== id) continue;
    lines.push({ type: 'collection', id, purpose, name: purpose === 'vault' ? null : (names.get(id) ?? null) });
  }
  if (cursor.only === null) for (const grant of describeGrants(access)) lines.push({ type: 'grant', grant });
  lines.push({ type: 'policy', policy: state.policy.policy, sha256: state.policy.sha256 });
  return { lines, next: null };
}

/** The ledger, its stored bytes verbatim. */
export async function eventLines({ services, access, cursor }: Reading, from: number): Promise<Page> {
  const lines: ExportLine[] = [];
  let bytes = 0;
  let seq = from;
  while (seq <= cursor.head.seq && bytes < PAGE_BYTES) {
    const page = await services.store.events(access.vault.vault, seq, Math.min(EVENTS_AT_A_TIME, cursor.head.seq - seq + 1));
    if (page.length === 0) throw new MemSyncError('ledger_broken', `The ledger ends before event ${seq}.`);
    for (const event of page) {
      if (bytes >= PAGE_BYTES) break;
      lines.push(eventLine(event));
      bytes += (event.stored.length + (event.beside?.length ?? 0)) * 1.4 + 200;
      seq = event.seq + 1;
    }
  }
  return { lines, next: seq > cursor.head.seq ? null : { part: 'events', from: seq } };
}

/** An event as a line: its bytes, and for people who did what when. */
function eventLine({ seq, hash, stored, beside }: StoredEvent): ExportLine {
  const { at, kind } = nameOf(stored);
  return {
    type: seq === 0 ? 'genesis' : 'event',
    seq,
    at: formatInstant(at),
    kind,
    hash: hex(hash),
    stored: base64(stored),
    beside: beside === null ? null : base64(beside),
  };
}

function nameOf(stored: Uint8Array): { at: number; kind: string } {
  const parsed = parseStoredEvent(stored);
  if (parsed.by !== 'owner') return { at: parsed.at, kind: parsed.event.kind };
  const payload: unknown = JSON.parse(fromUtf8(parsed.signed.payload));
  const kind = typeof payload === 'object' && payload !== null && 'kind' in payload ? String(payload.kind) : '';
  return { at: parsed.at, kind };
}

/** Every sealed copy of a key that the ledger speaks of at the export's head. */
export async function boxLines({ services, access, cursor }: Reading): Promise<Page> {
  const { state, vault } = access.vault;
  const boxes = await services.store.transfer.boxes(vault);
  const known = boxes.filter(({ grant, collection, epoch }) => {
    const made = state.collections.get(collection)?.epochs.find((one) => one.epoch === epoch);
    const given = grant === null ? 0 : (state.grants.get(grant)?.seq ?? Infinity);
    return made !== undefined && made.seq <= cursor.head.seq && given <= cursor.head.seq;
  });
  const lines = known.map(({ grant, collection, epoch, box }): ExportLine => ({ type: 'box', grant, collection, epoch, box: base64(box) }));
  return { lines, next: null };
}

/** What is left: rotations and erasures, certificates, and the services that the vault was at before. */
export async function restLines({ services, access, cursor }: Reading): Promise<Page> {
  const { store, log } = services;
  const { vault } = access.vault;
  const lines: ExportLine[] = (await store.rewraps(vault)).map((rewrap) => ({ type: 'rewrap', ...rewrap }));
  for (const erasure of await store.transfer.erasures(vault))
    if (erasure.seq <= cursor.head.seq) lines.push({ type: 'erasure', ...erasure });
  for (const { id, kind, at, logIndex, envelope, proof } of await store.transfer.certificates(vault)) {
    if (at > cursor.at) continue;
    lines.push({
      type: 'certificate',
      id,
      kind,
      at,
      logIndex,
      envelope: Envelope.parse(JSON.parse(fromUtf8(envelope))),
      proof: proof ?? (await log.prove(logIndex)),
    });
  }
  for (const one of await readOrigins(services, vault)) lines.push({ type: 'service', ...one });
  return { lines, next: null };
}

/** From which services a vault was brought here, the first one first. */
export async function readOrigins(services: Reading['services'], vault: string): Promise<VaultImport[]> {
  const kept = await services.store.meta(originsKey(vault));
  return kept === null ? [] : VaultImport.array().parse(JSON.parse(kept));
}

/** Under which name the store keeps them. */
export function originsKey(vault: string): string {
  return `imports ${vault}`;
}
