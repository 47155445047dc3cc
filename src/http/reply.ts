import type { ServerResponse } from 'node:http';

/** Sends a value as JSON. To a HEAD request only the headers go out. */
export function sendJson(response: ServerResponse, status: number, value: unknown, contentType = 'application/json'): void {
  send(response, status, contentType, Buffer.from(JSON.stringify(value)));
}

/** Sends what is for this caller alone: nothing on the way may keep it. */
export function sendPrivate(response: ServerResponse, status: number, value: unknown): void {
  response.setHeader('cache-control', 'no-store');
  sendJson(response, status, value);
}

export function sendText(response: ServerResponse, status: number, text: string, contentType = 'text/plain; charset=utf-8'): void {
  send(response, status, contentType, Buffer.from(text));
}

export function sendBytes(response: ServerResponse, status: number, bytes: Uint8Array): void {
  send(response, status, 'application/octet-stream', bytes);
}

function send(response: ServerResponse, status: number, contentType: string, bytes: Uint8Array): void {
  response.statusCode = status;
  response.setHeader('content-type', contentType);
  response.setHeader('content-length', bytes.length);
  response.end(bytes);
}
