import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { base64, hex } from '../../src/core/bytes.ts';
import { systemRandom } from '../../src/core/random.ts';
import { Redacted } from '../../src/core/redacted.ts';
import { sealBox } from '../../src/crypto/box.ts';
import { collectionKey, wrapRowKey } from '../../src/crypto/collection-key.ts';
import { deriveOwnerKeys } from '../../src/crypto/root.ts';
import { sha256 } from '../../src/crypto/sha256.ts';
import { grantBoxKey, parseToken } from '../../src/crypto/token.ts';
import { issueReceipt } from '../../src/app/issue-receipt.ts';
import { list } from '../../src/app/list.ts';
import { remember } from '../../src/app/remember.ts';
import { retrieve } from '../../src/app/retrieve.ts';
import { makeOwnerRow } from '../../src/sdk/owner-version.ts';
import type { TestOwner } from '../support/owner.ts';
import { inOneCommit } from '../support/one-commit.ts';
import { rotate, rotationParts, type RotationParts } from '../support/rotate.ts';
import { World } from '../support/world.ts';

let world: World;
let owner: TestOwner;
let app: string;
let other: string;

beforeEach(async () => {
  world = await World.open();
  owner = await world.owner();
  app = await owner.grant();
  other = await owner.grant();
});
afterEach(() => world.close());

const idOf = (token: string): string => parseToken(token).grantId;
const say = (text: string, token = app) => remember(world.services, token, { memories: [{ text }] }, null);
const revoke = (token: string) => owner.post('revoked', { grant: idOf(token) });
const openVault = () => world.services.vaults.open.get(owner.vault);

describe('an app that is cut off', () => {
  it.each<[string, () => Promise<unknown>]>([
    ['revoked', () => revoke(app)],
    ['left out of a rotation', () => rotate(owner, { revoke: [idOf(app)] })],
  ])('by being %s gets no answer to what was queued behind it in the same commit', async (_, cut) => {
    await say('Plays the cello');
    const { id } = await retrieve(world.services, app, { query: 'cello' });
    const { commits } = world.services.writer.counts;
    const outcomes = await inOneCommit(world.services, [
      cut,
      () => retrieve(world.services, app, { query: 'cello' }),
      () => say('Said too late'),
      () => issueReceipt(world.services, app, { retrievalId: id, model: { label: 'm' }, output: { text: 'x' } }, null),
      () => retrieve(world.services, other, { query: 'cello' }),
    ]);
    const codes = outcomes.map((one) => (one.status === 'rejected' ? (one.reason as { code: string }).code : 'done'));
    expect(codes).toEqual(['done', 'grant_revoked', 'grant_revoked', 'grant_revoked', 'done']);
    expect(world.services.writer.counts.commits - commits).toBeLessThanOrEqual(3);
    expect((await list(world.services, other, {})).memories.map(({ text }) => text)).toEqual(['Plays the cello']);
  });

  it('takes its keys along: with the last grant none are left, and their bytes are zero', async () => {
    await say('Plays the cello');
    const vault = openVault();
    const held = (vault?.keys.collections() ?? []).flatMap((collection) => vault?.keys.all(collection) ?? []);
    const bytes = held.flatMap(({ key, fingerprintKey }) => [key.reveal(), fingerprintKey.reveal()]);
    expect(bytes).toHaveLength(4);
    expect(bytes.every((one) => one.some((byte) => byte !== 0))).toBe(true);
    await revoke(app);
    expect(vault?.keys.collections()).toEqual([]);
    expect([vault?.rows.size, vault?.grants.size]).toEqual([0, 0]);
    expect(bytes.every((one) => one.length === 32 && one.every((byte) => byte === 0))).toBe(true);
    // Whoever is left opens it again.
    expect((await list(world.services, other, {})).memories).toHaveLength(1);
  });

  it('takes them along in a rotation, too', async () => {
    await say('Plays the cello');
    const vault = openVault();
    const held = vault?.keys.all(owner.key('default').name.collection)[0]?.key.reveal();
    await rotate(owner, { revoke: [idOf(app)] });
    expect(vault?.keys.collections()).toEqual([]);
    expect(held).toEqual(new Uint8Array(32));
  });

  it('leaves the keys that another open grant has', async () => {
    await say('Plays the cello');
    await list(world.services, other, {});
    await revoke(app);
    expect(openVault()?.keys.collections()).toHaveLength(2);
    expect(openVault()?.rows.size).toBe(1);
  });

  it('stays cut off over a restart, its boxes gone from the disk', async () => {
    await say('Plays the cello');
    await rotate(owner, { revoke: [idOf(app)] });
    await world.restart();
    await expect(list(world.services, app, {})).rejects.toMatchObject({ code: 'grant_revoked' });
    expect(await world.services.store.boxes(owner.vault, idOf(app))).toEqual([]);
    expect((await world.services.store.boxes(owner.vault, idOf(other))).map(({ epoch }) => epoch).toSorted((a, b) => a - b)).toEqual([
      1, 1, 2, 2,
    ]);
  });
});

