import type { CaseChange } from '../../store/cases.ts';

/** Something that has happened to a case, as the service's log and its metrics tell it: ids and kinds, no word of anybody's. */
export type CaseEvent =
  | { readonly kind: 'opened' | 'viewed' | 'handed_over'; readonly case: string }
  | { readonly kind: 'decided'; readonly case: string; readonly decision: 'hold' | 'clear' | 'reject'; readonly override: boolean }
  | { readonly kind: 'reopened'; readonly case: string; readonly desk: string; readonly receipt: string; readonly claim: string };

/** Tells what has happened to cases, once the commit that says so is on the disk: never of one that was built and not written. */
export class CaseNews {
  readonly #of = new WeakMap<CaseChange, CaseEvent>();
  readonly #listeners: ((event: CaseEvent) => void)[] = [];

  /** Has every event from now on told to `listener`. */
  listen(listener: (event: CaseEvent) => void): void {
    this.#listeners.push(listener);
  }

  /** Notes what a change will have been, when it is written. */
  note(change: CaseChange, event: CaseEvent): void {
    this.#of.set(change, event);
  }

  /** To be said of the changes that a commit has written. */
  written(changes: readonly CaseChange[]): void {
    for (const change of changes) {
      const event = this.#of.get(change);
      if (event !== undefined) for (const listener of this.#listeners) listener(event);
    }
  }
}
