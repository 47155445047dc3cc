import type { Envelope } from '../../../schemas/owner-event.ts';
import type { Head } from '../../../schemas/primitives.ts';
import { IMPORT_TYPE, type ImportBegin, type ImportBegun, ImportPayload } from '../../../schemas/transfer.ts';
import { LIMITS } from '../../../schemas/limits.ts';
import { concat, equalBytes, fromHex, hex, utf8 } from '../../core/bytes.ts';
import { isMemSyncError, MemSyncError } from '../../core/errors.ts';
import { parseCanonicalJson } from '../../crypto/canonical.ts';
import { parseEnvelope, payloadVerifies, type SignedPayload } from '../../crypto/dsse.ts';
import { ownerKeyHash } from '../../crypto/owner-key-hash.ts';
import { sha256 } from '../../crypto/sha256.ts';
import type { VaultState } from '../../memory/state.ts';
import { renderHead } from '../render.ts';
import type { Services } from '../services.ts';

/** An import request whose form holds; who signed it is for the ledger to say. */
export interface ParsedRequest {
  readonly payload: ImportPayload;
  readonly signed: SignedPayload;
  /** The key that is said to have signed, 32 bytes. */
  readonly signer: Uint8Array;
}

/** @throws {MemSyncError} `event_malformed`, `event_signature_invalid` */
export function parseImportRequest(envelope: Envelope): ParsedRequest {
  try {
    const signed = parseEnvelope(IMPORT_TYPE, envelope);
    const payload = ImportPayload.safeParse(parseCanonicalJson(signed.payload));
    const signer = fromHex(envelope.signatures[0]?.keyid ?? '');
    if (payload.success && signer.length === 32) {
      if (payloadVerifies(signer, IMPORT_TYPE, signed)) return { payload: payload.data, signed, signer };
      throw new MemSyncError('event_signature_invalid', 'The request is not signed by the key that it names.');
    }
  } catch (cause) {
    if (!isMemSyncError(cause, 'encoding_invalid')) throw cause;
  }
  throw new MemSyncError('event_malformed', `Expected a request of type ${IMPORT_TYPE} over canonical JSON, signed by the key in keyid.`);
}

/**
 * Begins to take up a vault from an export, at its owner's signed word; or says why there is nothing to take up. Nothing of it can be seen
 * before its end. Another import of the same vault that has not ended gives way.
 * @throws {MemSyncError} `event_malformed`, `event_signature_invalid`, `event_vault_mismatch`; `head_not_reached` when the export is behind
 * what this service has known of the vault; `vault_erased`, and what opening a vault throws
 */
export async function beginImport(services: Services, vault: string, { request, places, dryRun }: ImportBegin): Promise<ImportBegun> {
  const parsed = parseImportRequest(request);
  const { payload } = parsed;
  if (payload.vault !== vault) throw new MemSyncError('event_vault_mismatch', 'The request was signed for another vault.');
  const now = services.clock.now();
  if (Math.abs(now - payload.signedAt) > LIMITS.clockSkewMs)
    throw new MemSyncError('event_malformed', 'The request is too old, or from the future; check the clock.');
  const state = (await services.store.head(vault)) === null ? null : (await services.vaults.acquire(vault)).state;
  if (state !== null) requireSigner(state, parsed);
  // A vault that is here and goes further is no rollback: nothing of it is lost.
  if (state === null) requireAhead(services, payload.vault, payload.head);
  const shared = await countShared(services, vault, state, places);
  const outcome = outcomeOf(state, payload.head, places, shared);
  const head = state === null ? null : renderHead(state);
  if (dryRun === true || (outcome !== 'new' && outcome !== 'behind')) return { outcome, import: null, head, shared };
  const id = services.random.bytes(16);
  await services.store.transfer.begin({
    vault,
    id,
    stageKey: outcome === 'new' ? vault : hex(sha256(concat(utf8('memsync/import-stage/v1\0'), fromHex(vault), id))),
    baseSeq: state?.headSeq ?? null,
    begunAt: now,
    touchedAt: now,
    pieces: 0,
    request: utf8(JSON.stringify(request)),
  });
  return { outcome, import: hex(id), head, shared };
}

/** The owner's key as this service knows it or, where the export goes further, the one that is to follow. */
function requireSigner(state: VaultState, { signer }: ParsedRequest): void {
  if (state.erased !== null) throw new MemSyncError('vault_erased', 'The owner has erased this vault.');
  if (equalBytes(signer, state.ownerKey) || hex(ownerKeyHash(signer)) === state.nextKeyHash) return;
  throw new MemSyncError('event_signature_invalid', 'The request is not signed by this vault’s owner.', {
    context: { generation: state.ownerRotations.length },
  });
}

/** @throws {MemSyncError} `head_not_reached` when this service remembers more of the vault than the export has. */
function requireAhead(services: Services, vault: string, head: Head): void {
  const mark = services.marks.get(vault);
  if (mark === null || mark.seq < head.seq || (mark.seq === head.seq && equalBytes(mark.hash, fromHex(head.hash)))) return;
  throw new MemSyncError('head_not_reached', `This service has known the vault at event ${mark.seq}; the export ends at ${head.seq}.`, {
    context: { shown: head.seq, remembered: mark.seq },
  });
}

/** How many of the places, from the first on, the ledger that is here has. */
async function countShared(services: Services, vault: string, state: VaultState | null, places: readonly Head[]): Promise<number> {
  let shared = 0;
  for (const { seq, hash } of state === null ? [] : places) {
    const here = await services.store.eventHash(vault, seq);
    if (here === null || !equalBytes(here, fromHex(hash))) break;
    shared += 1;
  }
  return shared;
}

function outcomeOf(state: VaultState | null, head: Head, places: readonly Head[], shared: number): ImportBegun['outcome'] {
  if (state === null) return 'new';
  const compared = Math.min(state.headSeq, head.seq);
  const index = places.findIndex(({ seq }) => seq === compared);
  if (index < 0) return 'ask';
  if (index >= shared) return 'forked';
  return state.headSeq < head.seq ? 'behind' : 'present';
}
