import type { StoredHead } from '../store/records.ts';

/** Where the service remembers, apart from the data, how far each vault had come: a ledger that is behind its mark was rolled back. */
export interface HeadMarks {
  get(vault: string): Pick<StoredHead, 'seq' | 'hash'> | null;
  /** Notes a head that has been committed; kept durably a moment later, and at the latest when the service stops. */
  raise(vault: string, head: Pick<StoredHead, 'seq' | 'hash'>): void;
  /** What other processes have noted since this was last asked: where they, too, say that vaults and logs have come. */
  others(): readonly OthersMark[];
}

/** A mark that another process has raised, of a vault or of a log by its `logMark`. */
export interface OthersMark extends Pick<StoredHead, 'seq' | 'hash'> {
  readonly name: string;
}

/** Marks that last as long as the process. */
export class MemoryMarks implements HeadMarks {
  readonly #marks = new Map<string, Pick<StoredHead, 'seq' | 'hash'>>();

  get(vault: string): Pick<StoredHead, 'seq' | 'hash'> | null {
    return this.#marks.get(vault) ?? null;
  }

  raise(vault: string, head: Pick<StoredHead, 'seq' | 'hash'>): void {
    if (head.seq >= (this.get(vault)?.seq ?? -1)) this.#marks.set(vault, head);
  }

  /** Nobody else has these. */
  others(): readonly OthersMark[] {
    return [];
  }
}

/** Under which name the marks keep how far a log has been signed: its size as `seq`, its root as `hash`. No vault is called so. */
export function logMark(origin: string): string {
  return `log ${origin}`;
}
