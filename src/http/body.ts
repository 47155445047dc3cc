import type { IncomingMessage, ServerResponse } from 'node:http';
import { LIMITS } from '../../schemas/limits.ts';
import { fromUtf8 } from '../core/bytes.ts';
import { MemSyncError } from '../core/errors.ts';
import { parseStrictJson } from '../core/json.ts';

/** How much of a body that is too large is still read and thrown away, so that its sender gets to read the refusal. */
const PATIENCE = 8 * LIMITS.bodyBytes;

/**
 * The request's body, JSON in UTF-8 and nothing else.
 * @throws {MemSyncError} `media_type_unsupported`, `body_too_large`, `encoding_invalid` (not UTF-8), `json_invalid`
 */
export async function readBody(request: IncomingMessage, response: ServerResponse): Promise<unknown> {
  requireJson(request);
  if (Number(request.headers['content-length'] ?? 0) > PATIENCE) throw tooLarge(response);
  const bytes = await readBytes(request, response);
  try {
    return parseStrictJson(fromUtf8(bytes));
  } finally {
    // What was sent is in what was parsed; nothing else keeps it.
    bytes.fill(0);
  }
}

function requireJson(request: IncomingMessage): void {
  const [type = '', ...parameters] = (request.headers['content-type'] ?? '').toLowerCase().split(';');
  const plain = parameters.every((parameter) => /^\s*charset\s*=\s*"?utf-8"?\s*$/.test(parameter));
  if (type.trim() !== 'application/json' || !plain)
    throw new MemSyncError('media_type_unsupported', 'Only `application/json` in UTF-8 is read here.');
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity') throw new MemSyncError('media_type_unsupported', 'Send the body uncompressed.');
}

function readBytes(request: IncomingMessage, response: ServerResponse): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    // Gone while its token was looked at: nothing of it will be heard any more.
    if (request.destroyed) reject(cutShort());
    let chunks: Buffer[] = [];
    let length = 0;
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= LIMITS.bodyBytes) chunks.push(chunk);
      else if (length <= PATIENCE) chunks = [];
      else {
        request.pause();
        reject(tooLarge(response));
      }
    });
    request.once('end', () => {
      const [only] = chunks;
      if (length > LIMITS.bodyBytes) reject(tooLarge(null));
      else if (chunks.length === 1 && only !== undefined) resolve(only);
      else {
        const whole = Buffer.concat(chunks, length);
        for (const chunk of chunks) chunk.fill(0);
        resolve(whole);
      }
    });
    request.once('error', () => reject(cutShort()));
    request.once('close', () => {
      if (!request.readableEnded) reject(cutShort());
    });
  });
}

/** With a response at hand, the connection ends with it: the rest of the body is not waited for. */
function tooLarge(response: ServerResponse | null): MemSyncError {
  response?.setHeader('connection', 'close');
  return new MemSyncError('body_too_large', `A body has at most ${LIMITS.bodyBytes} bytes.`);
}

function cutShort(): MemSyncError {
  return new MemSyncError('json_invalid', 'The body ended early.');
}
