import { hex, utf8 } from '../../src/core/bytes.ts';
import { makeId, type IdKind } from '../../src/core/ids.ts';
import type { Random } from '../../src/core/random.ts';
import { Redacted } from '../../src/core/redacted.ts';
import { canonicalJson } from '../../src/crypto/canonical.ts';
import { type CollectionKey, collectionKey, type KeyName } from '../../src/crypto/collection-key.ts';
import { preAuthEncoding, type SignedPayload, signPayload } from '../../src/crypto/dsse.ts';
import { signingKeyFromSeed } from '../../src/crypto/ed25519.ts';
import { deriveOwnerKeys } from '../../src/crypto/root.ts';
import { OWNER_EVENT_TYPE } from '../../schemas/owner-event.ts';
import { payloadHash } from '../../src/memory/event.ts';

/** When everything in the vectors happens. */
export const NOON = Date.UTC(2026, 10, 21, 12);

/** `length` bytes of one value: keys, salts and nonces that a reader can type. */
export const run = (byte: number, length = 32): Uint8Array => new Uint8Array(length).fill(byte);

/** Gives runs of 01, 02, 03, … in the order of asking. */
export class CountingRandom implements Random {
  #asked = 0;

  bytes(length: number): Uint8Array {
    this.#asked += 1;
    return run(this.#asked, length);
  }
}

export const madeId = (kind: IdKind, byte: number): string => makeId(kind, NOON, { bytes: (length) => run(byte, length) });

/** Bytes 00 to 1f. */
export const ROOT = new Redacted(Uint8Array.from({ length: 32 }, (_, i) => i));
export const OWNER = deriveOwnerKeys(ROOT);

export const GENESIS = {
  vault: null,
  eventId: madeId('event', 0xe0),
  ownerSeq: 0,
  ownerPrev: null,
  seenHead: null,
  kind: 'genesis',
  body: {
    format: 1,
    ownerKey: hex(OWNER.signing.publicKey),
    boxKey: hex(OWNER.box.publicKey),
    nextKeyHash: hex(OWNER.nextKeyHash),
  },
  signedAt: NOON,
};

export const VAULT = payloadHash(canonicalJson(GENESIS));
export const COLLECTION: KeyName = { vault: VAULT, collection: madeId('collection', 0xc1), epoch: 1 };
const VAULT_COLLECTION: KeyName = { vault: VAULT, collection: madeId('collection', 0xc0), epoch: 1 };
export const key = (): CollectionKey => collectionKey(COLLECTION, new Redacted(run(0x41)));
export const vaultKey = (): CollectionKey => collectionKey(VAULT_COLLECTION, new Redacted(run(0x40)));

export const TOKEN = { grantId: madeId('grant', 0xa1), secret: new Redacted(run(0x51)) };
export const ROW = { row: madeId('memory', 0xb1), version: 1 };
export const TEXT = 'I’m allergic to hazelnuts';

export const LOG_NAME = 'memsync.example/log';
export const LOG_KEY = signingKeyFromSeed(new Redacted(run(0x61)));
export const RECEIPT_NAME = 'memsync.example/log/receipts';
export const RECEIPT_KEY = signingKeyFromSeed(new Redacted(run(0x62)));

interface ShownEvent {
  readonly payload: string;
  readonly payloadSha256: string;
  readonly signature: string;
}

/** An owner event as it is signed: the payload's exact text, its digest and signature. */
export function signOwner(payload: unknown): { signed: SignedPayload; shown: ShownEvent } {
  const bytes = canonicalJson(payload);
  const signed = signPayload(OWNER.signing, OWNER_EVENT_TYPE, bytes);
  return {
    signed,
    shown: {
      payload: new TextDecoder().decode(bytes),
      payloadSha256: payloadHash(bytes),
      signature: hex(signed.signature),
    },
  };
}

/** The first bytes that a signature over `payload` is made over, up to the payload. */
export const authPrefix = (type: string, payload: Uint8Array): string => {
  const whole = preAuthEncoding(type, payload);
  return new TextDecoder().decode(whole.subarray(0, whole.length - payload.length));
};

export const text = (bytes: Uint8Array): string => new TextDecoder('utf-8', { fatal: true }).decode(bytes);
export const bytesOf = (value: string): Uint8Array => utf8(value);
