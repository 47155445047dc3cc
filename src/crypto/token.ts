import { concat, fromHex, hex, utf8 } from '../core/bytes.ts';
import { MemSyncError } from '../core/errors.ts';
import { encodeId, type IdKind, parseId } from '../core/ids.ts';
import { Redacted } from '../core/redacted.ts';
import { type BoxKey, boxKeyFromSeed } from './box.ts';
import { deriveKey } from './derive.ts';
import { sha256Parts } from './sha256.ts';

const CHECK_TAG = utf8('memsync/token-check/v1\0');
const AUTH_TAG = utf8('memsync/token-auth/v1\0');

/** What a bearer token says: whose grant it is and the secret that opens its boxes. */
export interface Token {
  readonly grantId: string;
  readonly secret: Redacted;
}

/** How one kind of bearer token is spelt. */
export interface TokenForm {
  readonly prefix: string;
  readonly kind: IdKind;
  readonly checkTag: Uint8Array;
}

const GRANT: TokenForm = { prefix: 'msk_', kind: 'grant', checkTag: CHECK_TAG };

/** `msk_` + 16 bytes of grant id + 32 of secret + 4 of checksum, in lower-case hexadecimal (FORMATS, "Token"). */
export function encodeToken(token: Token): string {
  return spellToken(GRANT, token.grantId, token.secret);
}

/** @throws {MemSyncError} `token_invalid` on anything but a whole token with its checksum. */
export function parseToken(text: string): Token {
  const { id, secret } = readToken(GRANT, text);
  return { grantId: id, secret };
}

/** A prefix, then 16 bytes of id, 32 of secret and 4 of checksum, in lower-case hexadecimal. */
export function spellToken({ prefix, kind, checkTag }: TokenForm, id: string, secret: Redacted): string {
  const body = concat(parseId(kind, id), secret.reveal());
  return prefix + hex(concat(body, checksum(checkTag, body)));
}

/** What `spellToken` spelt. @throws {MemSyncError} `token_invalid` */
export function readToken({ prefix, kind, checkTag }: TokenForm, text: string): { readonly id: string; readonly secret: Redacted } {
  if (text.length !== prefix.length + 104 || !text.startsWith(prefix) || !/^[0-9a-f]+$/.test(text.slice(prefix.length))) {
    throw new MemSyncError('token_invalid', `A token is ${prefix} and 104 hexadecimal digits.`);
  }
  const bytes = fromHex(text.slice(prefix.length));
  const body = bytes.subarray(0, 48);
  if (hex(checksum(checkTag, body)) !== hex(bytes.subarray(48)))
    throw new MemSyncError('token_invalid', 'The token’s checksum does not hold.');
  const read = { id: encodeId(kind, body.subarray(0, 16)), secret: new Redacted(body.slice(16, 48)) };
  bytes.fill(0);
  return read;
}

/** The X25519 key pair that a grant's collection keys are sealed to. */
export function grantBoxKey(token: Token): BoxKey {
  const seed = deriveKey(token.secret, 'memsync/grant-box/v1');
  const key = boxKeyFromSeed(seed);
  seed.wipe();
  return key;
}

/** What the signed `granted` event carries so that a token can be told from a forged one without opening a box: a hash of a derived key. */
export function grantAuthHash(token: Token): Uint8Array {
  const auth = deriveKey(token.secret, 'memsync/grant-auth/v1');
  const hash = sha256Parts(AUTH_TAG, auth.reveal());
  auth.wipe();
  return hash;
}

function checksum(tag: Uint8Array, body: Uint8Array): Uint8Array {
  return sha256Parts(tag, body).subarray(0, 4);
}
