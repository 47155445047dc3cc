import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeId } from '../../src/core/ids.ts';
import { systemRandom } from '../../src/core/random.ts';
import { Redacted } from '../../src/core/redacted.ts';
import { encodeReviewerToken } from '../../src/crypto/reviewer-token.ts';
import { encodeToken } from '../../src/crypto/token.ts';
import { Site } from '../support/site.ts';

let site: Site;
beforeAll(async () => {
  site = await Site.open();
});
afterAll(() => site.close());

/** A request that promises a body and does not send it. */
function promise(path: string, token: string, method = 'POST'): Socket {
  const { hostname, port } = new URL(site.url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  const head = [`${method} ${path} HTTP/1.1`, 'host: x', `authorization: Bearer ${token}`, 'content-type: application/json'];
  socket.write([...head, 'content-length: 1000', '', ''].join('\r\n'));
  return socket;
}

const VAULT = 'ab'.repeat(32);
const ROW = `/v1/memories/mem_${'0'.repeat(32)}`;

it.each([
  ['POST', '/v1/memories'],
  ['PATCH', ROW],
  ['POST', `${ROW}/contest`],
  ['POST', `${ROW}/app-confirmation`],
  ['POST', '/v1/retrievals'],
  ['POST', '/v1/receipts'],
  ['POST', `/v1/receipts/rcp_${'0'.repeat(32)}/evidence`],
  ['POST', '/v1/cases'],
  ['POST', `/v1/cases/cse_${'0'.repeat(32)}/decision`],
  ['POST', `/v1/cases/cse_${'0'.repeat(32)}/handover`],
  ['POST', '/v1/imports'],
  ['POST', `/v1/vaults/${VAULT}/exports`],
])('%s %s does not read the body of somebody whom nobody has let in', async (method, path) => {
  const secret = new Redacted(systemRandom.bytes(32));
  const grant = encodeToken({ grantId: makeId('grant', 0, systemRandom), secret });
  const reviewer = encodeReviewerToken({ reviewer: makeId('reviewer', 0, systemRandom), secret });
  for (const token of [grant, reviewer]) {
    const socket = promise(path, token, method);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 401 [\s\S]*"code":"token_invalid"/);
    socket.destroy();
  }
});
