import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Memory } from '../../schemas/memory.ts';
import type { Envelope, OwnerSubmission } from '../../schemas/owner-event.ts';
import type { ErrorCode } from '../../src/core/errors.ts';
import { base64, hex } from '../../src/core/bytes.ts';
import { sealRow } from '../../src/crypto/row-seal.ts';
import { systemRandom } from '../../src/core/random.ts';
import { makeId } from '../../src/core/ids.ts';
import { payloadHash } from '../../src/memory/event.ts';
import type { TestOwner } from '../support/owner.ts';
import { Refused, Site } from '../support/site.ts';

let site: Site;
let owner: TestOwner;
let other: TestOwner;
let app: string;
let rows: Memory[];

beforeAll(async () => {
  site = await Site.open();
  owner = await site.owner();
  other = await site.owner();
  app = await owner.grant();
  await other.grant();
});
beforeEach(async () => {
  rows = [
    await site.remember(app, `A fact ${hex(systemRandom.bytes(4))}`),
    await site.remember(app, `A fact ${hex(systemRandom.bytes(4))}`),
  ];
});
afterAll(() => site.close());

const send = (submission: unknown, vault = owner.vault) =>
  site.api.post(`/v1/vaults/${vault}/events`).type('json').send(JSON.stringify(submission));
const refused = (code: ErrorCode, submission: OwnerSubmission | object, vault?: string) =>
  site.refuses(code, () => send(submission, vault));
const revocation = { grant: 'grt_'.padEnd(36, '0') };
const first = (): Memory => rows[0] ?? ({} as Memory);

function confirmation(...named: Memory[]): { body: object; leaves: OwnerSubmission['leaves'] } {
  const leaves = named.map((row) => owner.leaf(row));
  return { body: owner.validatedBody(leaves), leaves };
}

describe('a replayed owner event', () => {
  it('counts once', async () => {
    const { body, leaves } = confirmation(first());
    const signed = owner.next('validated', body);
    await owner.send(signed, { leaves });
    const { context } = await refused('event_replayed', { event: signed.envelope, leaves });
    expect(context).toEqual({ ownerSeq: owner.ownerSeq, ownerHead: owner.ownerPrev });
    await owner.retract(rows[1] ?? first());
    await refused('event_replayed', { event: signed.envelope, leaves });
  });

  it('counts in no other vault, however it is dressed', async () => {
    const { body, leaves } = confirmation(first());
    await refused('event_vault_mismatch', { event: owner.next('validated', body).envelope, leaves }, other.vault);
    const bent = { vault: other.vault, ownerSeq: other.ownerSeq + 1, ownerPrev: other.ownerPrev, seenHead: other.head };
    await refused('event_signature_invalid', { event: owner.next('validated', body, bent).envelope, leaves }, other.vault);
    await refused('vault_unknown', { event: owner.next('validated', body).envelope, leaves }, 'a'.repeat(64));
  });

  it('counts in no other epoch', async () => {
    const { body, boxes } = owner.grantParts();
    const [box, ...more] = body['boxes'] as { epoch: number }[];
    await refused('box_mismatch', { event: owner.next('granted', { ...body, boxes: [{ ...box, epoch: 2 }, ...more] }).envelope, boxes });
    const key = owner.key('default');
    const name = { row: makeId('memory', 0, systemRandom), version: 1 };
    const { sealed, commitment } = sealRow(key, name, new Uint8Array(8), 'x', systemRandom);
    const made = { ...name, collection: key.name.collection, epoch: 2, commitment: hex(commitment), content: 'a'.repeat(64) };
    const beside = { header: base64(sealed.header), text: base64(sealed.text), wrappedKey: base64(sealed.wrappedKey) };
    await refused('collection_unknown', { event: owner.next('remembered', made).envelope, sealed: [beside] });
  });

  it('makes no vault twice', async () => {
    const genesis = other.sign({
      vault: null,
      eventId: makeId('event', site.world.clock.now(), systemRandom),
      ownerSeq: 0,
      ownerPrev: null,
      seenHead: null,
      kind: 'genesis',
      body: { format: 1, ownerKey: hex(other.keys.signing.publicKey), boxKey: hex(other.keys.box.publicKey), nextKeyHash: 'a'.repeat(64) },
      signedAt: site.world.clock.now(),
    });
    const create = (request: object) => site.api.post('/v1/vaults').send(request);
    const bad = { ...genesis.envelope, signatures: [{ keyid: 'owner', sig: base64(new Uint8Array(64)) }] };
    await site.refuses('event_signature_invalid', () => create({ genesis: bad }));
    const event = other.next('revoked', revocation, { vault: payloadHash(genesis.payload) }).envelope;
    await site.refuses('owner_chain_conflict', () => create({ genesis: genesis.envelope, events: [{ event }] }));
    expect((await create({ genesis: genesis.envelope })).status).toBe(201);
    await site.refuses('vault_exists', () => create({ genesis: genesis.envelope }));
  });
});

