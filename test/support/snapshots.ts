import Database from 'better-sqlite3';
import type { World } from './world.ts';

/** Makes a snapshot of every collection of rows that is open in a vault, and has it written. Returns how many were made. */
export async function keepSnapshots(world: World, vault: string): Promise<number> {
  const open = world.services.vaults.open.get(vault);
  if (open === undefined) return 0;
  const rows = open.keys.collections().filter((id) => open.state.collections.get(id)?.purpose === 'rows');
  const made = world.services.snapshots.keepSoon(open, rows);
  await world.services.snapshots.settled();
  return made;
}

/** Drops a vault from memory, as when nobody has used it. */
export function close(world: World, vault: string): void {
  world.services.vaults.forget(vault);
}

/** Writes to the database behind the service's back. */
export function behindItsBack(world: World, sql: string, ...values: (string | number | Uint8Array)[]): void {
  const db = new Database(world.database);
  try {
    db.prepare(sql).run(...values);
  } finally {
    db.close();
  }
}

/** How many parts of snapshots there are. */
export function partsKept(world: World): number {
  const db = new Database(world.database, { readonly: true });
  try {
    return Number(db.prepare('SELECT count(*) FROM row_snapshots').pluck().get());
  } finally {
    db.close();
  }
}
