import type { Instant } from '../core/instant.ts';
import type { OpenVault } from './open-vault.ts';
import type { Services } from './services.ts';

/** Effective now: the largest of the clock, the vault's last stamped event and the last checkpoint (DESIGN, "Retrieval"). */
export function nowOf(services: Pick<Services, 'clock' | 'log'>, vault: OpenVault): Instant {
  return Math.max(services.clock.now(), vault.state.lastAt, services.log.lastAt);
}
