import type { Memory } from '../../schemas/memory.ts';
import type { Head } from '../../schemas/primitives.ts';
import type { Bundle } from '../../schemas/receipt.ts';

/** A row that a 201 was read for. */
export interface KeptRow {
  readonly id: string;
  readonly version: number;
  readonly commitment: string;
  readonly text: string;
}

/** A receipt that was handed out. */
export interface KeptReceipt {
  readonly id: string;
  readonly bundle: Bundle;
  readonly output: string;
}

/** What the service has acknowledged: all of it must be there from then on, whatever happens to the process. */
export class Acknowledged {
  readonly rows: KeptRow[] = [];
  /** How often each row was said again, by row. */
  readonly sightings = new Map<string, number>();
  /** Every head that an answer named. */
  readonly heads: Head[] = [];
  /** Hashes of the owner's events. */
  readonly events: string[] = [];
  readonly confirmed: string[] = [];
  readonly retracted: string[] = [];
  readonly revoked: string[] = [];
  readonly receipts: KeptReceipt[] = [];

  row({ id, version, commitment, text }: Memory): void {
    this.rows.push({ id, version, commitment, text });
  }

  sighting(id: string): void {
    this.sightings.set(id, (this.sightings.get(id) ?? 0) + 1);
  }
}
