import { normaliseForRepeat } from '../memory/normalise.ts';
import type { RowHeader } from '../memory/header.ts';

/** Which rows say what some attribute of some subject is: where the user lives, what the dog is called. */
export class Attributes {
  readonly #rows = new Map<string, Set<string>>();
  readonly #keys = new Map<string, string>();

  put(header: Pick<RowHeader, 'row' | 'collection' | 'subject' | 'attribute'>): void {
    this.remove(header.row);
    const key = attributeKey(header);
    if (key === null) return;
    this.#keys.set(header.row, key);
    const rows = this.#rows.get(key);
    if (rows === undefined) this.#rows.set(key, new Set([header.row]));
    else rows.add(header.row);
  }

  remove(row: string): void {
    const key = this.#keys.get(row);
    if (key === undefined) return;
    this.#keys.delete(row);
    const rows = this.#rows.get(key);
    rows?.delete(row);
    if (rows?.size === 0) this.#rows.delete(key);
  }

  /**
   * The rows in use that speak of the same attribute of the same subject, in the same collection. Those that are not in use are looked at
   * once and no more, so that an attribute that changes daily is not slower to change each day; `put` brings them back.
   */
  of(header: Pick<RowHeader, 'collection' | 'subject' | 'attribute'>, inUse: (row: string) => boolean): readonly string[] {
    const key = attributeKey(header);
    const rows = key === null ? undefined : this.#rows.get(key);
    if (rows === undefined) return [];
    for (const row of rows) if (!inUse(row)) rows.delete(row);
    return [...rows];
  }

  clear(): void {
    this.#rows.clear();
    this.#keys.clear();
  }
}

/** Where two rows have the same, they speak of the same; null where a row does not say what it speaks of. */
export function attributeKey({ collection, subject, attribute }: Pick<RowHeader, 'collection' | 'subject' | 'attribute'>): string | null {
  if (subject === null || attribute === null) return null;
  return [collection, normaliseForRepeat(subject), normaliseForRepeat(attribute)].join('\0');
}
