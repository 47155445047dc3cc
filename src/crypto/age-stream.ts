import { Decrypter, Encrypter, type Identity } from 'age-encryption';
import { concat } from '../core/bytes.ts';
import { isMemSyncError, MemSyncError } from '../core/errors.ts';
import type { Redacted } from '../core/redacted.ts';

/** Whom an age file is for: a passphrase (`workFactor` is age's scrypt log₂N, 18 unless told otherwise), or recipients `age1…`, one or more. */
export type AgeTarget =
  { readonly passphrase: Redacted; readonly workFactor?: number | undefined } | { readonly recipients: readonly string[] };

/** What opens an age file: its passphrase, or the bytes of an identity, `AGE-SECRET-KEY-…`. */
export type AgeKey = { readonly passphrase: Redacted } | { readonly identity: Redacted };

/** Bytes handed to age at a time: a longer chunk would come out of it at once, however large. */
const SLICE = 65_536;
/** Bytes in which an age header has to end: some hundred recipients. age itself would look for its end in the whole file. */
const HEADER_BYTES = 65_536;

/**
 * The age file of `source`, piece by piece, as `age -d` opens it. Holds some 64 KiB pieces, never the whole.
 * @throws {MemSyncError} `input_invalid` for a recipient that is none, or none at all; what `source` throws, as it is
 */
export async function* encryptAge(source: AsyncIterable<Uint8Array>, target: AgeTarget): AsyncGenerator<Uint8Array, void, undefined> {
  const encrypter = new Encrypter();
  if ('passphrase' in target) {
    encrypter.setPassphrase(new TextDecoder().decode(target.passphrase.reveal()));
    encrypter.setScryptWorkFactor(target.workFactor ?? 18);
  } else {
    if (target.recipients.length === 0) throw new MemSyncError('input_invalid', 'An age file needs a recipient or a passphrase.');
    for (const [i, recipient] of target.recipients.entries()) addRecipient(encrypter, recipient, i);
  }
  yield* await encrypter.encrypt(ReadableStream.from(sliced(source)));
}

/**
 * What an age file holds, piece by piece. A piece is authentic when it comes, but only the end says that nothing is missing: what was done
 * with the pieces has to be undone when this throws.
 * @throws {MemSyncError} `transfer_damaged` when the file is no age file, is cut short, goes on after its end, or was changed;
 * `passphrase_wrong` when the key is not one of the file's (a change in the key's own part of the header cannot be told from that);
 * `input_invalid` when the identity is none; what `source` throws, as it is
 */
export async function* decryptAge(source: AsyncIterable<Uint8Array>, key: AgeKey): AsyncGenerator<Uint8Array, void, undefined> {
  const decrypter = new Decrypter();
  if ('passphrase' in key) decrypter.addPassphrase(new TextDecoder().decode(key.passphrase.reveal()));
  else addIdentity(decrypter, key.identity);
  const unopened = new Unopened();
  decrypter.addIdentity(unopened);

  const failure: { ofSource?: unknown } = {};
  try {
    yield* await decrypter.decrypt(ReadableStream.from(withWholeHeader(watched(source, failure))));
  } catch (cause) {
    if ('ofSource' in failure) throw failure.ofSource;
    if (isMemSyncError(cause)) throw cause;
    if (unopened.reached) throw new MemSyncError('passphrase_wrong', unopened.reason('passphrase' in key), { cause });
    throw new MemSyncError('transfer_damaged', 'The age file is cut short, or was changed since it was written.', { cause });
  }
}

/** The identity that age asks last: when it is asked, no other one has opened the file, and it sees whom the file is for. */
class Unopened implements Identity {
  reached = false;
  #scrypt = false;

  unwrapFileKey(stanzas: Parameters<Identity['unwrapFileKey']>[0]): null {
    this.reached = true;
    this.#scrypt = stanzas.some((stanza) => stanza.args[0] === 'scrypt');
    return null;
  }

  reason(byPassphrase: boolean): string {
    if (byPassphrase === this.#scrypt) return `The file does not open with this ${byPassphrase ? 'passphrase' : 'identity'}.`;
    return `The file opens with ${this.#scrypt ? 'a passphrase, not with an identity' : 'an identity, not with a passphrase'}.`;
  }
}

function addRecipient(encrypter: Encrypter, recipient: string, index: number): void {
  try {
    encrypter.addRecipient(recipient);
  } catch (cause) {
    throw new MemSyncError('input_invalid', `Recipient ${index + 1} is not an age recipient; one begins with age1.`, { cause });
  }
}

function addIdentity(decrypter: Decrypter, identity: Redacted): void {
  try {
    decrypter.addIdentity(new TextDecoder().decode(identity.reveal()));
  } catch {
    // The cause would quote the secret key.
    throw new MemSyncError('input_invalid', 'That is not an age identity; one begins with AGE-SECRET-KEY-.');
  }
}

/** The bytes of `source` in pieces of at most 64 KiB, each a copy: streams read ahead, and a source may use its buffer again. */
async function* sliced(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of source) {
    for (let at = 0; at < chunk.length; at += SLICE) yield new Uint8Array(chunk.subarray(at, at + SLICE));
  }
}

/** `source`, with what it throws kept apart: age's own failures are not the source's. */
async function* watched(source: AsyncIterable<Uint8Array>, failure: { ofSource?: unknown }): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* sliced(source);
  } catch (error) {
    failure.ofSource = error;
    throw error;
  }
}

/** The bytes as they come, once there is a whole header among the first of them. @throws {MemSyncError} `transfer_damaged` */
async function* withWholeHeader(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  let head: Uint8Array | null = new Uint8Array();
  for await (const chunk of source) {
    if (head === null) {
      yield chunk;
      continue;
    }
    head = concat(head, chunk);
    const text = new TextDecoder('latin1').decode(head.subarray(0, HEADER_BYTES));
    if (/^[^\n]+\n->.*\n--- .*\n/s.test(text)) {
      yield head;
      head = null;
    } else if (head.length >= HEADER_BYTES) break;
  }
  if (head !== null) throw new MemSyncError('transfer_damaged', 'The file does not begin as an age file does.');
}
