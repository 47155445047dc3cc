import { hex } from '../core/bytes.ts';
import { canonicalJson } from '../crypto/canonical.ts';
import { sha256 } from '../crypto/sha256.ts';

/** One message as the chat APIs write it: text, or an array of parts of which some have text. Only `content` is read here. */
export interface SentMessage {
  readonly [field: string]: unknown;
}

/** What the app says that it sent to the model. */
export type RequestSent = { readonly messages: readonly SentMessage[] } | { readonly sha256: string };

/**
 * SHA-256 over the canonical JSON of the messages, or the digest as the app gave it: 64 hexadecimal digits.
 * @throws {MemSyncError} `encoding_invalid` on what JSON cannot hold, `text_not_unicode` on lone surrogates.
 */
export function requestSha256(request: RequestSent): string {
  return 'sha256' in request ? request.sha256 : hex(sha256(canonicalJson(request.messages)));
}

/** Whether one text of one message has `text` in it, to the letter. Text that is spread over several parts does not count. */
export function requestHolds(request: { readonly messages: readonly SentMessage[] }, text: string): boolean {
  return request.messages.some((message) => textsOf(message['content']).some((sent) => sent.includes(text)));
}

function textsOf(content: unknown): string[] {
  if (typeof content === 'string') return [content];
  if (!Array.isArray(content)) return [];
  return content.flatMap((part: unknown) => {
    if (typeof part === 'string') return [part];
    return typeof part === 'object' && part !== null && 'text' in part && typeof part.text === 'string' ? [part.text] : [];
  });
}
