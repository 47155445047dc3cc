import { join } from 'node:path';
import { expect } from 'vitest';
import { readVaultState } from '../../src/app/ledger-reader.ts';
import { hex } from '../../src/core/bytes.ts';
import { contentDigest } from '../../src/crypto/row-seal.ts';
import type { VaultState } from '../../src/memory/state.ts';
import { openSqliteStore } from '../../src/store/sqlite/store.ts';
import type { Store } from '../../src/store/store.ts';
import type { Acknowledged } from './acknowledged.ts';

/** From where on in each list of what was acknowledged a check looks at every single record; all before was looked at in an earlier round. */
export interface Since {
  readonly rows: number;
  readonly heads: number;
  readonly receipts: number;
}

/** Opens the database beside the running service, folds the vault’s ledger from its first event, and holds it to all that was acknowledged. */
export async function expectKept(data: string, vault: string, kept: Acknowledged, since: Since): Promise<void> {
  const store = openSqliteStore({ path: join(data, 'memsync.db') });
  try {
    const state = await readVaultState(store, vault);
    if (state === null) throw new Error('the vault is gone');
    expectFolded(state, kept);
    await expectStored(store, vault, state, kept, since);
  } finally {
    await store.close();
  }
}

function expectFolded(state: VaultState, kept: Acknowledged): void {
  const missing = {
    rows: kept.rows.filter(({ id, commitment }) => state.rows.get(id)?.versions[0]?.commitment !== commitment),
    sightings: [...kept.sightings].filter(([id, count]) => (state.rows.get(id)?.sightings ?? 0) < count),
    // A retraction ends a confirmation that came before it.
    confirmations: kept.confirmed.filter((id) => state.rows.get(id)?.validation === null && !kept.retracted.includes(id)),
    retractions: kept.retracted.filter((id) => state.rows.get(id)?.retractedSeq === null),
    revocations: kept.revoked.filter((id) => state.grants.get(id)?.revokedAt === null),
    events: kept.events.filter((hash) => !state.ownerHashes.has(hash)),
  };
  expect(missing).toEqual({ rows: [], sightings: [], confirmations: [], retractions: [], revocations: [], events: [] });
}

async function expectStored(store: Store, vault: string, state: VaultState, kept: Acknowledged, since: Since): Promise<void> {
  for (const { id, version } of kept.rows.slice(since.rows)) {
    const stored = await store.version(vault, id, version);
    expect(stored === null ? null : hex(contentDigest(stored))).toBe(state.rows.get(id)?.versions[0]?.content);
  }
  for (const { seq, hash } of kept.heads.slice(since.heads)) {
    const there = await store.eventHash(vault, seq);
    expect(there === null ? null : hex(there)).toBe(hash);
  }
  for (const { id } of kept.receipts.slice(since.receipts)) expect(await store.receipt(vault, id)).not.toBeNull();
}