describe('the owner’s chain', () => {
  it('goes on from its head alone, and says where that is', async () => {
    const stale = { ownerPrev: owner.ownerPrev, ownerSeq: owner.ownerSeq + 1 };
    await owner.confirm(first());
    const { body, leaves } = confirmation(rows[1] ?? first());
    for (const bend of [stale, { ownerPrev: stale.ownerPrev }, { ownerSeq: owner.ownerSeq + 2 }, { ownerSeq: owner.ownerSeq }]) {
      const { context } = await refused('owner_chain_conflict', { event: owner.next('validated', body, bend).envelope, leaves });
      expect(context).toEqual({ ownerSeq: owner.ownerSeq, ownerHead: owner.ownerPrev });
    }
  });

  it('names heads that this ledger had', async () => {
    const { body, leaves } = confirmation(first());
    const heads = [
      { seq: owner.head.seq, hash: other.head.hash },
      other.head,
      { seq: 1_000_000, hash: owner.head.hash },
      { seq: 0, hash: 'a'.repeat(64) },
    ];
    for (const seenHead of heads)
      await refused('seen_head_unknown', { event: owner.next('validated', body, { seenHead }).envelope, leaves });
  });
});

describe('a signature', () => {
  const withSignature = (envelope: Envelope, sig: Uint8Array): Envelope => ({
    ...envelope,
    signatures: [{ keyid: 'owner', sig: base64(sig) }],
  });

  it('that does not hold lets nothing in', async () => {
    const { body, leaves } = confirmation(first());
    const { envelope, payload } = owner.next('validated', body);
    const sig = Buffer.from(envelope.signatures[0]?.sig ?? '', 'base64');
    const flipped = Uint8Array.from(sig, (byte, i) => (i === 40 ? byte ^ 1 : byte));
    for (const bad of [flipped, new Uint8Array(64), sig.toReversed()]) {
      await refused('event_signature_invalid', { event: withSignature(envelope, bad), leaves });
    }
    const anothers = owner.sign(JSON.parse(Buffer.from(payload).toString('utf8')), other.keys);
    await refused('event_signature_invalid', { event: anothers.envelope, leaves });
    const later = base64(Buffer.from(Buffer.from(payload).toString('utf8').replace('"ownerSeq":', '"ownerSeq":1')));
    await refused('event_signature_invalid', { event: { ...envelope, payload: later }, leaves });
  });

  it('is not replaced by any token', async () => {
    const device = await owner.device();
    const { body, leaves } = confirmation(first());
    const unsigned = withSignature(owner.next('validated', body).envelope, new Uint8Array(64));
    await site.refuses('event_signature_invalid', () =>
      site.as(device).post(`/v1/vaults/${owner.vault}/events`).send({ event: unsigned, leaves }),
    );
  });

  it('stands alone, over the right type', async () => {
    const { body, leaves } = confirmation(first());
    const { envelope } = owner.next('validated', body);
    await refused('event_malformed', { event: { ...envelope, payloadType: 'application/vnd.in-toto+json' }, leaves });
    await refused('input_invalid', { event: { ...envelope, signatures: [...envelope.signatures, ...envelope.signatures] }, leaves });
    await refused('input_invalid', { event: { ...envelope, signatures: [] }, leaves });
    await refused('input_invalid', { event: { ...envelope, note: 'x' }, leaves });
  });
});

describe('a payload', () => {
  const signedText = (text: string): Envelope => {
    const bytes = Buffer.from(text);
    const { payloadType, signatures } = owner.next('revoked', revocation).envelope;
    return { payloadType, payload: base64(bytes), signatures };
  };

  it.each([
    ['white space', (text: string) => ` ${text}`],
    ['a key twice', (text: string) => text.replace('{', '{"kind":"revoked",')],
    ['a float', (text: string) => text.replace(/"ownerSeq":(\d+)/, '"ownerSeq":$1.5')],
    ['a number spelt otherwise', (text: string) => text.replace(/"ownerSeq":(\d+)/, '"ownerSeq":$1.0')],
    ['an unknown field', (text: string) => text.replace(/\}$/, ',"z":1}')],
    ['an unknown kind', (text: string) => text.replace('"revoked"', '"promoted"')],
    ['a lone surrogate', (text: string) => text.replace('"revoked"', String.raw`"\ud800"`)],
    ['its end missing', (text: string) => text.slice(0, -1)],
  ])('with %s is no owner event', async (_what, bend) => {
    const text = Buffer.from(owner.next('revoked', revocation).payload).toString('utf8');
    expect(bend(text)).not.toBe(text);
    await refused('event_malformed', { event: signedText(bend(text)) });
  });

  it('that is not UTF-8, or not base64, is none either', async () => {
    const { envelope } = owner.next('revoked', revocation);
    await refused('event_malformed', { event: { ...envelope, payload: base64(Uint8Array.of(0x22, 0xff, 0x22)) } });
    await refused('input_invalid', { event: { ...envelope, payload: `${envelope.payload.slice(0, -2)}!!` } });
  });
});

