import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LIMITS } from '../../schemas/limits.ts';
import { Site } from '../support/site.ts';

let site: Site;
let app: string;

beforeAll(async () => {
  site = await Site.open();
  app = await (await site.owner()).grant();
});
afterAll(() => site.close());

const item = (more: object): object => ({ memories: [{ text: 'Likes tea', ...more }] });

describe('bodies', () => {
  const post = (body: string, type = 'application/json') => site.as(app).post('/v1/memories').set('content-type', type).send(body);
  /** Sends bytes without saying how many there will be. */
  const stream = (bytes: Uint8Array) => {
    const body = new ReadableStream({
      start: (controller) => {
        controller.enqueue(bytes);
        controller.close();
      },
    });
    const headers = { authorization: `Bearer ${app}`, 'content-type': 'application/json' };
    return fetch(`${site.url}/v1/memories`, { method: 'POST', headers, body, duplex: 'half' });
  };
  const WHOLE = JSON.stringify(item({}));

  it.each([
    ['truncated', WHOLE.slice(0, -3)],
    ['empty', ''],
    ['two documents', `${WHOLE}${WHOLE}`],
    ['a trailing comma', '{"memories":[],}'],
    ['a byte order mark', `\ufeff${WHOLE}`],
    ['a key twice', '{"memories":[{"text":"a","text":"b"}]}'],
    ['a key twice, spelt in two ways', String.raw`{"memories":[{"text":"a","t\u0065xt":"b"}]}`],
    ['__proto__ twice', '{"memories":[{"text":"a","__proto__":{},"__proto__":{}}]}'],
    ['nested too deep', `${'['.repeat(65)}${']'.repeat(65)}`],
    ['nested beyond any stack', `${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}`],
    ['NaN', '{"memories":NaN}'],
  ])('that are %s are refused as JSON', async (_what, body) => {
    await site.refuses('json_invalid', () => post(body));
  });

  it('that are not UTF-8 are refused', async () => {
    const response = await stream(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]));
    expect([response.status, await response.json()]).toEqual([400, expect.objectContaining({ code: 'encoding_invalid' })]);
  });

  it('with brackets, colons and quotes in their strings are read as they are', async () => {
    const text = String.raw`{"a":[1,2]} \" \\" : [[[ \\`;
    expect((await site.remember(app, text)).text).toBe(text);
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'application/json; charset=latin1', 'application/jsonx', ''])(
    'of type %j are refused',
    async (type) => {
      await site.refuses('media_type_unsupported', () => post(WHOLE, type));
    },
  );

  it('that are compressed are refused', async () => {
    await site.refuses('media_type_unsupported', () =>
      site.as(app).post('/v1/memories').type('json').set('content-encoding', 'gzip').send(WHOLE),
    );
  });

  it('past the limit are refused, whether they say their length or not', async () => {
    const large = `{"memories":[{"text":"${'x'.repeat(LIMITS.bodyBytes)}"}]}`;
    await site.refuses('body_too_large', () => post(large));
    const response = await stream(Buffer.from(large));
    expect([response.status, await response.json()]).toEqual([413, expect.objectContaining({ code: 'body_too_large' })]);
  });

  it('of just the limit are read', async () => {
    const rows = Array.from({ length: 15 }, (_, i) => ({ text: `${i} ${'word '.repeat(100_000)}` }));
    const body = JSON.stringify({ memories: rows });
    const padded = `${body}${' '.repeat(LIMITS.bodyBytes - body.length)}`;
    expect(Buffer.byteLength(padded)).toBe(LIMITS.bodyBytes);
    expect((await post(padded)).status).toBe(201);
    await site.refuses('body_too_large', () => post(`${padded} `));
  });
});
