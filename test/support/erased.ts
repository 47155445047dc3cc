import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Memory } from '../../schemas/memory.ts';
import type { Services } from '../../src/app/services.ts';
import { base64, hex } from '../../src/core/bytes.ts';

/** Everything that is sealed for a row, its keys and what discloses it, as it lies in the database: taken before it is erased. */
export async function tracesOf({ store }: Services, vault: string, row: Memory, receipt: string): Promise<Uint8Array[]> {
  const found: Uint8Array[] = [];
  for (let version = 1; ; version++) {
    const stored = await store.version(vault, row.id, version);
    if (stored === null) break;
    found.push(stored.text, stored.header, stored.wrappedKey);
  }
  for (const { stored, beside } of await store.events(vault, 0, 10_000)) {
    if (beside !== null && Buffer.from(stored).includes(row.id)) found.push(beside);
  }
  found.push(...(await store.receiptRows(vault, receipt)).filter((one) => one.row === row.id).map(({ sealed }) => sealed));
  const retrieval = (await store.retrievalsAfter(vault, '', 100)).map(({ sealed }) => sealed);
  expect(retrieval.length).toBeGreaterThan(0);
  return [...found, ...retrieval];
}

const NEEDLE = 24;
/** Closer together than what one page of the database holds of a long value. */
const APART = 1000;

/** The files of the data folder that still hold some of these bytes: their beginnings and ends, spelt in any way, or a piece of each page in between. */
export function filesHolding(folder: string, bytes: readonly Uint8Array[]): string[] {
  const needles = bytes.flatMap((one) => {
    const ends = [one.subarray(0, NEEDLE), one.subarray(-NEEDLE)].flatMap((end) => [Buffer.from(hex(end)), Buffer.from(base64(end))]);
    const count = Math.ceil(one.length / APART);
    const pieces = Array.from({ length: count }, (_, i) => Buffer.from(one.subarray(i * APART, i * APART + NEEDLE)));
    return [...ends, ...pieces.filter((piece) => piece.length === NEEDLE), Buffer.from(one.subarray(-NEEDLE))];
  });
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name));
  return files.filter((path) => {
    if (!statSync(path).isFile() || path.includes('/keys/')) return false;
    const data = readFileSync(path);
    return needles.some((needle) => data.includes(needle));
  });
}
