import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { postJsonOverHttp } from '../../src/reach/post.ts';
import { type JsonService, serveJson } from '../support/json-service.ts';

const LONG = 4 * 1024 * 1024;

let service: JsonService;
beforeAll(async () => {
  service = await serveJson((path, response, body) => {
    if (path === '/echo') response.setHeader('content-type', 'application/json').end(JSON.stringify({ got: JSON.parse(body) as unknown }));
    else if (path === '/longest') response.end(`"${'x'.repeat(LONG - 2)}"`);
    else if (path === '/longer') response.end(`"${'x'.repeat(LONG - 1)}"`);
    else if (path === '/endless') endless(response);
    else if (path === '/text') response.end('{"a":1');
    else if (path === '/twice') response.end('{"a":1,"a":2}');
    else if (path === '/bytes') response.end(Buffer.of(0x22, 0xff, 0x22));
    else if (path === '/gone') response.writeHead(302, { location: '/echo' }).end();
    else if (path === '/empty') response.writeHead(204).end();
    else if (path === '/error') response.writeHead(500).end('{"secret":1}');
    else if (path === '/cut') response.writeHead(200, { 'content-length': '100' }).end('{}', () => response.destroy());
    // Anything else is never answered.
  });
});
afterAll(() => service.close());

function endless(response: { write: (text: string) => boolean; once: (event: 'drain', then: () => void) => void }): void {
  while (response.write('x'.repeat(65_536)));
  response.once('drain', () => endless(response));
}

const never = new AbortController().signal;
const ask = (path: string, timeoutMs = 10_000, stop = never) => postJsonOverHttp(timeoutMs)(`${service.url}${path}`, { a: [1] }, stop);

describe('posting JSON', () => {
  it('gives the JSON that comes back', async () => {
    expect(await ask('/echo')).toEqual({ json: { got: { a: [1] } } });
  });

  it('reads as much as that, and no more', async () => {
    expect(await ask('/longest')).toEqual({ json: 'x'.repeat(LONG - 2) });
    expect(await ask('/longer')).toEqual({ failed: 'too_long' });
    expect(await ask('/endless')).toEqual({ failed: 'too_long' });
  });

  it.each([
    ['/text', 'not_json'],
    ['/twice', 'not_json'],
    ['/bytes', 'not_json'],
    ['/gone', 'redirected'],
    ['/empty', 'status'],
    ['/error', 'status'],
    ['/cut', 'unreachable'],
  ])('says of %s: %s, and nothing else', async (path, failed) => {
    expect(await ask(path)).toEqual({ failed });
  });

  it('follows nobody elsewhere', async () => {
    const before = service.asked.length;
    await ask('/gone');
    expect(service.asked.slice(before).map(({ path }) => path)).toEqual(['/gone']);
  });

  it('waits no longer than it is told, and stops when it is told to', async () => {
    expect(await ask('/silent', 50)).toEqual({ failed: 'timeout' });
    const stop = new AbortController();
    const asking = ask('/silent', 60_000, stop.signal);
    stop.abort();
    expect(await asking).toEqual({ failed: 'stopped' });
  });

  it.each([
    'http://example.com/rpc',
    'http://127.0.0.1.example.com/',
    'http://10.0.0.1/',
    'https://user:secret@example.com/',
    'https://user@example.com/',
    'https://:secret@example.com/',
    'ftp://127.0.0.1/',
    'file:///etc/passwd',
    'not an address',
  ])('does not so much as try %s', async (url) => {
    expect(await postJsonOverHttp(10_000)(url, {}, never)).toEqual({ failed: 'address' });
  });

  it('says that nobody is there', async () => {
    const gone = await serveJson(() => undefined);
    await gone.close();
    expect(await postJsonOverHttp(10_000)(`${gone.url}/`, {}, never)).toEqual({ failed: 'unreachable' });
  });
});
