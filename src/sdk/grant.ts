import { CAPABILITIES, type Capability, type Category, type GrantRole, type OriginKind } from '../../schemas/vocabulary.ts';
import { base64, hex } from '../core/bytes.ts';
import { makeId } from '../core/ids.ts';
import type { Instant } from '../core/instant.ts';
import type { Random } from '../core/random.ts';
import { Redacted } from '../core/redacted.ts';
import { sealBox } from '../crypto/box.ts';
import { type CollectionKey, keyCommitment } from '../crypto/collection-key.ts';
import { sha256 } from '../crypto/sha256.ts';
import { encodeToken, grantAuthHash, grantBoxKey } from '../crypto/token.ts';
import { sealDetails } from '../memory/sealed-labels.ts';
import type { PreparedAct } from './sign-event.ts';

/** What a grant allows. */
export interface NewGrant {
  readonly label: string;
  readonly role: GrantRole;
  readonly capabilities: readonly Capability[];
  /** The most trusted origin that rows written with it can have. */
  readonly originCeiling: OriginKind;
  /** Milliseconds; null for no end. */
  readonly expiresAt: Instant | null;
  /** Null for all. */
  readonly categories: readonly Category[] | null;
  /** For a device: the Ed25519 key with which it may validate and retract in the owner's name. */
  readonly signingKey?: Uint8Array;
}

/** A grant with its token, which is shown once and never stored by the service. */
export interface MadeGrant extends PreparedAct {
  readonly grant: string;
  readonly token: string;
}

/** What the owner's own device may: everything but sign. */
export const DEVICE_GRANT: NewGrant = {
  label: 'this device',
  role: 'device',
  capabilities: CAPABILITIES,
  originCeiling: 'user_stated',
  expiresAt: null,
  categories: null,
};

/** What the first app may. */
export const FIRST_APP_GRANT: NewGrant = {
  label: 'first app',
  role: 'app',
  capabilities: ['remember', 'retrieve', 'list', 'receipt'],
  originCeiling: 'user_stated',
  expiresAt: null,
  categories: null,
};

/** A fresh grant: a token whose secret opens the collection keys sealed to it. `vaultKey` is the vault's own and is always sealed to it, too. */
export function makeGrant(
  what: NewGrant,
  vaultKey: CollectionKey,
  keys: readonly CollectionKey[],
  now: Instant,
  random: Random,
): MadeGrant {
  const token = { grantId: makeId('grant', now, random), secret: new Redacted(random.bytes(32)) };
  const boxKey = grantBoxKey(token);
  const sealed = [vaultKey, ...keys].map(({ name, key }) => ({
    name,
    commitment: keyCommitment(name, key),
    box: sealBox(boxKey.publicKey, key),
  }));
  const details = { label: what.label, categories: what.categories === null ? null : [...what.categories] };
  const body = {
    grant: token.grantId,
    role: what.role,
    capabilities: [...what.capabilities],
    originCeiling: what.originCeiling,
    expiresAt: what.expiresAt,
    authHash: hex(grantAuthHash(token)),
    boxKey: hex(boxKey.publicKey),
    ...(what.signingKey === undefined ? {} : { signingKey: hex(what.signingKey) }),
    boxes: sealed.map(({ name, commitment, box }) => ({
      collection: name.collection,
      epoch: name.epoch,
      keyCommitment: hex(commitment),
      boxSha256: hex(sha256(box)),
    })),
    sealedDetails: base64(sealDetails(vaultKey, token.grantId, details, random)),
  };
  const made = {
    act: { kind: 'granted' as const, body },
    beside: { boxes: sealed.map(({ box }) => base64(box)) },
    grant: token.grantId,
    token: encodeToken(token),
  };
  boxKey.secretKey.wipe();
  token.secret.wipe();
  return made;
}
