import { sameSecret } from '../../crypto/derive.ts';
import { sha256 } from '../../crypto/sha256.ts';
import type { ReviewerToken } from '../../crypto/reviewer-token.ts';

/** So many reviewers are kept in mind; the one who came first goes first. */
const MOST = 10_000;

/** The tokens that have let a reviewer in, by a hash of their secret, so that requests can be told apart before anything is read for them. */
export class KnownReviewers {
  readonly #tokens = new Map<string, Uint8Array>();

  /** Whether it is the token by which that reviewer came in before. */
  has({ reviewer, secret }: ReviewerToken): boolean {
    const known = this.#tokens.get(reviewer);
    return known !== undefined && sameSecret(sha256(secret.reveal()), known);
  }

  note({ reviewer, secret }: ReviewerToken): void {
    const [first] = this.#tokens.keys();
    if (this.#tokens.size >= MOST && first !== undefined) this.#tokens.delete(first);
    this.#tokens.set(reviewer, sha256(secret.reveal()));
  }

  forget(reviewer: string): void {
    this.#tokens.delete(reviewer);
  }
}
