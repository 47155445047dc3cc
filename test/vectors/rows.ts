import { OWNER_EVENT_TYPE, type OwnerEventPayload, type ValidationLeaf } from '../../schemas/owner-event.ts';
import { DEFAULT_POLICY } from '../../schemas/policy.ts';
import { concat, fromHex, hex, lengthPrefixed, u32be, u64be } from '../../src/core/bytes.ts';
import { Redacted } from '../../src/core/redacted.ts';
import { collectionKey, encodeName, keyCommitment } from '../../src/crypto/collection-key.ts';
import { sealPrevious } from '../../src/crypto/key-chain.ts';
import { ownerKeyHash } from '../../src/crypto/owner-key-hash.ts';
import { contentDigest, sealRow } from '../../src/crypto/row-seal.ts';
import { sha256 } from '../../src/crypto/sha256.ts';
import { grantAuthHash, grantBoxKey } from '../../src/crypto/token.ts';
import {
  encodeClear,
  encodeGrantEvent,
  encodeJobEvent,
  encodeOwnerEvent,
  eventData,
  type GrantEvent,
  type JobEvent,
  linkHash,
} from '../../src/memory/event.ts';
import { encodeHeader, type RowHeader } from '../../src/memory/header.ts';
import { parseOwnerPayload } from '../../src/memory/owner-chain.ts';
import { policySha256 } from '../../src/memory/policy.ts';
import { sealDetails, sealName } from '../../src/memory/sealed-labels.ts';
import { validationLeafHash } from '../../src/memory/validation.ts';
import { pathOfHashes, rootOfHashes } from '../../src/log/merkle.ts';
import { sealEventBody } from '../../src/app/event-body.ts';
import {
  bytesOf,
  COLLECTION,
  CountingRandom,
  key,
  madeId,
  NOON,
  ROW,
  run,
  signOwner,
  TEXT,
  text,
  TOKEN,
  VAULT,
  vaultKey,
} from './given.ts';
import { GRANT_BOX, OWNER_BOX } from './keys.ts';

const base64Of = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

export const HEADER: RowHeader = {
  v: 1,
  row: ROW.row,
  version: ROW.version,
  collection: COLLECTION.collection,
  type: 'semantic',
  category: 'health',
  subject: null,
  attribute: 'allergy',
  origin: {
    effective: 'app_asserted',
    claimed: { kind: 'user_stated', thread: 'thread-1' },
    stamped: { grantId: TOKEN.grantId, channel: 'api', recordedAt: NOON },
  },
  observedAt: NOON - 1000,
  basisAt: NOON - 1000,
  basisReason: 'observed',
  validUntil: null,
  derivedFrom: [],
  supersedes: [],
  bounds: { activeUntil: NOON + 86_400_000, backgroundUntil: NOON + 172_800_000 },
};

export const SEALED = sealRow(key(), ROW, encodeHeader(HEADER), TEXT, new CountingRandom());

/** Where a row version stands, as everything sealed for it is bound to it: written out here apart from the code. */
const place = (): Uint8Array => concat(encodeName(COLLECTION), lengthPrefixed(bytesOf(ROW.row)), u32be(ROW.version));
export const ROW_DATA = {
  header: concat(lengthPrefixed(bytesOf('memsync/row-header/v1')), place()),
  text: concat(lengthPrefixed(bytesOf('memsync/row-text/v1')), place(), lengthPrefixed(sha256(encodeHeader(HEADER)))),
  wrappedKey: concat(lengthPrefixed(bytesOf('memsync/row-key/v1')), place()),
};

export function sealedRow() {
  const { sealed, commitment } = SEALED;
  return {
    header: text(encodeHeader(HEADER)),
    text: TEXT,
    rowKey: hex(run(1)),
    salt: hex(run(2)),
    commitment: hex(commitment),
    sealedHeader: { nonce: hex(run(3, 24)), associatedData: hex(ROW_DATA.header), sealed: hex(sealed.header) },
    sealedText: { nonce: hex(run(4, 24)), associatedData: hex(ROW_DATA.text), sealed: hex(sealed.text) },
    wrappedKey: { nonce: hex(run(5, 24)), associatedData: hex(ROW_DATA.wrappedKey), wrapped: hex(sealed.wrappedKey) },
    contentDigest: hex(contentDigest(sealed)),
  };
}

const PREVIOUS = run(0x71);
const made = {
  ...ROW,
  collection: COLLECTION.collection,
  epoch: 1,
  commitment: hex(SEALED.commitment),
  content: hex(contentDigest(SEALED.sealed)),
};

export function ledgerEvents() {
  const stamp = { at: NOON, grant: TOKEN.grantId };
  const events: GrantEvent[] = [
    { ...stamp, kind: 'remembered', ...made },
    { ...stamp, kind: 'edited', ...made, version: 2 },
    { ...stamp, kind: 'sighted', row: ROW.row },
    { ...stamp, kind: 'contested', row: ROW.row, version: 1, reason: 'edit' },
    { ...stamp, kind: 'superseded', row: ROW.row, by: madeId('memory', 0xb2) },
  ];
  const byGrant = events.map((event) => {
    const clear = encodeClear(event);
    const body = event.kind === 'sighted' ? { claimed: { kind: 'user_stated' as const }, observedAt: NOON } : null;
    const sealed = sealEventBody(key(), 7, PREVIOUS, clear, body, new CountingRandom());
    const stored = encodeGrantEvent(clear, sealed);
    return [
      event.kind,
      {
        clear: text(clear),
        body: JSON.stringify(body ?? {}),
        associatedData: hex(eventData(7, PREVIOUS, clear)),
        nonce: hex(run(1, 24)),
        sealed: hex(sealed),
        stored: hex(stored),
        ledgerHash: hex(linkHash(7, PREVIOUS, stored)),
      },
    ] as const;
  });
  const job: JobEvent = {
    kind: 'demoted',
    at: NOON,
    job: 'demote-stale',
    row: ROW.row,
    version: 1,
    from: 'active',
    to: 'background',
    reason: 'aged',
    source: null,
  };
  const byJob = encodeJobEvent(job);
  const byOwner = encodeOwnerEvent(NOON, { payload: bytesOf('{}'), signature: run(0x72, 64) });
  return {
    seq: 7,
    previous: hex(PREVIOUS),
    byGrant: Object.fromEntries(byGrant),
    byJob: { clear: JSON.stringify(job), stored: hex(byJob), ledgerHash: hex(linkHash(7, PREVIOUS, byJob)) },
    byOwner: {
      at: NOON,
      payload: '{}',
      signature: hex(run(0x72, 64)),
      stored: hex(byOwner),
      ledgerHash: hex(linkHash(7, PREVIOUS, byOwner)),
    },
  };
}

