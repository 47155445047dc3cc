import type { Clock } from '../../core/clock.ts';
import type { NoteSigner } from '../../log/note.ts';
import { verifierKey } from '../../log/verifier-key.ts';
import type { Store } from '../../store/store.ts';
import { CosignedCheckpoints } from './cosigned.ts';
import { Witnesses, type WitnessSettings } from './witnesses.ts';

/** What asking witnesses, and handing out what they cosigned, is done with. */
export interface Witnessing {
  readonly witnesses: Witnesses;
  readonly cosigned: CosignedCheckpoints;
}

/** Both, for the log that a signer signs; null where nobody is to be asked. */
export function openWitnesses(settings: WitnessSettings | null, store: Store, signer: NoteSigner, clock: Clock): Witnessing | null {
  if (settings === null) return null;
  const log = verifierKey(signer.name, signer.publicKey);
  const cosigned = new CosignedCheckpoints(store.witnesses, log, settings.policy);
  return { witnesses: new Witnesses({ ...settings, store, log, clock, cosigned }), cosigned };
}
