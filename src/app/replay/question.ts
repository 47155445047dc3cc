import type { Instant } from '../../core/instant.ts';
import type { Scope } from '../../retrieval/face.ts';
import type { Question } from '../answer.ts';
import type { VaultView } from '../vault-view.ts';
import { type Kept, keptVector } from './kept.ts';

/** The question that a receipt's retrieval was, of the vault as it stood. */
export function questionAgain(view: VaultView, kept: Kept, query: string, at: Instant): Question {
  return {
    view,
    request: requestOf(kept, query),
    scope: scopeOfKept(kept),
    at,
    now: at,
    // What was retracted by then stands so in the vault as it stood.
    isHidden: () => false,
    vector: keptVector(kept),
    open: [],
    unmet: new Set(kept.vector?.unmet ?? []),
  };
}

/** What was asked, but for its scope. */
export function requestOf({ limit, includeDormant, maxTokens }: Kept, query: string): Question['request'] {
  return {
    query,
    limit,
    ...(includeDormant === undefined ? {} : { includeDormant }),
    ...(maxTokens === undefined ? {} : { maxTokens }),
  };
}

/** What was searched. */
export function scopeOfKept({ collections, categories }: Kept): Scope {
  return { collections: new Set(collections), categories: categories === undefined ? null : new Set(categories) };
}

/** The collections whose keys were at hand. */
export function openThen({ collections, beside }: Kept): ReadonlySet<string> {
  return new Set([...collections, ...(beside ?? [])]);
}