describe('a rotation', () => {
  const refuse = async (code: string, bend: (parts: RotationParts) => { body?: unknown; boxes?: string[] }): Promise<void> => {
    const parts = rotationParts(owner, { revoke: [idOf(app)] });
    const bent = bend(parts);
    const head = await world.services.store.head(owner.vault);
    await expect(owner.post('rotated', bent.body ?? parts.body, { boxes: bent.boxes ?? [...parts.boxes] })).rejects.toMatchObject({ code });
    expect(await world.services.store.head(owner.vault)).toEqual(head);
  };

  it('that leaves out a grant in force is refused', async () => {
    await refuse('box_mismatch', ({ body, boxes }) => ({ body: { ...body, grants: [] }, boxes: boxes.slice(0, 2) }));
    await refuse('box_mismatch', ({ body, boxes }) => ({
      body: { ...body, grants: body.grants.map((one) => ({ ...one, boxes: one.boxes.slice(0, 1) })) },
      boxes: boxes.slice(0, 3),
    }));
  });

  it('that gives a key to whom it cuts off, or to nobody, is refused', async () => {
    const extra = (grant: string) => (parts: RotationParts) => {
      const signed = parts.body.grants[0]?.boxes ?? [];
      const body = { ...parts.body, grants: [...parts.body.grants, { grant, boxes: signed }] };
      return { body, boxes: [...parts.boxes, ...parts.boxes.slice(2, 4)] };
    };
    await refuse('box_mismatch', extra(idOf(app)));
    await refuse('batch_conflict', extra(`grt_${'0'.repeat(32)}`));
    await refuse('batch_conflict', extra(idOf(other)));
    const third = await owner.grant();
    await revoke(third);
    owner.revoked.add(idOf(third));
    await refuse('box_mismatch', extra(idOf(third)));
  });

  it('with boxes that are not those whose hashes were signed is refused', async () => {
    await refuse('box_mismatch', ({ boxes }) => ({ boxes: boxes.toReversed() }));
    await refuse('box_mismatch', ({ boxes }) => ({ boxes: boxes.slice(1) }));
    await refuse('box_mismatch', ({ boxes }) => ({ boxes: [...boxes, boxes[0] ?? ''] }));
  });

  it('that commits a grant to another key than the owner’s own copy is refused', async () => {
    await refuse('box_mismatch', ({ body, boxes }) => {
      const stranger = hex(systemRandom.bytes(32));
      const grants = body.grants.map((one) => ({ ...one, boxes: one.boxes.map((box) => ({ ...box, keyCommitment: stranger })) }));
      return { body: { ...body, grants }, boxes: [...boxes] };
    });
  });

  it('that skips an epoch, repeats one, or names a collection twice or one that there is not, is refused', async () => {
    const moved = <T extends { readonly epoch: number }>(change: number) => {
      return (one: T): T => ({ ...one, epoch: one.epoch + change });
    };
    const epoch = (change: number) => (parts: RotationParts) => ({
      body: {
        ...parts.body,
        collections: parts.body.collections.map(moved(change)),
        grants: parts.body.grants.map((one) => ({ ...one, boxes: one.boxes.map(moved(change)) })),
      },
    });
    await refuse('box_mismatch', epoch(1));
    await refuse('event_malformed', epoch(-1));
    await refuse('batch_conflict', ({ body }) => ({ body: { ...body, collections: [...body.collections, ...body.collections] } }));
    await refuse('box_mismatch', ({ body }) => ({
      body: { ...body, collections: body.collections.map((one, i) => ({ ...one, collection: `col_${String(i).repeat(32)}` })) },
    }));
    await rotate(owner);
    const { body, boxes } = rotationParts(owner);
    const collections = body.collections.map(moved(-1));
    const grants = body.grants.map((one) => ({ ...one, boxes: one.boxes.map(moved(-1)) }));
    const again = { ...body, collections, grants };
    await expect(owner.post('rotated', again, { boxes: [...boxes] })).rejects.toMatchObject({ code: 'box_mismatch' });
  });

  it('that gives a grant one box twice is refused, and whoever is in the same commit is served', async () => {
    const { body, boxes } = rotationParts(owner);
    const [first, ...rest] = body.grants;
    const twice = { ...body, grants: first === undefined ? [] : [{ ...first, boxes: [...first.boxes, ...first.boxes] }, ...rest] };
    const own = body.collections.length;
    const sent = [...boxes.slice(0, own), ...boxes.slice(own, own + (first?.boxes.length ?? 0)), ...boxes.slice(own)];
    const stranger = await world.owner();
    const theirs = await stranger.grant();
    const [refused, said] = await inOneCommit(world.services, [
      () => owner.post('rotated', twice, { boxes: sent }),
      () => say('Plays chess', theirs),
    ]);
    expect(refused).toMatchObject({ status: 'rejected', reason: { code: 'box_mismatch' } });
    expect(said?.status).toBe('fulfilled');
    expect(world.services.writer.counts.failures).toBe(0);
  });

  it('that cuts off a grant that was never given is refused', async () => {
    await refuse('batch_conflict', ({ body }) => ({ body: { ...body, revoked: [`grt_${'0'.repeat(32)}`] } }));
  });

  it('whose box holds another key than the one committed to opens for nobody', async () => {
    const parts = rotationParts(owner);
    const { boxKey } = owner.grants[0] ?? expect.fail();
    const wrong = sealBox(Buffer.from(boxKey, 'hex'), new Redacted(systemRandom.bytes(32)));
    const [first] = parts.body.grants;
    const signed = first?.boxes[0];
    if (signed === undefined) throw new Error('a box');
    signed.boxSha256 = hex(sha256(wrong));
    await owner.post('rotated', parts.body, { boxes: parts.boxes.map((box, i) => (i === 2 ? base64(wrong) : box)) });
    await expect(list(world.services, app, {})).rejects.toMatchObject({ code: 'box_mismatch' });
    expect((await list(world.services, other, {})).memories).toEqual([]);
  });

  it('whose chain does not lead to the key before opens for nobody', async () => {
    await say('Plays the cello');
    const parts = rotationParts(owner);
    for (const one of parts.body.collections) one.sealedPrevious = base64(systemRandom.bytes(72));
    await owner.post('rotated', parts.body, { boxes: [...parts.boxes] });
    await expect(list(world.services, app, {})).rejects.toMatchObject({ code: 'box_mismatch' });
  });

  it('is the end of the key before: a row that the owner seals under it is refused', async () => {
    const old = owner.key('default');
    await rotate(owner);
    const made = makeOwnerRow(old, { text: 'Sealed under the old key' }, [], [], world.clock.now(), systemRandom);
    await expect(owner.post('remembered', made.act.body, made.beside)).rejects.toMatchObject({ code: 'collection_unknown' });
    owner.collections.set('default', old);
    const { body, boxes } = owner.grantParts();
    await expect(owner.post('granted', body, { boxes })).rejects.toMatchObject({ code: 'box_mismatch' });
  });
});

