/** What has become of evidence without anybody handing anything in: ids and names alone. */
export interface EvidenceNews {
  /** `full`: the receipt takes no more addenda, so that nobody can even say that it was given up. */
  readonly kind: 'given_up' | 'full';
  readonly vault: string;
  readonly receipt: string;
  readonly claim: string;
  readonly addendum: string;
  /** How many times it was looked at; its artefact may have been erased before. */
  readonly looks: number;
  readonly erased: boolean;
}

/** What the service's log says of it. */
export function saidOf({ kind }: EvidenceNews): string {
  return kind === 'given_up' ? 'pending evidence is given up' : 'pending evidence is given up; its receipt takes no addendum that says so';
}

/** Tells what the service has given up waiting for, once that is on the disk. */
export class EvidenceTeller {
  readonly #listeners: ((news: EvidenceNews) => void)[] = [];

  /** Has everything from now on told to `listener`. */
  listen(listener: (news: EvidenceNews) => void): void {
    this.#listeners.push(listener);
  }

  tell(news: EvidenceNews): void {
    for (const listener of this.#listeners) listener(news);
  }
}
