import { type ErrorCode, isMemSyncError } from '../../core/errors.ts';
import { vaultCollection } from '../../memory/state.ts';
import type { StoredDue } from '../../store/addenda.ts';
import type { OpenVault } from '../open-vault.ts';
import type { Services } from '../services.ts';
import { delayAfter, type Looked, lookAgain } from './look-again.ts';

/** Pieces of one vault that one run looks at; what is left, the next one does. */
const MOST = 200;
const PAGE = 20;

/** What a run came to. */
export interface SettleReport {
  /** Pieces of evidence that were looked at again. */
  readonly looked: number;
  /** Of these, those that came to something else. */
  readonly changed: number;
  readonly givenUp: number;
  /** Those that could not be looked at: they are tried again later. */
  readonly failed: number;
}

/**
 * Looks again at what is due in the vaults that are open: it takes a key that only a token opens, and what is in other vaults waits until they are
 * opened. Each piece is claimed by compare-and-set, so that of several processes one looks at it.
 * @throws {MemSyncError} what the store throws
 */
export async function settleEvidence(services: Services): Promise<SettleReport> {
  const total = { looked: 0, changed: 0, givenUp: 0, failed: 0 };
  for (const vault of services.vaults.open.values()) {
    if (!isOpen(vault)) continue;
    const on = await settleVault(services, vault.vault, total);
    if (!on) break;
  }
  return total;
}

/** Whether anything is due in a vault that is open. */
export async function isEvidenceDue({ vaults, store, clock }: Services): Promise<boolean> {
  const now = clock.now();
  for (const vault of vaults.open.values()) {
    if (isOpen(vault) && (await store.addenda.dueIn(vault.vault, now, 1)).length > 0) return true;
  }
  return false;
}

type Counts = { -readonly [K in keyof SettleReport]: number };

/** What says nothing of a piece, but that it cannot be looked at now. */
const LATER: ReadonlySet<ErrorCode> = new Set(['judging_busy', 'shutting_down', 'key_unavailable']);

/** False where nothing more can be looked at now, in any vault. */
async function settleVault(services: Services, vaultId: string, total: Counts): Promise<boolean> {
  const { store, clock, vaults } = services;
  for (let seen = 0; seen < MOST;) {
    const page = await store.addenda.dueIn(vaultId, clock.now(), PAGE);
    for (const due of page) {
      const vault = vaults.open.get(vaultId);
      if (vault === undefined || !isOpen(vault)) return true;
      const claimed: StoredDue = { ...due, dueAt: clock.now() + delayAfter(due.looks + 1) };
      if (!(await store.addenda.claimDue(vaultId, due, claimed.dueAt))) continue;
      try {
        count(total, await lookAgain(services, vault, claimed));
      } catch (error) {
        if (!isMemSyncError(error) || !LATER.has(error.code)) {
          total.failed += 1;
          continue;
        }
        // Nobody has looked at it: whoever can is not kept waiting.
        await store.addenda.claimDue(vaultId, claimed, due.dueAt);
        return error.code === 'key_unavailable';
      }
    }
    seen += page.length;
    if (page.length < PAGE) break;
  }
  return true;
}

function count(total: Counts, looked: Looked): void {
  if (looked === 'gone') return;
  total.looked += 1;
  if (looked === 'changed') total.changed += 1;
  if (looked === 'given_up' || looked === 'full') total.givenUp += 1;
}

/** Whether what is sealed under the vault's own key opens. */
function isOpen({ state, keys }: OpenVault): boolean {
  const collection = vaultCollection(state);
  return state.erased === null && collection !== null && keys.has(collection.id);
}
