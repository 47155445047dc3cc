import { z } from 'zod';
import { LIMITS } from '../../schemas/limits.ts';
import { Sha256, text } from '../../schemas/primitives.ts';
import { fromHex, hex, lengthPrefixed, utf8 } from '../core/bytes.ts';
import { formatInstant, type Instant, parseInstant, requireInstant } from '../core/instant.ts';
import { sha256Parts } from '../crypto/sha256.ts';
import { RsaSignature, Spki, Word } from './gateway-key.ts';

const CONTENT_TAG = utf8('memsync/external-content/v1\0');
const ITEM_TAG = utf8('memsync/external-item/v1\0');

/** What a gateway's answer to `POST /v1/web_search` says of itself, with the key that it is signed by. */
const Signed = z.strictObject({
  requestHash: Word,
  /** Keccak-256 of the content; worked out from its text where that is here. */
  outputHash: Word.optional(),
  /** Seconds since 1970. */
  timestamp: z.int().min(0).max(253_402_300_799),
  teeId: Word.optional(),
  spki: Spki,
  signature: RsaSignature,
});

/** Something from outside that was let into the answer's making, or was not. */
export const ExternalItem = z
  .strictObject({
    decision: z.enum(['admitted', 'refused']),
    /** Why it was refused. */
    reason: text(LIMITS.refLength).optional(),
    /** Where it is said to come from: an address, or a name. */
    source: text(LIMITS.refLength * 2),
    fetchedAt: z.string().refine((wire) => parseInstant(wire) !== null, 'must be an instant: ISO 8601 with a zone, at most milliseconds'),
    path: z.enum(['attested', 'signed', 'plain']),
    content: z.strictObject({
      salt: Sha256,
      digest: Sha256,
      text: z
        .string()
        .refine((value) => value.isWellFormed(), 'must be well-formed Unicode (no lone surrogates)')
        .optional(),
    }),
    signed: Signed.optional(),
  })
  .refine(({ decision, reason }) => (decision === 'refused') === (reason !== undefined), 'a refusal has a reason, and nothing else has one')
  .refine(({ path, signed }) => path !== 'signed' || signed !== undefined, 'what crossed by the path `signed` has a signature')
  .refine(({ path, signed }) => path !== 'plain' || signed === undefined, 'what crossed by the path `plain` has no signature');
export type ExternalItem = z.infer<typeof ExternalItem>;

/** The salted digest that stands for a content: 64 hexadecimal digits. `salt` is 64 hexadecimal digits. */
export function contentDigest(salt: string, content: string): string {
  return hex(sha256Parts(CONTENT_TAG, fromHex(salt), lengthPrefixed(utf8(content))));
}

/**
 * What an item goes by, whatever was decided of it: 64 hexadecimal digits over its source, when it was fetched, and its content's salt and
 * digest. An item that is handed in twice bears the same salt both times.
 */
export function itemId(item: ExternalItem): string {
  const { source, content } = item;
  const at = formatInstant(fetchedAt(item));
  return hex(sha256Parts(ITEM_TAG, lengthPrefixed(utf8(source), utf8(at), fromHex(content.salt), fromHex(content.digest))));
}

/** When the app says that it was fetched. */
export function fetchedAt(item: ExternalItem): Instant {
  return requireInstant(item.fetchedAt);
}

/** How old it was at the answer, in whole seconds: from the earlier of when it was fetched and when it was signed. Never less than none. */
export function ageAt(item: ExternalItem, answeredAt: Instant): number {
  const signedAt = item.signed === undefined ? Number.POSITIVE_INFINITY : item.signed.timestamp * 1000;
  return Math.max(0, Math.floor((answeredAt - Math.min(fetchedAt(item), signedAt)) / 1000));
}
