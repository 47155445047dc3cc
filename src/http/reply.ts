import type { ServerResponse } from 'node:http';

/** Sends a value as JSON. To a HEAD request only the headers go out. */
export function sendJson(response: ServerResponse, status: number, value: unknown, contentType = 'application/json'): void {
  sendText(response, status, JSON.stringify(value), contentType);
}

/** Sends what is for this caller alone: nothing on the way may keep it. */
export function sendPrivate(response: ServerResponse, status: number, value: unknown): void {
  response.setHeader('cache-control', 'no-store');
  sendJson(response, status, value);
}

/** A string goes out in one piece with the headers before it, which costs a good part less than bytes do. */
export function sendText(response: ServerResponse, status: number, text: string, contentType = 'text/plain; charset=utf-8'): void {
  begin(response, status, contentType, Buffer.byteLength(text));
  response.end(text);
}

export function sendBytes(response: ServerResponse, status: number, bytes: Uint8Array): void {
  begin(response, status, 'application/octet-stream', bytes.length);
  response.end(bytes);
}

function begin(response: ServerResponse, status: number, contentType: string, length: number): void {
  response.statusCode = status;
  response.setHeader('content-type', contentType);
  response.setHeader('content-length', length);
}
