import type { StoredReviewer } from '../../store/cases.ts';
import type { Services } from '../services.ts';

/** The desks and reviewers that an answer names, each looked up once. */
export class People {
  readonly #services: Services;
  readonly #desks = new Map<string, string>();
  readonly #reviewers = new Map<string, StoredReviewer>();
  readonly #asked = new Set<string>();

  constructor(services: Services) {
    this.#services = services;
  }

  /** Looks up a desk's name and its reviewers. */
  async meet(desk: string): Promise<void> {
    if (this.#asked.has(desk)) return;
    this.#asked.add(desk);
    if (this.#desks.size === 0) for (const { id, name } of await this.#services.store.cases.desks()) this.#desks.set(id, name);
    for (const reviewer of await this.#services.store.cases.reviewers(desk)) this.#reviewers.set(reviewer.id, reviewer);
  }

  desk(id: string): { id: string; name: string } {
    return { id, name: this.#desks.get(id) ?? id };
  }

  reviewer(id: string): StoredReviewer | null {
    return this.#reviewers.get(id) ?? null;
  }

  /** What somebody is called; null for whoever is none of the reviewers met. */
  nameOf(id: string): string | null {
    return this.#reviewers.get(id)?.name ?? null;
  }
}
