import type { Capability, GrantRole, OriginKind } from '../../schemas/vocabulary.ts';
import { DEFAULT_POLICY, type Policy } from '../../schemas/policy.ts';
import { type Envelope, OWNER_EVENT_TYPE, type OwnerSubmission, type ValidationLeaf } from '../../schemas/owner-event.ts';
import type { OwnerEventReply } from '../../schemas/owner-event-reply.ts';
import { base64, hex } from '../../src/core/bytes.ts';
import type { Clock } from '../../src/core/clock.ts';
import { makeId } from '../../src/core/ids.ts';
import { systemRandom as random } from '../../src/core/random.ts';
import { Redacted } from '../../src/core/redacted.ts';
import { sealBox } from '../../src/crypto/box.ts';
import { canonicalJson } from '../../src/crypto/canonical.ts';
import { type CollectionKey, collectionKey, keyCommitment } from '../../src/crypto/collection-key.ts';
import { encodeEnvelope, signPayload } from '../../src/crypto/dsse.ts';
import { deriveOwnerKeys, type OwnerKeys } from '../../src/crypto/root.ts';
import { contentDigest, sealRow } from '../../src/crypto/row-seal.ts';
import { sha256 } from '../../src/crypto/sha256.ts';
import { encodeToken, grantAuthHash, grantBoxKey } from '../../src/crypto/token.ts';
import { payloadHash } from '../../src/memory/event.ts';
import { encodeHeader, type RowHeader } from '../../src/memory/header.ts';
import { sealDetails, sealName } from '../../src/memory/sealed-labels.ts';
import { validationLeafHash } from '../../src/memory/validation.ts';
import { rootOfHashes } from '../../src/log/merkle.ts';

/** How a test owner's events reach a service. */
export interface OwnerDoor {
  /** Where the ledger stands, where the door shows it: what the owner has seen when signing. */
  head?(vault: string): Promise<{ seq: number; hash: string }>;
  create(request: { genesis: Envelope }): Promise<{ vault: string; head: { seq: number; hash: string } }>;
  post(vault: string, submission: OwnerSubmission): Promise<OwnerEventReply>;
}

export interface GrantWish {
  readonly label?: string;
  readonly role?: GrantRole;
  readonly capabilities?: readonly Capability[];
  readonly collections?: readonly string[];
  readonly categories?: readonly string[] | null;
  readonly ceiling?: OriginKind;
  readonly expiresAt?: number | null;
}

/** A grant that the test owner has given. */
export interface GivenGrant {
  readonly id: string;
  readonly boxKey: string;
  /** By name, the vault's own first. */
  readonly collections: readonly string[];
}

export interface NamedRow {
  readonly id: string;
  readonly version: number;
  readonly commitment: string;
}

/**
 * An owner for tests, who signs by hand what the formats say, apart from the product's own SDK: what the service lets in, it lets in for
 * these bytes. Every step can be bent by a test: `sign` and `submission` are open.
 */
export class TestOwner {
  readonly root: Redacted;
  readonly keys: OwnerKeys;
  readonly clock: Clock;
  readonly door: OwnerDoor;
  readonly collections = new Map<string, CollectionKey>();
  readonly grants: GivenGrant[] = [];
  readonly revoked = new Set<string>();
  vault = '';
  head = { seq: 0, hash: '' };
  ownerSeq = 0;
  ownerPrev = '';

  constructor(door: OwnerDoor, clock: Clock) {
    this.door = door;
    this.clock = clock;
    this.root = new Redacted(random.bytes(32));
    this.keys = deriveOwnerKeys(this.root);
  }