const LEAVES: readonly ValidationLeaf[] = [0x81, 0x82, 0x83].map((byte, i) => ({
  salt: hex(run(byte)),
  row: i === 0 ? ROW.row : madeId('memory', 0xb1 + i),
  version: 1,
  commitment: i === 0 ? hex(SEALED.commitment) : hex(run(0x90 + i)),
  expiresAt: i === 2 ? NOON + 86_400_000 : null,
}));

export function validations() {
  const hashes = LEAVES.map((leaf) => validationLeafHash(VAULT, leaf));
  return {
    leaves: LEAVES.map((leaf, i) => ({ ...leaf, hash: hex(hashes[i] ?? run(0)) })),
    size: LEAVES.length,
    root: hex(rootOfHashes(hashes)),
    pathOfLeaf2: pathOfHashes(hashes, 2).map(hex),
  };
}

/** The collection's key of the next epoch. */
const NEXT_KEY = collectionKey({ ...COLLECTION, epoch: 2 }, new Redacted(run(0xc2)));

/** One event of each kind, in the owner's chain, one after another. */
export function ownerEvents() {
  const box = { collection: COLLECTION.collection, epoch: 1, keyCommitment: hex(keyCommitment(COLLECTION, key().key)) };
  const named = { ...ROW, commitment: made.commitment };
  const details = { label: 'Trip planner', categories: ['travel'] };
  const bodies: Record<OwnerEventPayload['kind'], unknown> = {
    collection_added: {
      ...box,
      purpose: 'rows',
      boxSha256: hex(sha256(fromHex(OWNER_BOX))),
      sealedName: base64Of(sealName(key(), 'health', new CountingRandom())),
    },
    policy_set: { policy: DEFAULT_POLICY },
    granted: {
      grant: TOKEN.grantId,
      role: 'app',
      capabilities: ['remember', 'retrieve'],
      originCeiling: 'app_asserted',
      expiresAt: NOON + 86_400_000,
      authHash: hex(grantAuthHash(TOKEN)),
      boxKey: hex(grantBoxKey(TOKEN).publicKey),
      boxes: [{ ...box, boxSha256: hex(sha256(fromHex(GRANT_BOX))) }],
      sealedDetails: base64Of(sealDetails(vaultKey(), TOKEN.grantId, details, new CountingRandom())),
    },
    remembered: made,
    validated: { root: validations().root, size: LEAVES.length },
    edited: { rows: [{ ...made, version: 2, previous: named }] },
    superseded: { pairs: [{ replaced: named, by: { ...named, row: madeId('memory', 0xb2) } }] },
    dismissed: { grant: TOKEN.grantId, rows: [] },
    retracted: { rows: [named] },
    reinstated: { rows: [named] },
    rotated: {
      revoked: [TOKEN.grantId],
      collections: [
        {
          collection: COLLECTION.collection,
          epoch: 2,
          keyCommitment: hex(keyCommitment(NEXT_KEY.name, NEXT_KEY.key)),
          boxSha256: hex(sha256(fromHex(OWNER_BOX))),
          sealedPrevious: base64Of(sealPrevious(NEXT_KEY, key(), new CountingRandom())),
        },
      ],
      grants: [],
    },
    revoked: { grant: TOKEN.grantId },
    erased: { scope: 'rows', rows: [ROW.row] },
    owner_rotated: { ownerKey: hex(run(0xd1)), nextKeyHash: hex(ownerKeyHash(run(0xd2))) },
  };
  let previous = VAULT;
  const events = Object.entries(bodies).map(([kind, body], i) => {
    const payload = {
      vault: VAULT,
      eventId: madeId('event', 0xe1 + i),
      ownerSeq: i + 1,
      ownerPrev: previous,
      seenHead: { seq: i, hash: hex(run(0x71)) },
      kind,
      body,
      signedAt: NOON,
    };
    const { signed, shown } = signOwner(payload);
    parseOwnerPayload(signed.payload);
    previous = shown.payloadSha256;
    return [kind, shown] as const;
  });
  return { payloadType: OWNER_EVENT_TYPE, events: Object.fromEntries(events) };
}

export function policy() {
  return { default: DEFAULT_POLICY, sha256: policySha256(DEFAULT_POLICY) };
}

export const leafEncoding = (leaf: ValidationLeaf): Uint8Array =>
  concat(
    fromHex(leaf.salt),
    lengthPrefixed(
      bytesOf(VAULT),
      bytesOf(leaf.row),
      u64be(leaf.version),
      fromHex(leaf.commitment),
      bytesOf(leaf.expiresAt === null ? '' : String(leaf.expiresAt)),
    ),
  );
