import { concat, fromHex, hex, lengthPrefixed, u32be, u64be } from '../../src/core/bytes.ts';
import { formatInstant } from '../../src/core/instant.ts';
import { Redacted } from '../../src/core/redacted.ts';
import { canonicalJson } from '../../src/crypto/canonical.ts';
import { collectionKey, encodeName, fingerprint, keyCommitment } from '../../src/crypto/collection-key.ts';
import { deriveKey } from '../../src/crypto/derive.ts';
import { signPayload } from '../../src/crypto/dsse.ts';
import { sealPrevious } from '../../src/crypto/key-chain.ts';
import { paddedLength } from '../../src/crypto/padding.ts';
import { deriveOwnerKeys } from '../../src/crypto/root.ts';
import { sha256 } from '../../src/crypto/sha256.ts';
import { encodeToken, grantAuthHash, grantBoxKey } from '../../src/crypto/token.ts';
import { OWNER_EVENT_TYPE } from '../../schemas/owner-event.ts';
import { RECOVERY_TYPE } from '../../schemas/recovery.ts';
import { encodeOwnerEvent, linkHash, NO_PREVIOUS } from '../../src/memory/event.ts';
import { normaliseForRepeat } from '../../src/memory/normalise.ts';
import { sealDetails, sealName } from '../../src/memory/sealed-labels.ts';
import { markRequest } from '../../src/app/idempotency.ts';
import { threadTag } from '../../src/app/thread-tag.ts';
import {
  authPrefix,
  bytesOf,
  COLLECTION,
  CountingRandom,
  GENESIS,
  key,
  NOON,
  OWNER,
  ROOT,
  ROW,
  run,
  signOwner,
  TEXT,
  text,
  TOKEN,
  VAULT,
  vaultKey,
} from './given.ts';

/** A libsodium sealed box of the collection key (bytes 41) to the owner's box key, made once: boxes are different each time. */
export const OWNER_BOX =
  '95e80a8a40d39f5777a530c7142610d4c887d8187772e31021e5d828eebf7135e41fd85e790086ff683e85e97266ca3550e810f98ab217194ed1cbf0fb385998622c3ac02c103761661d6861ca2ace30';
/** The same key in a box to the token's box key. */
export const GRANT_BOX =
  '450080ff9217c3afc6988c1680ff07e7429a757068a5ffb92760178861fa605a341b8d266a3cad0adb76a18a01ccd6e6014ce7258351d61850fb78f194566fe0fe7e2a3ff4ca7c93036714834f820598';
/** The root in an age file under the passphrase `vectors`, made once. */
const ROOT_FILE = `-----BEGIN AGE ENCRYPTED FILE-----
YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IHNjcnlwdCB1aG4rY3UvcUZYQXluaWow
MndTZG93IDIKMjVkSUNzMHAwQ1ErTm1DQ3kyQlROUFU2ejAwTlFIeStNeHRqdjM5
dDlVRQotLS0gYTEwemZibW45TmZaUE52RldCVHA1aDROeHQxTlltVkpJVFV0Z2JE
VU5PZwrzdSXEYPtwrLiLMo2iSQeK0htsnVQx0nLpr16Enb2yoWn25OiSsPNeF6l+
b1CZHMoZy7qjQ+IMqNlVIgzZBOW14JStr/P7xznrqRFAUJvWkFVkNBX1hQdl2TjX
viYMIJ9ZIpojt52apJXuQU07Dj5LEKeE4uf3wh737q6QFh38cYgCICiwGIlYbV/m
ZFf8a/KTT9Ke6yuB7v2kcj48E8WzaJgYulVCEqZbfVwxjkB1HGeoEgnJekugffHm
-----END AGE ENCRYPTED FILE-----
`;
const ROOT_PASSPHRASE = 'vectors';

export function encodings() {
  return {
    instant: { milliseconds: NOON, iso8601: formatInstant(NOON) },
    u32: { value: 513, bytes: hex(u32be(513)) },
    u64: { value: NOON, bytes: hex(u64be(NOON)) },
    lengthPrefixed: { parts: ['ab', '', 'c'], bytes: hex(lengthPrefixed(bytesOf('ab'), bytesOf(''), bytesOf('c'))) },
    id: { kind: 'memory', milliseconds: NOON, random: hex(run(0xb1, 10)), id: ROW.row },
    padded: Object.fromEntries([0, 127, 128, 1023, 1024, 2047, 2048, 65_535, 1_000_000].map((length) => [length, paddedLength(length)])),
  };
}

