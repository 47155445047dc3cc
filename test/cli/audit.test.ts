import Database from 'better-sqlite3';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Terminal } from './terminal.ts';

let terminal: Terminal;
let env: { MEMSYNC_TOKEN: string };
beforeAll(async () => {
  terminal = new Terminal();
  await terminal.serve();
  const { value } = await terminal.json(['init', '--yes', '--work-factor', '2']);
  env = { MEMSYNC_TOKEN: String(value['token']) };
});
afterAll(() => terminal.close());

async function receipt(): Promise<void> {
  const { value } = await terminal.json(['retrieve', 'row'], { env });
  writeFileSync(terminal.path('answer.txt'), 'An answer.');
  const argv = ['receipt', '--retrieval', String(value['id']), '--model', 'm', '--output', terminal.path('answer.txt')];
  expect((await terminal.json(argv, { env })).code).toBe(0);
}

const kept = () =>
  JSON.parse(readFileSync(terminal.path('home/audit.json'), 'utf8')) as {
    log: { size: number };
    chain: { state: string | null };
    receipts: { count: number };
  };

it('audits a vault with a history, and goes on from where it ended', async () => {
  const { value } = await terminal.json(['remember', 'A row about hazelnuts'], { env });
  const [{ id }] = value['memories'] as [{ id: string }];
  await terminal.json(['confirm', id, '--yes']);
  await receipt();
  await terminal.json(['jobs', 'run', 'log-heads']);
  const first = await terminal.json(['audit'], { spawn: true });
  expect(first).toMatchObject({
    code: 0,
    value: { clean: true, findings: [], receipts: { count: 1 }, heads: { count: 1 }, log: { others: 0 } },
  });
  expect(kept().receipts.count).toBe(1);
  await receipt();
  const { code, stdout, stderr } = await terminal.run(['audit']);
  expect({ code, stdout }).toMatchObject({ code: 0 });
  expect(stdout).toContain('receipts: 2.');
  expect(stdout).toContain('Not known:');
  expect(stdout).toContain('Nothing was found that does not hold.');
  expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
  expect(stderr).toContain('looking at the log');
  expect(kept().receipts.count).toBe(2);
});

it('says what was found, what it means and what to do; keeps it until it is begun anew, and ends with 1', async () => {
  await terminal.stop();
  const db = new Database(terminal.path('data/memsync.db'));
  const last = 'id = (SELECT max(id) FROM receipts)';
  const rows = db.prepare(`SELECT * FROM receipts WHERE ${last}`).all();
  db.exec(`DELETE FROM receipts WHERE ${last}`);
  db.close();
  await terminal.serve();
  const { code, stdout } = await terminal.run(['audit']);
  expect(code).toBe(1);
  expect(stdout).toMatch(
    /FOUND receipt_missing\n {2}2 receipts were there before; 1 are shown now\.\n {2}What it means: .*\n(?:.*\n)*? {2}What to do: /,
  );
  expect(stdout).toContain('warning entry_unexplained');
  expect(stdout).toContain('2 things found.');
  expect(rows).toHaveLength(1);
  const again = await terminal.json(['audit', '--again']);
  expect(again).toMatchObject({ code: 1, value: { clean: false, counts: { entry_unexplained: 1 } } });
  const [found] = again.value['findings'] as Record<string, unknown>[];
  expect(Object.keys(found ?? {})).toEqual(['code', 'severity', 'where', 'detail', 'means', 'remedy']);
});

/** Hands requests on to the service, and breaks the line at those for one path. */
async function passing(url: string, but: string): Promise<Server> {
  const server = createServer((request, response) => {
    if (request.url?.includes(but) === true) request.socket.destroy();
    else void handOn(url, request, response);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return server;
}

async function handOn(url: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { authorization = '' } = request.headers;
  const reply = await fetch(`${url}${request.url ?? ''}`, { headers: { authorization } });
  response.writeHead(reply.status, { 'content-type': reply.headers.get('content-type') ?? '' });
  response.end(Buffer.from(await reply.arrayBuffer()));
}

it('keeps how far it has come where the service goes away in the middle', async () => {
  const { value } = await terminal.json(['remember', ...['walk', 'swim', 'run'].map((word) => `I ${word}`)], { env });
  expect(value['memories']).toHaveLength(3);
  const url = String(terminal.environment['MEMSYNC_URL']);
  const dying = await passing(url, '/heads');
  const { port } = dying.address() as AddressInfo;
  const through = { MEMSYNC_URL: `http://127.0.0.1:${port}` };
  expect(await terminal.json(['audit', '--again'], { env: through })).toMatchObject({ code: 3 });
  const { log, chain, receipts } = kept();
  expect([log.size > 0, chain.state === null, receipts.count]).toEqual([true, false, 0]);
  expect((await terminal.json(['audit'])).value).toMatchObject({ counts: { entry_unexplained: 1 }, receipts: { count: 1 } });
  dying.closeAllConnections();
  await new Promise((resolve) => dying.close(resolve));
});

it('begins anew on what does not read, and needs the service and an owner’s folder', async () => {
  writeFileSync(terminal.path('home/audit.json'), '{"format":7}');
  expect((await terminal.json(['audit'])).value).toMatchObject({ counts: { entry_unexplained: 1 }, receipts: { count: 1 } });
  expect(await terminal.json(['audit'], { env: { MEMSYNC_HOME: terminal.path('nobody') } })).toMatchObject({ code: 4 });
  await terminal.stop();
  expect(await terminal.json(['audit'])).toMatchObject({ code: 3, value: { code: 'service_unreachable' } });
});
