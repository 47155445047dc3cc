import type { z } from 'zod';
import type { ErrorCode } from '../src/core/errors.ts';

/** One operation of the API, as the document is made from it. */
export interface Operation {
  readonly method: 'get' | 'post' | 'patch';
  readonly path: string;
  readonly id: string;
  readonly tag: string;
  readonly summary: string;
  /** Whether a bearer token is needed. */
  readonly token: boolean;
  readonly parameters?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly idempotent?: boolean;
  readonly body?: z.ZodType;
  readonly status: 200 | 201 | 204;
  /** What comes back: JSON by this schema, or another media type; with 204 nothing does. */
  readonly reply: z.ZodType | 'nothing' | 'text/plain' | 'application/octet-stream' | 'application/json';
  readonly codes: readonly ErrorCode[];
}

/** What every answer may be refused with. */
export const ANYONE: readonly ErrorCode[] = ['input_invalid', 'rate_limited', 'internal'];
export const BODY: readonly ErrorCode[] = [
  'json_invalid',
  'encoding_invalid',
  'text_not_unicode',
  'body_too_large',
  'media_type_unsupported',
  'vault_busy',
  'shutting_down',
  'store_failed',
];
export const VAULT: readonly ErrorCode[] = ['ledger_broken', 'owner_event_forged', 'vault_rolled_back', 'vault_erased'];
export const TOKEN: readonly ErrorCode[] = [
  ...ANYONE,
  ...VAULT,
  'token_missing',
  'token_invalid',
  'grant_revoked',
  'grant_expired',
  'capability_missing',
  'box_mismatch',
];
export const WRITE: readonly ErrorCode[] = [...TOKEN, ...BODY];
export const DEVICE: readonly ErrorCode[] = [...TOKEN, 'vault_unknown'];
export const OWNER: readonly ErrorCode[] = [
  ...ANYONE,
  ...BODY,
  'event_malformed',
  'event_vault_mismatch',
  'event_signature_invalid',
  'owner_chain_conflict',
  'seen_head_unknown',
  'box_mismatch',
  'commitment_mismatch',
  'batch_conflict',
  'collection_unknown',
];
