import { LIMITS } from '../../schemas/limits.ts';
import type { Envelope } from '../../schemas/owner-event.ts';
import { RECOVERY_TYPE, RecoveryPayload, type RecoveryReply } from '../../schemas/recovery.ts';
import { isMemSyncError, MemSyncError } from '../core/errors.ts';
import type { Instant } from '../core/instant.ts';
import { parseCanonicalJson } from '../crypto/canonical.ts';
import { parseEnvelope, payloadVerifies } from '../crypto/dsse.ts';
import { renderBox, renderEvent } from './owner-reads.ts';
import { renderHead } from './render.ts';
import type { Services } from './services.ts';

const PAGE = 1000;

/** Nonces of requests that were answered, with when they are forgotten: by then their requests are too old. */
const answered = new WeakMap<Services, Map<string, Instant>>();

/**
 * A page of a vault's ledger and the owner's own sealed boxes, for an owner who has lost every token and signs with the owner key that holds
 * now. What goes out opens nothing without the root; the request changes nothing, is good for two minutes, and once.
 * @throws {MemSyncError} `vault_unknown`, `event_malformed`, `event_vault_mismatch`, `event_replayed`; `event_signature_invalid`, with the
 * generation of the key that is asked for
 */
export async function recover(services: Services, vaultId: string, envelope: Envelope): Promise<RecoveryReply> {
  const { payload, signed } = parse(envelope);
  if (payload.vault !== vaultId) throw new MemSyncError('event_vault_mismatch', 'The request was signed for another vault.');
  const { state } = await services.vaults.acquire(vaultId);
  if (!payloadVerifies(state.ownerKey, RECOVERY_TYPE, signed)) {
    throw new MemSyncError('event_signature_invalid', 'The request is not signed with the owner key that holds now.', {
      context: { generation: state.ownerRotations.length },
    });
  }
  requireFresh(services, payload);
  const events = await services.store.events(vaultId, payload.from, PAGE);
  const boxes = await services.store.boxes(vaultId, null);
  return { events: events.map(renderEvent), head: renderHead(state), boxes: boxes.map(renderBox) };
}

function parse(envelope: Envelope): { payload: RecoveryPayload; signed: ReturnType<typeof parseEnvelope> } {
  try {
    const signed = parseEnvelope(RECOVERY_TYPE, envelope);
    const payload = RecoveryPayload.safeParse(parseCanonicalJson(signed.payload));
    if (payload.success) return { payload: payload.data, signed };
  } catch (cause) {
    if (!isMemSyncError(cause)) throw cause;
    throw new MemSyncError('event_malformed', `Expected one signature over canonical JSON of type ${RECOVERY_TYPE}.`, { cause });
  }
  throw new MemSyncError('event_malformed', 'The payload is not a recovery request.');
}

function requireFresh(services: Services, { signedAt, nonce }: RecoveryPayload): void {
  const now = services.clock.now();
  if (Math.abs(now - signedAt) > LIMITS.clockSkewMs)
    throw new MemSyncError('event_malformed', 'The request is too old, or from the future: check the clock.');
  const known = answered.get(services) ?? new Map<string, Instant>();
  answered.set(services, known);
  for (const [old, until] of known) if (until < now) known.delete(old);
  if (known.has(nonce)) throw new MemSyncError('event_replayed', 'This request has been answered already; sign another.');
  known.set(nonce, signedAt + 2 * LIMITS.clockSkewMs);
}