  /** Genesis, the vault's own collection, `default`, and the policy. */
  async create(policy: Policy = DEFAULT_POLICY): Promise<this> {
    const now = this.clock.now();
    const genesis = this.sign({
      vault: null,
      eventId: makeId('event', now, random),
      ownerSeq: 0,
      ownerPrev: null,
      seenHead: null,
      kind: 'genesis',
      body: {
        format: 1,
        ownerKey: hex(this.keys.signing.publicKey),
        boxKey: hex(this.keys.box.publicKey),
        nextKeyHash: hex(this.keys.nextKeyHash),
      },
      signedAt: now,
    });
    const made = await this.door.create({ genesis: genesis.envelope });
    this.vault = made.vault;
    this.head = made.head;
    this.ownerPrev = payloadHash(genesis.payload);
    await this.addCollection('vault', 'vault');
    await this.addCollection('default');
    await this.post('policy_set', { policy });
    return this;
  }

  sign(payload: unknown, keys: OwnerKeys = this.keys): { payload: Uint8Array; envelope: Envelope } {
    const bytes = canonicalJson(payload);
    const {
      payloadType,
      payload: body,
      signatures,
    } = encodeEnvelope(OWNER_EVENT_TYPE, 'owner', signPayload(keys.signing, OWNER_EVENT_TYPE, bytes));
    return { payload: bytes, envelope: { payloadType, payload: body, signatures: [...signatures] } };
  }

  /** The next event of the owner's chain, signed and not yet sent; `bend` changes the payload before it is signed. */
  next(kind: string, body: unknown, bend: Record<string, unknown> = {}): { payload: Uint8Array; envelope: Envelope } {
    return this.sign({
      vault: this.vault,
      eventId: makeId('event', this.clock.now(), random),
      ownerSeq: this.ownerSeq + 1,
      ownerPrev: this.ownerPrev,
      seenHead: this.head,
      kind,
      body,
      signedAt: this.clock.now(),
      ...bend,
    });
  }

  /** As `next`, signed by other keys. */
  signAs(keys: OwnerKeys, kind: string, body: unknown): { payload: Uint8Array; envelope: Envelope } {
    return this.sign(
      {
        vault: this.vault,
        eventId: makeId('event', this.clock.now(), random),
        ownerSeq: this.ownerSeq + 1,
        ownerPrev: this.ownerPrev,
        seenHead: this.head,
        kind,
        body,
        signedAt: this.clock.now(),
      },
      keys,
    );
  }

  async post(kind: string, body: unknown, beside: Omit<OwnerSubmission, 'event'> = {}): Promise<OwnerEventReply> {
    if (this.door.head !== undefined) this.head = await this.door.head(this.vault);
    return this.send(this.next(kind, body), beside);
  }

  async send(signed: { payload: Uint8Array; envelope: Envelope }, beside: Omit<OwnerSubmission, 'event'> = {}): Promise<OwnerEventReply> {
    const reply = await this.door.post(this.vault, { event: signed.envelope, ...beside });
    this.ownerSeq = reply.ownerSeq;
    this.ownerPrev = payloadHash(signed.payload);
    this.head = reply.head;
    return reply;
  }

  async addCollection(name: string, purpose: 'rows' | 'vault' = 'rows'): Promise<CollectionKey> {
    const keyName = { vault: this.vault, collection: makeId('collection', this.clock.now(), random), epoch: 1 };
    const key = collectionKey(keyName, new Redacted(random.bytes(32)));
    const box = sealBox(this.keys.box.publicKey, key.key);
    const body = {
      collection: keyName.collection,
      epoch: 1,
      purpose,
      keyCommitment: hex(keyCommitment(keyName, key.key)),
      boxSha256: hex(sha256(box)),
      sealedName: base64(sealName(key, name, random)),
    };
    await this.post('collection_added', body, { boxes: [base64(box)] });
    this.collections.set(name, key);
    return key;
  }

