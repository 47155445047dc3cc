import { afterAll, beforeAll, expect, it } from 'vitest';
import { writeFileSync } from 'node:fs';
import { ReceiptReply, ReceiptsReply, type ReceiptSummary } from '../../schemas/receipt.ts';
import { RetrievalReply } from '../../schemas/retrieval.ts';
import { claimStatuses } from '../../src/claims/statuses.ts';
import { receiptsTable, turnsTable, unexplainedTable } from '../../src/cli/render/receipts.ts';
import { Terminal } from './terminal.ts';

let terminal: Terminal;
let token: string;
const app = () => ({ env: { MEMSYNC_TOKEN: token } });

beforeAll(async () => {
  terminal = new Terminal();
  await terminal.serve();
  token = String((await terminal.json(['init', '--yes', '--work-factor', '2'], { spawn: true })).value['token']);
});
afterAll(() => terminal.close());

async function answered(...options: string[]): Promise<string> {
  const { id } = RetrievalReply.parse((await terminal.json(['retrieve', 'Which nuts?'], app())).value);
  writeFileSync(terminal.path('answer.txt'), 'No hazelnuts.');
  const { value } = await terminal.json(['receipt', '--retrieval', id, '--output', terminal.path('answer.txt'), ...options], app());
  return ReceiptReply.parse(value).id;
}

it('shows a conversation turn by turn, in order, with who answered and how the route stands', async () => {
  await terminal.run(['remember', 'Allergic to hazelnuts'], app());
  const turn = (n: number) => answered('--thread', 'trip', '--turn', String(n), '--model', `model-${n}`, '--provider', 'a-provider');
  const ids = [await turn(1), await turn(2), await turn(3)];
  await answered('--model', 'other');
  const { stdout } = await terminal.run(['receipts', 'list', '--thread', 'trip']);
  expect(
    stdout
      .split('\n')
      .slice(1, 7)
      .map((line) => line.trim().split(/ {2,}/)),
  ).toEqual(ids.flatMap((id, i) => [[String(i + 1), 'just now', `model-${i + 1} (a-provider); route: asserted`], [id]]));
  const first = await terminal.run(['receipts', '--thread', 'trip', '--limit', '2']);
  expect(first.stdout).not.toContain(ids[0]);
  const cursor = /--cursor (rcp_[0-9a-f]{32})/.exec(first.stdout)?.[1] ?? '';
  expect((await terminal.run(['receipts', '--thread', 'trip', '--limit', '2', '--cursor', cursor])).stdout).toContain(ids[0]);
  const { value } = await terminal.json(['receipts', 'list', '--thread', 'trip']);
  expect(ReceiptsReply.parse(value).receipts.map(({ id, turn }) => [id, turn])).toEqual(ids.map((id, i) => [id, i + 1]).toReversed());
});

it('asks for receipts that are paid for and not explained, of which there are none yet', async () => {
  expect((await terminal.run(['receipts', '--paid-unexplained'])).stdout).toBe('No receipts.\n');
  expect((await terminal.json(['receipts', 'list', '--paid-unexplained'])).value).toEqual({ receipts: [], cursor: null });
});

const SUMMARY: ReceiptSummary = {
  id: `rcp_${'0'.repeat(32)}`,
  issuedAt: '2026-03-02T10:00:00.000Z',
  outputSha256: 'a'.repeat(64),
  model: 'a-model-whose-label-is-as-long-as-labels-may-be'.repeat(4),
  provider: 'some\u001b[31m provider with a long name',
  thread: 'trip',
  turn: 'a turn with a name of some length',
  app: null,
  claims: claimStatuses([
    { claim: 'payment', status: 'verified' },
    { claim: 'enclave', status: 'pending' },
    { claim: 'model', status: 'asserted' },
  ]),
  paidUnexplained: { claims: ['enclave', 'model'], since: '2026-03-02T10:00:00.000Z', lagSeconds: 7200 },
  rows: 3,
  addenda: 0,
  logIndex: 9,
};

it('keeps each table within its width, and what labels say in its cell', () => {
  const now = Date.parse('2026-03-02T13:00:00.000Z');
  const tables = [receiptsTable([SUMMARY], now), turnsTable([SUMMARY], now), unexplainedTable([SUMMARY])];
  for (const line of tables.join('\n').split('\n')) {
    expect(line.length, line).toBeLessThanOrEqual(80);
    expect(line).not.toContain('\u001b');
  }
  expect(tables[1]).toMatch(/route: absent/);
  expect(tables[2]).toMatch(/2 hours .*enclave pen/);
});