describe('a change of the owner key', () => {
  const next = () => deriveOwnerKeys(new Redacted(owner.root.reveal()), 1);
  const bodyOf = (keys: ReturnType<typeof next>) => ({ ownerKey: hex(keys.signing.publicKey), nextKeyHash: hex(keys.nextKeyHash) });

  it('counts when the key that was committed to signs it, and from then on for every event', async () => {
    const keys = next();
    await owner.send(owner.signAs(keys, 'owner_rotated', bodyOf(keys)));
    await expect(revoke(app)).rejects.toMatchObject({ code: 'event_signature_invalid' });
    await owner.send(owner.signAs(keys, 'revoked', { grant: idOf(app) }));
    await world.restart();
    await expect(list(world.services, app, {})).rejects.toMatchObject({ code: 'grant_revoked' });
  });

  it('is refused with a key that was not committed to, or signed by the key before', async () => {
    const stranger = deriveOwnerKeys(new Redacted(systemRandom.bytes(32)));
    const refused = { code: 'event_signature_invalid' };
    await expect(owner.send(owner.signAs(stranger, 'owner_rotated', bodyOf(stranger)))).rejects.toMatchObject(refused);
    await expect(owner.send(owner.signAs(owner.keys, 'owner_rotated', bodyOf(stranger)))).rejects.toMatchObject(refused);
    await expect(owner.send(owner.signAs(owner.keys, 'owner_rotated', bodyOf(next())))).rejects.toMatchObject(refused);
    await expect(owner.send(owner.signAs(next(), 'revoked', { grant: idOf(app) }))).rejects.toMatchObject(refused);
  });
});

