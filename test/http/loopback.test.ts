import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { Site, type SiteOptions } from '../support/site.ts';

let site: Site;
afterEach(() => site.close());

const VAULT = 'ab'.repeat(32);
const open = async (options: SiteOptions): Promise<Site> => (site = await Site.open(options));

/** Both ways to a vault that is not there yet: creating one, and bringing one here. */
async function refused(): Promise<void> {
  const refusedAt = async (path: string): Promise<void> => {
    const { detail } = await site.refuses('invite_required', () => site.api.post(path).send({}));
    expect(detail).toContain('MEMSYNC_OPEN_VAULTS');
  };
  await refusedAt('/v1/vaults');
  await refusedAt(`/v1/vaults/${VAULT}/import`);
}

describe('a vault that is not there yet', () => {
  it.each(['127.0.0.1', '127.9.9.9', 'localhost', '::1'])('is opened from this machine where the service listens at %s', async (host) => {
    await open({ host });
    // Let in, and found to be no such request.
    await site.refuses('input_invalid', () => site.api.post('/v1/vaults').send({}));
    await site.refuses('input_invalid', () => site.api.post(`/v1/vaults/${VAULT}/import`).send({}));
  });

  it.each(['0.0.0.0', '::', '10.0.0.1', 'memory.example'])('is not where it listens at %s, not even from this machine', async (host) => {
    await open({ host });
    await refused();
  });

  it('is not where the operator says never, as behind a proxy on this machine', async () => {
    await open({ openVaults: 'never' });
    await refused();
  });

  it('is not for a request as old proxies send them, which name nobody they speak for', async () => {
    await open({});
    const { hostname, port, host } = new URL(site.url);
    const socket = connect(Number(port), hostname);
    let said = '';
    socket.on('data', (chunk: Buffer) => (said += chunk.toString()));
    socket.write(
      `POST /v1/vaults HTTP/1.0\r\nHost: ${host}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}`,
    );
    await once(socket, 'close');
    expect(said).toContain('"code":"invite_required"');
  });
});
