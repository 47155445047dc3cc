import { fromBase64 } from '../core/bytes.ts';
import { isMemSyncError, MemSyncError } from '../core/errors.ts';
import { parseStoredEvent } from '../memory/event.ts';
import { type EventSource, followChain } from './follow-chain.ts';
import { type OwnerState, stateAtGenesis } from './owner-state.ts';

/**
 * All that there is to remember of a vault of which only the id is known: its genesis is the one whose hash that is, and everything after it is
 * followed from there. Nothing tells whether the service shows all of it: who remembered a head would know.
 * @throws {MemSyncError} `service_lied` when it shows another vault, and as `followChain`
 */
export async function learnVault(source: EventSource, vault: string): Promise<OwnerState> {
  const { events } = await source.events(vault, { from: 0, limit: 1 });
  const [first] = events;
  if (first === undefined) throw new MemSyncError('service_lied', 'The service shows a vault without a genesis.');
  try {
    const parsed = parseStoredEvent(fromBase64(first.stored));
    const state = parsed.by === 'owner' ? stateAtGenesis(parsed.signed) : null;
    if (state?.vault !== vault) throw new MemSyncError('service_lied', 'The service shows the genesis of another vault.');
    return await followChain(source, state);
  } catch (cause) {
    if (
      isMemSyncError(cause, 'event_malformed') ||
      isMemSyncError(cause, 'event_signature_invalid') ||
      isMemSyncError(cause, 'ledger_broken')
    )
      throw new MemSyncError('service_lied', 'The service shows a genesis that is none.', { cause });
    throw cause;
  }
}