describe('what somebody does to the file', () => {
  it('a row whose key was wrapped anew with another key does not open; the others do', async () => {
    const { memories } = await say('Plays the cello');
    await say('Has two cats');
    const row = memories[0]?.id ?? '';
    const name = { vault: owner.vault, collection: owner.key('default').name.collection, epoch: 2 };
    const own = collectionKey(name, new Redacted(systemRandom.bytes(32)));
    const wrapped = wrapRowKey(own, row, 1, new Redacted(systemRandom.bytes(32)), systemRandom);
    await world.restart(() => {
      const db = new Database(world.database);
      db.prepare('UPDATE versions SET wrapped_key = ?, wrap_epoch = ? WHERE row_id = ?').run(wrapped, 2, Buffer.from(row.slice(4), 'hex'));
      db.close();
    });
    expect((await list(world.services, app, {})).memories.map(({ text }) => text)).toEqual(['Has two cats']);
    expect(openVault()?.damaged).toEqual(new Map([[row, 'row_unopenable']]));
  });

  it('a grant of another vault, with its owner’s signature and boxes, is none here', async () => {
    const stranger = await world.owner();
    const { body, boxes } = stranger.grantParts();
    const signed = stranger.next('granted', body);
    await expect(world.owner().then((one) => one.door.post(owner.vault, { event: signed.envelope, boxes }))).rejects.toMatchObject({
      code: 'event_vault_mismatch',
    });
    // Nor do its boxes open anything when the file says that they are a grant’s here.
    await say('Plays the cello');
    const box = sealBox(grantBoxKey(parseToken(app)).publicKey, new Redacted(systemRandom.bytes(32)));
    await world.restart(() => {
      const db = new Database(world.database);
      db.prepare('UPDATE boxes SET box = ? WHERE grant_id = ?').run(box, Buffer.from(idOf(app).slice(4), 'hex'));
      db.close();
    });
    await expect(list(world.services, app, {})).rejects.toMatchObject({ code: 'box_mismatch' });
  });
});
