import { DatabaseSync } from 'node:sqlite';
import { fromHex, hex, utf8 } from '../../core/bytes.ts';
import { parseId } from '../../core/ids.ts';
import type { Instant } from '../../core/instant.ts';
import type { Random } from '../../core/random.ts';
import { encodeOwnerEvent, linkHash, parseStoredEvent, payloadHash } from '../../memory/event.ts';
import { parseOwnerPayload } from '../../memory/owner-chain.ts';
import { makeRoot } from '../../sdk/root-file.ts';
import { signEvent } from '../../sdk/sign-event.ts';
import { makeValidation } from '../../sdk/validation.ts';

/** The row that somebody with the file, and without the owner's key, would like to see confirmed. */
export interface ForgedRow {
  readonly row: string;
  readonly version: number;
  readonly commitment: string;
}

/**
 * Writes a validation straight into the database, as whoever has the file can: right in every hash, link and number, and signed with a key, but
 * not the owner's.
 */
export async function forgeValidation(path: string, vault: string, target: ForgedRow, now: Instant, random: Random): Promise<void> {
  const { keys } = makeRoot(random);
  const db = new DatabaseSync(path);
  try {
    const end = endOf(db, fromHex(vault));
    const { act, beside } = makeValidation(vault, [target], null, random);
    const place = { vault, ownerSeq: end.ownerSeq + 1, ownerPrev: end.ownerHead, seenHead: { seq: end.seq, hash: hex(end.hash) } };
    const stored = encodeOwnerEvent(now, signEvent(keys.signing, place, act, now, random));
    const seq = end.seq + 1;
    const hash = linkHash(seq, end.hash, stored);
    db.prepare('INSERT INTO events (vault, seq, hash, stored, beside) VALUES (?, ?, ?, ?, ?)').run(
      fromHex(vault),
      seq,
      hash,
      stored,
      utf8(JSON.stringify(beside.leaves)),
    );
    db.prepare('UPDATE vaults SET head_seq = ?, head_hash = ?, head_at = ? WHERE vault = ?').run(seq, hash, now, fromHex(vault));
    const day = 86_400_000;
    db.prepare('UPDATE row_states SET tier = 0, active_until = ?, background_until = ?, due_at = ? WHERE vault = ? AND row_id = ?').run(
      now + 100 * day,
      now + 200 * day,
      now + 100 * day,
      fromHex(vault),
      parseId('memory', target.row),
    );
  } finally {
    db.close();
  }
}

/** Where the ledger and the owner's chain in it end: anyone with the file can read that. */
function endOf(db: DatabaseSync, vault: Uint8Array): { seq: number; hash: Uint8Array; ownerSeq: number; ownerHead: string } {
  const end = { seq: 0, hash: new Uint8Array(32), ownerSeq: 0, ownerHead: hex(vault) };
  for (const { seq, hash, stored } of db.prepare('SELECT seq, hash, stored FROM events WHERE vault = ? ORDER BY seq').all(vault)) {
    if (typeof seq !== 'number' || !(hash instanceof Uint8Array) || !(stored instanceof Uint8Array)) throw new TypeError('not an event');
    end.seq = seq;
    end.hash.set(hash);
    const event = parseStoredEvent(stored);
    if (event.by !== 'owner' || seq === 0) continue;
    end.ownerSeq = parseOwnerPayload(event.signed.payload).ownerSeq;
    end.ownerHead = payloadHash(event.signed.payload);
  }
  return end;
}
