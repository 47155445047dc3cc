import { lengthPrefixed, utf8 } from '../core/bytes.ts';
import type { Redacted } from '../core/redacted.ts';
import { deriveKey, keyedHash } from './derive.ts';
import { readToken, spellToken, type TokenForm } from './token.ts';

const FORM: TokenForm = { prefix: 'msr_', kind: 'reviewer', checkTag: utf8('memsync/reviewer-token-check/v1\0') };

/** What a reviewer's bearer token says: who it is, and the secret that shows it. It opens no vault. */
export interface ReviewerToken {
  readonly reviewer: string;
  readonly secret: Redacted;
}

/** Who a reviewer is, as their token vouches for it. */
export interface ReviewerIdentity {
  readonly id: string;
  readonly desk: string;
  /** Ed25519, 32 bytes. */
  readonly key: Uint8Array;
}

/** Whether a bearer token is a reviewer's, by its prefix. */
export function isReviewerToken(text: string): boolean {
  return text.startsWith(FORM.prefix);
}

/** `msr_` + 16 bytes of reviewer id + 32 of secret + 4 of checksum, in lower-case hexadecimal (docs/formats.md, “Desks”). */
export function encodeReviewerToken({ reviewer, secret }: ReviewerToken): string {
  return spellToken(FORM, reviewer, secret);
}

/** @throws {MemSyncError} `token_invalid` on anything but a whole token with its checksum. */
export function parseReviewerToken(text: string): ReviewerToken {
  const { id, secret } = readToken(FORM, text);
  return { reviewer: id, secret };
}

/**
 * What is kept of a token: a keyed hash of a key derived from its secret, of the reviewer's desk and of their key. `under` comes of the desk
 * key, so that whoever has the database alone can make no reviewer up, nor move one to another desk, nor give one another key.
 */
export function reviewerAuthHash(under: Redacted, { id, desk, key }: ReviewerIdentity, secret: Redacted): Uint8Array {
  const auth = deriveKey(secret, 'memsync/reviewer-auth/v1');
  const hash = keyedHash(under, lengthPrefixed(utf8('memsync/reviewer/v1'), utf8(id), utf8(desk), key, auth.reveal()));
  auth.wipe();
  return hash;
}
