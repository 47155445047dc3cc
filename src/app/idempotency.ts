import { LIMITS } from '../../schemas/limits.ts';
import { hex, utf8 } from '../core/bytes.ts';
import { MemSyncError } from '../core/errors.ts';
import type { Instant } from '../core/instant.ts';
import { deriveKey, keyedHash, sameSecret } from '../crypto/derive.ts';
import type { StoredIdempotency } from '../store/records.ts';
import type { Redacted } from '../core/redacted.ts';
import type { VaultDraft } from './draft.ts';
import type { Services } from './services.ts';

/** Whose keys are remembered, in which vault, and the secret that they are hashed under: a grant's `Access` is one. */
export interface Caller {
  readonly token: { readonly secret: Redacted };
  readonly vault: { readonly vault: string };
  readonly grant: { readonly id: string };
}

/** What a caller's idempotency key and request come to: keyed hashes, so that neither can be guessed from the disk. */
export interface IdempotencyMark {
  readonly key: Uint8Array;
  readonly requestMac: Uint8Array;
}

/** Marks a request: `route` and `body` as they were sent. Null when the caller gave no key. */
export function markRequest(access: Pick<Caller, 'token'>, key: string | null, route: string, body: unknown): IdempotencyMark | null {
  if (key === null) return null;
  const under = deriveKey(access.token.secret, 'memsync/idempotency/v1');
  const mark = {
    key: keyedHash(under, utf8(`key\0${key}`)).subarray(0, 16),
    requestMac: keyedHash(under, utf8(`request\0${route}\0${JSON.stringify(body)}`)),
  };
  under.wipe();
  return mark;
}

/**
 * The ids that came of the same request before, or null when it is new. Looks at the store, then at what the commit in hand will write.
 * @throws {MemSyncError} `idempotency_conflict` when the key was used for another request.
 */
export class IdempotencyGuard {
  readonly #mark: IdempotencyMark | null;
  readonly #stored: StoredIdempotency | null;
  readonly #lookedAt: Instant;

  private constructor(mark: IdempotencyMark | null, stored: StoredIdempotency | null, lookedAt: Instant) {
    this.#mark = mark;
    this.#stored = stored;
    this.#lookedAt = lookedAt;
  }

  static async look(services: Services, access: Omit<Caller, 'token'>, mark: IdempotencyMark | null): Promise<IdempotencyGuard> {
    const stored = mark === null ? null : await services.store.idempotency(access.vault.vault, access.grant.id, mark.key);
    const now = services.clock.now();
    return new IdempotencyGuard(mark, stored !== null && stored.expiresAt > now ? stored : null, now);
  }

  earlier(draft: Pick<VaultDraft, 'idempotency'>): readonly string[] | null {
    const mark = this.#mark;
    if (mark === null) return null;
    const known = this.#stored ?? draft.idempotency.find((one) => hex(one.key) === hex(mark.key)) ?? null;
    if (known === null) return null;
    if (!sameSecret(known.requestMac, mark.requestMac)) {
      throw new MemSyncError('idempotency_conflict', 'This idempotency key was sent with another request.');
    }
    return known.resultIds;
  }

  /** Notes what came of the request, in the same commit. */
  note(
    access: Omit<Caller, 'token' | 'vault'>,
    draft: VaultDraft,
    resultIds: readonly string[],
    expiresAt: Instant = draft.now + LIMITS.idempotencyMs,
  ): void {
    if (this.#mark === null) return;
    draft.idempotency.push({
      grant: access.grant.id,
      key: this.#mark.key,
      requestMac: this.#mark.requestMac,
      resultIds,
      expiresAt,
      notedAt: this.#lookedAt,
    });
  }
}