  /** The body and boxes of a grant, for tests that bend them, with the token that opens it. */
  grantParts(wish: GrantWish = {}): { token: string; grantId: string; body: Record<string, unknown>; boxes: string[] } {
    const token = { grantId: makeId('grant', this.clock.now(), random), secret: new Redacted(random.bytes(32)) };
    const boxKey = grantBoxKey(token);
    const keys = ['vault', ...(wish.collections ?? ['default'])].map((name) => this.key(name));
    const sealed = keys.map((key) => ({ key, box: sealBox(boxKey.publicKey, key.key) }));
    const details = {
      label: wish.label ?? 'an app',
      categories: wish.categories === undefined || wish.categories === null ? null : [...wish.categories],
    };
    const body = {
      grant: token.grantId,
      role: wish.role ?? 'app',
      capabilities: wish.capabilities ?? ['remember', 'edit', 'retrieve', 'list', 'receipt'],
      originCeiling: wish.ceiling ?? 'user_stated',
      expiresAt: wish.expiresAt ?? null,
      authHash: hex(grantAuthHash(token)),
      boxKey: hex(boxKey.publicKey),
      boxes: sealed.map(({ key, box }) => ({
        collection: key.name.collection,
        epoch: key.name.epoch,
        keyCommitment: hex(keyCommitment(key.name, key.key)),
        boxSha256: hex(sha256(box)),
      })),
      sealedDetails: base64(sealDetails(this.key('vault'), token.grantId, details, random)),
    };
    return { token: encodeToken(token), grantId: token.grantId, body, boxes: sealed.map(({ box }) => base64(box)) };
  }

  async grant(wish: GrantWish = {}): Promise<string> {
    const { token, grantId, body, boxes } = this.grantParts(wish);
    await this.post('granted', body, { boxes });
    const collections = ['vault', ...(wish.collections ?? ['default'])];
    this.grants.push({ id: grantId, boxKey: String(body['boxKey']), collections });
    return token;
  }

  device(): Promise<string> {
    return this.grant({
      label: 'the owner’s laptop',
      role: 'device',
      capabilities: ['list', 'retrieve', 'receipt'],
      collections: this.rowCollections(),
    });
  }

  leaf(row: NamedRow, expiresAt: number | null = null): ValidationLeaf {
    return { salt: hex(random.bytes(32)), row: row.id, version: row.version, commitment: row.commitment, expiresAt };
  }

  validatedBody(leaves: readonly ValidationLeaf[]): { root: string; size: number } {
    return { root: hex(rootOfHashes(leaves.map((leaf) => validationLeafHash(this.vault, leaf)))), size: leaves.length };
  }

  async confirm(...rows: readonly NamedRow[]): Promise<OwnerEventReply> {
    const leaves = rows.map((row) => this.leaf(row));
    return this.post('validated', this.validatedBody(leaves), { leaves });
  }

  async retract(...rows: readonly NamedRow[]): Promise<OwnerEventReply> {
    return this.post('retracted', { rows: rows.map(({ id, version, commitment }) => ({ row: id, version, commitment })) });
  }

  /** Seals and signs a new version of a row; `header` is the one to seal. */
  async edit(row: NamedRow, header: RowHeader, text: string, collection = 'default'): Promise<OwnerEventReply> {
    const key = this.key(collection);
    const name = { row: header.row, version: header.version };
    const { sealed, commitment } = sealRow(key, name, encodeHeader(header), text, random);
    const body = {
      ...name,
      collection: key.name.collection,
      epoch: key.name.epoch,
      commitment: hex(commitment),
      content: hex(contentDigest(sealed)),
      previous: { row: row.id, version: row.version, commitment: row.commitment },
    };
    const beside = { header: base64(sealed.header), text: base64(sealed.text), wrappedKey: base64(sealed.wrappedKey) };
    return this.post('edited', { rows: [body] }, { sealed: [beside] });
  }

  key(name: string): CollectionKey {
    const key = this.collections.get(name);
    if (key === undefined) throw new Error(`the test owner has no collection ${name}`);
    return key;
  }

  rowCollections(): string[] {
    return [...this.collections.keys()].filter((name) => name !== 'vault');
  }
}
