import type { Instant } from '../core/instant.ts';
import type { OpenVault } from './open-vault.ts';

/** A vault used this recently may be in the hands of a request, and stays, in milliseconds. */
const GRACE_MS = 250;

/** Vaults go until the others take no more than this share of what they may. */
const GOAL = 0.9;

/**
 * Which vaults have to go where all together take more than `budget` bytes of memory: those used least recently; never the one that was used last,
 * whatever it takes, nor one that `isAtRest` denies.
 */
export function pastBudget(open: Iterable<OpenVault>, budget: number, now: Instant, isAtRest: (vault: OpenVault) => boolean): OpenVault[] {
  const byUse = [...open].map((vault) => ({ vault, bytes: vault.bytes }));
  let bytes = byUse.reduce((sum, one) => sum + one.bytes, 0);
  if (bytes <= budget) return [];
  byUse.sort((a, b) => a.vault.lastUsed - b.vault.lastUsed);
  const going: OpenVault[] = [];
  for (const one of byUse.slice(0, -1)) {
    if (bytes <= GOAL * budget || now - one.vault.lastUsed < GRACE_MS) break;
    if (!isAtRest(one.vault)) continue;
    going.push(one.vault);
    bytes -= one.bytes;
  }
  return going;
}
