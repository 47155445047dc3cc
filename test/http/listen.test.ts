import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, it } from 'vitest';
import { listen } from '../../src/http/listen.ts';

it('a request that does not end within the deadline is cut off', async () => {
  const arrived = Promise.withResolvers<void>();
  const server = await listen(() => arrived.resolve(), '127.0.0.1', 0);
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
  const closed = once(socket, 'close');
  socket.on('error', () => undefined).resume();
  socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
  await arrived.promise;
  await server.close(10);
  await closed;
  expect(socket.destroyed).toBe(true);
});

it('a request in flight is answered, its connection closed, and new ones find nobody', async () => {
  const finish = Promise.withResolvers<void>();
  const arrived = Promise.withResolvers<void>();
  const server = await listen(
    (_request, response) => {
      arrived.resolve();
      void finish.promise.then(() => response.end('answered'));
    },
    '127.0.0.1',
    0,
  );
  const answer = fetch(server.url);
  await arrived.promise;
  const closed = server.close(60_000);
  await expect(fetch(server.url)).rejects.toThrow('fetch failed');
  finish.resolve();
  expect(await (await answer).text()).toBe('answered');
  await closed;
});

it('an address that is taken is a matter of configuration', async () => {
  const server = await listen((_request, response) => response.end(), '127.0.0.1', 0);
  await expect(listen(() => undefined, '127.0.0.1', Number(new URL(server.url).port))).rejects.toMatchObject({ code: 'config_invalid' });
  await expect(listen(() => undefined, '192.0.2.1', 0)).rejects.toMatchObject({ code: 'config_invalid' });
  await server.close(0);
});

it('an IPv6 address is written as a URL has it', async () => {
  const server = await listen((_request, response) => response.end('six'), '::1', 0).catch(() => null);
  if (server === null) {
    console.warn('This machine has no IPv6 loopback: not tested.');
    expect(server).toBeNull();
    return;
  }
  expect(server.url).toMatch(/^http:\/\/\[::1\]:\d+$/);
  expect(await (await fetch(server.url)).text()).toBe('six');
  await server.close(0);
});