export function rootAndOwnerKeys() {
  const next = deriveOwnerKeys(ROOT, 1);
  return {
    root: hex(ROOT.reveal()),
    rootLine: `msroot_${hex(ROOT.reveal())}${hex(sha256(ROOT.reveal()).subarray(0, 4))}`,
    rootFile: ROOT_FILE,
    rootPassphrase: ROOT_PASSPHRASE,
    signingSeed: hex(deriveKey(ROOT, 'memsync/owner-signing/v1/0').reveal()),
    signingPublicKey: hex(OWNER.signing.publicKey),
    nextSigningSeed: hex(deriveKey(ROOT, 'memsync/owner-signing/v1/1').reveal()),
    nextSigningPublicKey: hex(next.signing.publicKey),
    nextKeyHash: hex(OWNER.nextKeyHash),
    boxSeed: hex(deriveKey(ROOT, 'memsync/owner-box/v1').reveal()),
    boxSecretKey: hex(OWNER.box.secretKey.reveal()),
    boxPublicKey: hex(OWNER.box.publicKey),
  };
}

export function genesis() {
  const { signed, shown } = signOwner(GENESIS);
  const stored = encodeOwnerEvent(NOON, signed);
  return {
    ...shown,
    vault: VAULT,
    signedPrefix: authPrefix(OWNER_EVENT_TYPE, signed.payload),
    stored: hex(stored),
    ledgerHash: hex(linkHash(0, NO_PREVIOUS, stored)),
  };
}

export function collectionKeys() {
  const next = collectionKey({ ...COLLECTION, epoch: 2 }, new Redacted(run(0x42)));
  return {
    name: { ...COLLECTION, bytes: hex(encodeName(COLLECTION)) },
    key: hex(key().key.reveal()),
    keyCommitment: hex(keyCommitment(COLLECTION, key().key)),
    ownerBox: { box: OWNER_BOX, sha256: hex(sha256(fromHex(OWNER_BOX))) },
    previousKey: {
      nextName: hex(encodeName(next.name)),
      nextKey: hex(next.key.reveal()),
      associatedData: hex(concat(lengthPrefixed(bytesOf('memsync/previous-key/v1')), lengthPrefixed(encodeName(next.name), encodeName(COLLECTION)))),
      nonce: hex(run(1, 24)),
      sealed: hex(sealPrevious(next, key(), new CountingRandom())),
    },
    sealedName: {
      name: 'health',
      associatedData: hex(lengthPrefixed(bytesOf('memsync/collection-name/v1'), bytesOf(COLLECTION.collection))),
      nonce: hex(run(1, 24)),
      sealed: hex(sealName(key(), 'health', new CountingRandom())),
    },
    fingerprint: {
      key: hex(key().fingerprintKey.reveal()),
      text: TEXT,
      normalForm: normaliseForRepeat(TEXT),
      fingerprint: hex(fingerprint(key(), normaliseForRepeat(TEXT))),
    },
  };
}

export function recoveryRequest() {
  const payload = canonicalJson({ vault: VAULT, from: 0, signedAt: NOON, nonce: hex(run(0x71)) });
  const { signature } = signPayload(OWNER.signing, RECOVERY_TYPE, payload);
  return { payload: text(payload), signedPrefix: authPrefix(RECOVERY_TYPE, payload), signature: hex(signature) };
}

export function grants() {
  const box = grantBoxKey(TOKEN);
  const details = { label: 'Trip planner', categories: ['travel'] };
  return {
    grant: TOKEN.grantId,
    secret: hex(TOKEN.secret.reveal()),
    token: encodeToken(TOKEN),
    boxSeed: hex(deriveKey(TOKEN.secret, 'memsync/grant-box/v1').reveal()),
    boxPublicKey: hex(box.publicKey),
    authHash: hex(grantAuthHash(TOKEN)),
    grantBox: { box: GRANT_BOX, sha256: hex(sha256(fromHex(GRANT_BOX))) },
    sealedDetails: {
      details: JSON.stringify(details),
      under: hex(vaultKey().key.reveal()),
      associatedData: hex(lengthPrefixed(bytesOf('memsync/grant-details/v1'), bytesOf(TOKEN.grantId))),
      nonce: hex(run(1, 24)),
      sealed: hex(sealDetails(vaultKey(), TOKEN.grantId, details, new CountingRandom())),
    },
  };
}

export function keyedMarks() {
  const body = { memories: [{ text: TEXT }] };
  const mark = markRequest({ token: TOKEN }, 'key-1', 'POST /v1/memories', body);
  return {
    idempotency: {
      under: hex(deriveKey(TOKEN.secret, 'memsync/idempotency/v1').reveal()),
      key: 'key-1',
      route: 'POST /v1/memories',
      body: JSON.stringify(body),
      keyMark: hex(mark?.key ?? new Uint8Array(0)),
      requestMac: hex(mark?.requestMac ?? new Uint8Array(0)),
    },
    threadTag: {
      under: hex(deriveKey(vaultKey().key, 'memsync/thread-tag/v1').reveal()),
      thread: 'thread-1',
      tag: hex(threadTag({ hashKey: vaultKey }, 'thread-1')),
    },
  };
}
