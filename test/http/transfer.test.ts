import { afterAll, beforeAll, expect, it } from 'vitest';
import { ExportReply } from '../../schemas/transfer.ts';
import { hex } from '../../src/core/bytes.ts';
import { systemRandom } from '../../src/core/random.ts';
import { signRequest } from '../../src/sdk/transfer/import-vault.ts';
import type { TestOwner } from '../support/owner.ts';
import { Site } from '../support/site.ts';
import { DAY } from '../support/world.ts';

let site: Site;
let owner: TestOwner;
let device: string;
beforeAll(async () => {
  site = await Site.open();
  owner = await site.owner();
  device = await owner.grant({ role: 'device', capabilities: ['list', 'retrieve', 'receipt', 'export'] });
});
afterAll(() => site.close());

const request = (bend: { readonly head?: { seq: number; hash: string }; readonly vault?: string } = {}) =>
  signRequest(
    { keys: () => owner.keys, clock: site.world.clock, random: systemRandom },
    bend.vault ?? owner.vault,
    bend.head ?? owner.head,
    0,
  );

const begin = (vault: string, body: object) => site.api.post(`/v1/vaults/${vault}/import`).send(body);

it('an export is for the owner’s own devices that may export, of their own vault', async () => {
  const path = `/v1/vaults/${owner.vault}/export`;
  const app = await owner.grant({ capabilities: ['list', 'export'] });
  await site.refuses('capability_missing', () => site.as(app).get(path));
  const plain = await owner.device();
  await site.refuses('capability_missing', () => site.as(plain).get(path));
  await site.refuses('vault_unknown', () => site.as(device).get(`/v1/vaults/${'0'.repeat(64)}/export`));
  await site.refuses('token_missing', () => site.api.get(path));
  await site.refuses('input_invalid', () => site.as(device).get(`${path}?cursor=nonsense`));
  await site.refuses('collection_unknown', () => site.as(device).get(`${path}?collection=nowhere`));
});

it('an export takes a device that opens every collection', async () => {
  await owner.addCollection('work');
  await site.refuses('scope_exceeded', () => site.as(device).get(`/v1/vaults/${owner.vault}/export`));
  device = await owner.grant({ role: 'device', capabilities: ['list', 'export'], collections: owner.rowCollections() });
  expect((await site.as(device).get(`/v1/vaults/${owner.vault}/export`)).status).toBe(200);
});

it('no page is larger than 6 MiB, however large the rows', async () => {
  const app = await owner.grant();
  for (const letter of ['\u0001', '犬', 'x'])
    for (let i = 0; i < 3; i += 1) await site.remember(app, `${i}${letter.repeat(512 * 1024 - 1)}`);
  let cursor: string | null = '';
  const seen: string[] = [];
  while (cursor !== null) {
    const response = await site.as(device).get(`/v1/vaults/${owner.vault}/export${cursor === '' ? '' : `?cursor=${cursor}`}`);
    expect(Buffer.byteLength(response.text)).toBeLessThan(6 * 1024 * 1024);
    const page = ExportReply.parse(JSON.parse(response.text));
    seen.push(...page.lines.flatMap((line) => (line.type === 'version' ? [line.row] : [])));
    ({ cursor } = page);
  }
  expect(new Set(seen).size).toBe(9);
  expect(seen).toHaveLength(9);
});

it('an import begins at the owner’s fresh word alone, and from this machine where the vault is not here', async () => {
  const { vault } = owner;
  const places = [owner.head];
  expect((await begin(vault, { request: request(), places })).body).toMatchObject({ outcome: 'present', import: null, shared: 1 });
  // What is here may be asked about from elsewhere by its owner; a vault that is not is brought from here.
  const far = await begin(vault, { request: request(), places }).set('x-forwarded-for', '203.0.113.1');
  expect(far.status).toBe(201);
  const unknown = 'ab'.repeat(32);
  await site.refuses('invite_required', () =>
    begin(unknown, { request: request({ vault: unknown }), places }).set('x-forwarded-for', '203.0.113.1'),
  );
  await site.refuses('event_vault_mismatch', () => begin(unknown, { request: request(), places }));
  const signed = request();
  await site.refuses('event_malformed', () => begin(vault, { request: { ...signed, payloadType: 'text/plain' }, places }));
  const other = await site.owner();
  const theirs = signRequest({ keys: () => other.keys, clock: site.world.clock, random: systemRandom }, vault, owner.head, 0);
  await site.refuses('event_signature_invalid', () => begin(vault, { request: theirs, places }));
  const [signature] = signed.signatures;
  const named = { ...theirs, signatures: [{ keyid: signature?.keyid ?? '', sig: theirs.signatures[0]?.sig ?? '' }] };
  await site.refuses('event_signature_invalid', () => begin(vault, { request: named, places }));
  site.world.clock.advance(DAY);
  await site.refuses('event_malformed', () => begin(vault, { request: signed, places }));
});

it('pieces and ends of no import are refused', async () => {
  const path = `/v1/vaults/${owner.vault}/import`;
  const about = {
    vault: owner.vault,
    head: owner.head,
    exportedAt: '2026-01-01T00:00:00.000Z',
    build: 'b',
    keys: 'k',
    collection: null,
    rows: 0,
  };
  const line = { type: 'erasure', seq: 1, doneAt: null };
  const id = hex(systemRandom.bytes(16));
  await site.refuses('transfer_unfinished', () => site.api.post(`${path}/lines`).send({ import: id, piece: 0, lines: [line] }));
  await site.refuses('transfer_unfinished', () => site.api.post(`${path}/end`).send({ import: id, about }));
  await site.refuses('input_invalid', () => site.api.post(`${path}/lines`).send({ import: id, piece: 0, lines: [{ type: 'nothing' }] }));
});

it('a digest is certified for a head that the vault has had', async () => {
  const path = `/v1/vaults/${owner.vault}/exports`;
  const facts = { sha256: 'cd'.repeat(32), bytes: 10, rows: 1, head: owner.head };
  const { status, body } = await site.as(device).post(path).send(facts);
  expect({ status, body }).toMatchObject({
    status: 201,
    body: { kind: 'export', certificate: { proof: expect.stringContaining('tlog-proof') as string } },
  });
  await site.refuses('head_not_reached', () =>
    site
      .as(device)
      .post(path)
      .send({ ...facts, head: { seq: owner.head.seq, hash: 'ef'.repeat(32) } }),
  );
  const plain = await owner.device();
  await site.refuses('capability_missing', () => site.as(plain).post(path).send(facts));
});
