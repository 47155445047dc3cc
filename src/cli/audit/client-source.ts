import { isMemSyncError } from '../../core/errors.ts';
import { grantBoxKey, parseToken } from '../../crypto/token.ts';
import type { StatedKeys } from '../../sdk/audit/audit.ts';
import type { AuditSource, HeaderSource, OpenedHeader } from '../../sdk/audit/source.ts';
import type { MemSyncClient } from '../../sdk/client.ts';
import { followKeys } from '../../sdk/follow-keys.ts';
import { followChain } from '../../sdk/follow-chain.ts';
import { Keyring } from '../../sdk/keyring.ts';
import { openOwnRow } from '../../sdk/own-row.ts';
import type { OwnerState, SeenLog } from '../../sdk/owner-state.ts';

/** How long a service that is asked too often is left alone, in milliseconds, and how many times. */
const WAIT_MS = 2000;
const TRIES = 60;

/** A service as an audit reads it: one that is asked too often is asked again a little later. */
export function clientSource(client: MemSyncClient): AuditSource {
  return {
    logKey: () => patiently(() => client.logKey()),
    checkpoint: () => patiently(() => client.checkpoint()),
    tile: (path) => patiently(() => client.tile(path)),
    events: (vault, query) => patiently(() => client.events(vault, query)),
    loggedHeads: (vault, { from, limit }) => patiently(() => client.loggedHeads(vault, { from, limit })),
    receipts: (query) => patiently(() => client.receipts(query)),
    bundle: (id) => patiently(() => client.bundle(id)),
    certificates: (vault) => patiently(() => client.certificates(vault)),
    certificate: (vault, id) => patiently(() => client.certificate(vault, id)),
    caseEntries: (vault, query) => patiently(() => client.caseEntries(vault, query)),
    imports: (vault) => patiently(() => client.imports(vault)),
    health: () => patiently(() => client.health()),
  };
}

async function patiently<T>(ask: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await ask();
    } catch (error) {
      if (!isMemSyncError(error, 'rate_limited') || tries === TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, WAIT_MS));
    }
  }
}

/** The service's keys as the operator's root that is remembered states them; null without one, or where it does not. */
export async function statedKeys(client: MemSyncClient, seen: SeenLog | null): Promise<StatedKeys | null> {
  if (seen === null || seen.operator === null) return null;
  try {
    const { key, operator } = await followKeys(client, seen.operator);
    return operator === null ? null : { key, root: operator.root, keyHistory: await client.keyHistory() };
  } catch (error) {
    // Then those that are remembered count, and what differs from them is found.
    if (isMemSyncError(error, 'service_lied')) return null;
    throw error;
  }
}

/** Opens rows with the keys that the device's token opens; null where it opens none, or the ledger does not lead on from what is remembered. */
export async function deviceHeaders(client: MemSyncClient, tokenText: string, remembered: OwnerState): Promise<HeaderSource | null> {
  try {
    const token = parseToken(tokenText);
    const state = await followChain(client, remembered);
    const keyring = await Keyring.open(client, state, grantBoxKey(token), token.grantId);
    return { headers: (rows) => openHeaders(client, keyring, state.vault, rows) };
  } catch (error) {
    if (isMemSyncError(error) && error.code !== 'service_unreachable') return null;
    throw error;
  }
}

/** The newest versions of these rows, as far as they open. */
export async function openHeaders(
  client: Pick<MemSyncClient, 'sealedRow' | 'sealedRows'>,
  keyring: Keyring,
  vault: string,
  rows: readonly string[],
): Promise<ReadonlyMap<string, OpenedHeader>> {
  const opened = new Map<string, OpenedHeader>();
  for (let left = [...rows]; left.length > 0;) {
    const some = left;
    const reply = await unlessGone(() => patiently(() => client.sealedRows(vault, some)));
    // One that is gone, or damaged, holds up those beside it: then each is asked for by itself.
    const alone = some[0] ?? '';
    const found = reply?.rows ?? [await unlessGone(() => patiently(() => client.sealedRow(vault, alone)))].filter((row) => row !== null);
    for (const row of found) {
      const own = await unlessGone(() => openOwnRow(keyring, row.row, row));
      if (own !== null) opened.set(row.row, { version: own.version, commitment: own.commitment, header: own.header });
    }
    const done = new Set(reply === null || found.length === 0 ? [alone] : found.map(({ row }) => row));
    left = left.filter((row) => !done.has(row));
  }
  return opened;
}

async function unlessGone<T>(look: () => T | Promise<T>): Promise<T | null> {
  try {
    return await look();
  } catch (error) {
    if (!isMemSyncError(error) || error.code === 'service_unreachable') throw error;
    return null;
  }
}
