import { remember } from '../../src/app/remember.ts';
import type { Services } from '../../src/app/services.ts';
import { vaultIn } from '../place.ts';
import { turnOf } from './talk.ts';

const BATCH = 250;
const HOUR = 3_600_000;

/** Makes a vault with so many turns of made-up talk, the last of them an hour ago; gives its id and its app's token. `from` is the first turn's number. */
export async function filledVault(services: Services, rows: number, from = 0): Promise<{ vault: string; token: string }> {
  const made = await vaultIn(services);
  const shift = services.clock.now() - HOUR - turnOf(from + rows).observedAt;
  for (let start = 0; start < rows; start += BATCH) {
    const memories = Array.from({ length: Math.min(BATCH, rows - start) }, (_, at) => {
      const { text, speaker, thread, observedAt } = turnOf(from + start + at);
      const claimed = { kind: 'user_stated' as const, role: 'user' as const, speaker, thread };
      return { text, type: 'episodic' as const, observedAt: observedAt + shift, claimed };
    });
    await remember(services, made.token, { memories }, null);
  }
  return made;
}