describe('what travels beside an event', () => {
  it('is the boxes that were signed, in their order', async () => {
    await owner.addCollection('work');
    const { body, boxes } = owner.grantParts({ collections: ['default', 'work'] });
    const event = owner.next('granted', body).envelope;
    expect(boxes).toHaveLength(3);
    for (const bad of [boxes.toReversed(), boxes.slice(1), [...boxes, ...boxes.slice(0, 1)], []])
      await refused('box_mismatch', { event, boxes: bad });
    await refused('box_mismatch', { event });
    const anothers = owner.grantParts({ collections: ['default', 'work'] }).boxes;
    await refused('box_mismatch', { event, boxes: anothers });
  });

  it('is the leaves under the signed root', async () => {
    const { body, leaves = [] } = confirmation(...rows);
    const event = owner.next('validated', body).envelope;
    const others = rows.map((row) => owner.leaf(row, 1));
    for (const bad of [leaves.toReversed(), leaves.slice(1), [], others]) await refused('event_malformed', { event, leaves: bad });
    await refused('event_malformed', { event, leaves, boxes: [] });
    const twice = confirmation(first(), first());
    await refused('batch_conflict', { event: owner.next('validated', twice.body).envelope, leaves: twice.leaves });
  });

  it('is the sealed row that was signed', async () => {
    const key = owner.key('default');
    const name = { row: makeId('memory', 0, systemRandom), version: 1 };
    const { sealed, commitment } = sealRow(key, name, new Uint8Array(8), 'x', systemRandom);
    const made = { ...name, collection: key.name.collection, epoch: 1, commitment: hex(commitment), content: 'a'.repeat(64) };
    const beside = { header: base64(sealed.header), text: base64(sealed.text), wrappedKey: base64(sealed.wrappedKey) };
    const event = owner.next('remembered', made).envelope;
    await refused('commitment_mismatch', { event, sealed: [beside] });
    await refused('commitment_mismatch', { event });
  });
});

describe('what an event names', () => {
  it('must be as it was when it was signed', async () => {
    const row = first();
    const { body, leaves } = confirmation(row);
    const edited = await site.as(app).patch(`/v1/memories/${row.id}`).send({ text: 'Something else' });
    const { context } = await refused('version_changed', { event: owner.next('validated', body).envelope, leaves });
    expect(context).toEqual({ row: row.id, version: 2, commitment: edited.body.memory.commitment });
    const forged = confirmation({ ...row, version: 2 });
    await refused('version_changed', { event: owner.next('validated', forged.body).envelope, leaves: forged.leaves });
  });

  it('must be there, and live', async () => {
    const nowhere = confirmation({ ...first(), id: 'mem_'.padEnd(36, '0') });
    await refused('version_changed', { event: owner.next('validated', nowhere.body).envelope, leaves: nowhere.leaves });
    await owner.retract(first());
    const gone = confirmation(first());
    await refused('row_not_live', { event: owner.next('validated', gone.body).envelope, leaves: gone.leaves });
    await refused('batch_conflict', { event: owner.next('revoked', revocation).envelope });
  });

  it('may not be a grant of another vault: a token names its grant alone', async () => {
    const { body, boxes } = owner.grantParts();
    const grant = `grt_${(await other.grant()).slice(4, 36)}`;
    await refused('batch_conflict', { event: owner.next('granted', { ...body, grant }).envelope, boxes });
  });
});

describe('a vault', () => {
  it.each([
    ['forwarded', 'for=10.0.0.1'],
    ['x-forwarded-for', '10.0.0.1'],
    ['x-forwarded-port', '443'],
    ['x-client-ip', '10.0.0.1'],
    ['via', '1.1 proxy'],
    ['host', 'evil.example'],
    ['host', '127.0.0.1.evil.example:80'],
  ])('is not created for a request with %s: %s', async (name, value) => {
    await site.refuses('invite_required', () => site.api.post('/v1/vaults').set(name, value).send({}));
  });

  it('takes the owner’s events at the first try while apps append', async () => {
    const enough = new AbortController();
    const appends = Array.from({ length: 4 }, async (_, lane) => {
      for (let i = 0; !enough.signal.aborted; i++) await site.remember(app, `Lane ${lane} says ${i}`);
    });
    const outcomes: string[] = [];
    for (let i = 0; i < 20; i++) {
      await owner.confirm(first()).then(
        () => outcomes.push('done'),
        (error: unknown) => outcomes.push(error instanceof Refused ? error.message : 'broken'),
      );
    }
    enough.abort();
    await Promise.all(appends);
    expect(new Set(outcomes)).toEqual(new Set(['done']));
    expect(outcomes).toHaveLength(20);
  });
});
