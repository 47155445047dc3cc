import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hex } from '../../src/core/bytes.ts';
import { deriveOwnerKeys } from '../../src/crypto/root.ts';
import { parseToken } from '../../src/crypto/token.ts';
import { systemRandom } from '../../src/core/random.ts';
import { FIRST_APP_GRANT } from '../../src/sdk/grant.ts';
import { OwnerState, publicKeysOf } from '../../src/sdk/owner-state.ts';
import { ownerEnvelope, signEvent } from '../../src/sdk/sign-event.ts';
import { Site } from '../support/site.ts';
import { Home } from './home.ts';

let site: Site;
let home: Home;

beforeAll(async () => {
  site = await Site.open();
});
afterAll(() => site.close());
beforeEach(async () => {
  home = await Home.make(site);
});

const app = (): string => parseToken(home.vault.appToken).grantId;
const say = (text: string, client = home.app) => client.remember({ memories: [{ text }] });

/** Another app, with a grant on `default`. */
async function another(label = 'other') {
  const { token, grant } = await home.owner().grant({ ...FIRST_APP_GRANT, label }, ['default']);
  return { token, grant, client: home.client(token) };
}

describe('a rotation', () => {
  it('cuts an app off and gives every remaining grant the new keys, in one event', async () => {
    await say('Plays the cello');
    const other = await another();
    const before = home.state.head.seq;
    const { made, reply } = await home.owner().rotate({ revoke: [app()] });
    expect(reply.seq).toBe(before + 1);
    expect(made.act.body.collections.map(({ epoch }) => epoch)).toEqual([2, 2]);
    expect(made.act.body.grants.map(({ grant, boxes }) => [grant, boxes.length])).toEqual([
      [parseToken(home.token).grantId, 2],
      [other.grant, 2],
    ]);
    await expect(home.app.list()).rejects.toMatchObject({ code: 'grant_revoked' });
    await say('Has two cats', other.client);
    expect((await other.client.list()).memories.map(({ text }) => text).toSorted()).toEqual(['Has two cats', 'Plays the cello']);
    expect(home.state.grants.find(({ id }) => id === app())?.revoked).toBe(true);
    // What was said before and after opens with the owner's own keys, whichever epoch it is wrapped in.
    const owner = home.owner();
    for (const { id, text } of (await other.client.list()).memories) expect((await owner.row(id)).text).toBe(text);
    const { grants } = await home.client(home.token).grants(home.state.vault);
    expect(grants.map(({ label }) => label)).toEqual(['this device', 'first app', 'other']);
    expect((await owner.keyring()).labelOf(home.state.grants[2] ?? expect.fail())).toBe('other');
  });

  it('of everything, twice, is followed through both keys by a folder that knew neither', async () => {
    await say('Plays the cello');
    const old = home.state;
    await home.owner().rotate();
    await say('Has two cats');
    await home.owner().rotate();
    await say('Lives in Porto');
    const given = await another('late');
    expect(home.state.collections.map(({ later }) => later.map(({ epoch }) => epoch))).toEqual([
      [2, 3],
      [2, 3],
    ]);
    home.state = old;
    const owner = home.owner();
    await owner.refresh();
    const { memories } = await given.client.list();
    expect(memories).toHaveLength(3);
    for (const { id, text } of memories) expect((await owner.row(id)).text).toBe(text);
    const keyring = await owner.keyring();
    expect(home.state.grants.map((grant) => keyring.labelOf(grant))).toEqual(['this device', 'first app', 'late']);
    expect(home.state.grants.map(({ detailsEpoch }) => detailsEpoch)).toEqual([1, 1, 3]);
  });

  it('of one collection leaves the others’ keys alone, and who has no share of it without one', async () => {
    const owner = await home.owner().addCollection('work');
    const { token } = await owner.grant({ ...FIRST_APP_GRANT, label: 'editor' }, ['work']);
    const { made } = await owner.rotate({ collections: ['work'] });
    expect(made.act.body.collections).toHaveLength(1);
    expect(made.act.body.grants.map(({ grant }) => grant).toSorted()).toEqual(
      [parseToken(token).grantId, parseToken(home.token).grantId].toSorted(),
    );
    await home.client(token).remember({ memories: [{ text: 'Works at Acme' }] });
    expect((await home.client(home.token).list()).memories).toHaveLength(1);
    await expect(owner.rotate({ collections: ['nowhere'] })).rejects.toMatchObject({ code: 'collection_unknown' });
    await expect(owner.rotate({ revoke: ['grt_'.padEnd(36, '0')] })).rejects.toMatchObject({ code: 'not_found' });
  });

  it('passes over a grant that has run out', async () => {
    const now = site.world.clock.now();
    await home.owner().grant({ ...FIRST_APP_GRANT, label: 'short', expiresAt: now + 1000 }, ['default']);
    site.world.clock.advance(600_000);
    const { made } = await home.owner().rotate();
    expect(made.act.body.grants).toHaveLength(2);
  });

  it('works from a folder of an earlier version, which kept less: it reads the ledger anew', async () => {
    await say('Plays the cello');
    const { ownerRotations, ...rest } = home.state;
    expect(ownerRotations).toEqual([]);
    const old = {
      ...rest,
      collections: rest.collections.map(({ later, erased, ...known }) => (expect([later, erased]).toEqual([[], false]), known)),
      grants: rest.grants.map(({ id, role, collections, sealedDetails, revoked }) => ({ id, role, collections, sealedDetails, revoked })),
    };
    home.state = OwnerState.parse(old);
    expect(home.state.grants[0]?.boxKey).toBeNull();
    await home.owner().rotate();
    expect(home.state.grants.every(({ boxKey }) => boxKey !== null)).toBe(true);
    expect((await home.app.list()).memories).toHaveLength(1);
    // A ledger that does not lead through what that folder remembers is refused, as ever.
    home.state = OwnerState.parse({ ...old, head: { ...old.head, hash: 'a'.repeat(64) } });
    await expect(home.owner().rotate()).rejects.toMatchObject({ code: 'head_not_reached' });
  });

  it('that another of the owner’s folders made in between is followed: what is sealed next is sealed under the new key', async () => {
    const behind = home.owner();
    await behind.keyring();
    const state = home.state;
    await home.owner().rotate();
    home.state = state;
    const { row } = await behind.remember({ text: 'Said by the laptop' });
    expect((await behind.row(row)).text).toBe('Said by the laptop');
    await behind.grant({ ...FIRST_APP_GRANT, label: 'after' }, ['default']);
    expect((await home.app.show(row)).text).toBe('Said by the laptop');
  });
});

describe('a collection that was erased', () => {
  it('has no key any more: the others are opened and rotated without it', async () => {
    const owner = await home.owner().addCollection('work');
    await owner.refresh();
    const { vault, ownerSeq, ownerHead, head, collections } = home.state;
    const collection = collections.at(-1)?.id ?? '';
    const place = { vault, ownerSeq: ownerSeq + 1, ownerPrev: ownerHead, seenHead: head };
    const act = { kind: 'erased' as const, body: { scope: 'collection' as const, collection } };
    const signed = signEvent(home.keys.signing, place, act, site.world.clock.now(), systemRandom);
    await home.client(null).postEvent(vault, { event: ownerEnvelope(signed) });
    const after = home.owner();
    await after.refresh();
    expect(home.state.collections.map(({ erased }) => erased)).toEqual([false, false, true]);
    expect([...(await after.keyring()).names.values()]).toEqual(['default']);
    expect((await after.rotate()).made.act.body.collections).toHaveLength(2);
    await after.grant({ ...FIRST_APP_GRANT, label: 'later' }, ['default']);
  });
});

describe('a change of the owner key', () => {
  it('moves on to the key that was committed to; from then on the old one signs nothing', async () => {
    const [row] = (await say('Plays the cello')).memories;
    const old = home.owner();
    const stolen = home.state;
    await home.owner().rotateOwnerKey();
    expect(publicKeysOf(home.state)).toMatchObject({
      ownerKey: hex(deriveOwnerKeys(home.root, 1).signing.publicKey),
      nextKeyHash: hex(deriveOwnerKeys(home.root, 1).nextKeyHash),
      generation: 1,
    });
    // The same owner object goes on with the new key, and so does one that is made from what is remembered.
    const owner = home.owner();
    await owner.validate([await owner.row(row?.id ?? '')]);
    await owner.rotateOwnerKey();
    await owner.rotate();
    await owner.validate([await owner.row(row?.id ?? '')]);
    expect(publicKeysOf(home.state).generation).toBe(2);
    // A folder that knows nothing of it follows, and takes up the key that holds now.
    home.state = stolen;
    await old.validate([await old.row(row?.id ?? '')]);
    expect(publicKeysOf(home.state).generation).toBe(2);
    expect((await home.app.show(row?.id ?? '')).lastValidatedAt).not.toBeNull();
  });

  it('cannot be remembered otherwise than it was signed', async () => {
    await home.owner().rotateOwnerKey();
    const [moved] = home.state.ownerRotations;
    if (moved === undefined) throw new Error('one rotation');
    const other = await Home.make(site);
    await other.owner().rotateOwnerKey();
    for (const bent of [
      { ...home.state, ownerRotations: [moved, moved] },
      { ...home.state, ownerRotations: other.state.ownerRotations },
    ]) {
      expect(() => publicKeysOf(bent)).toThrow(expect.objectContaining({ code: 'event_signature_invalid' }));
    }
  });
});
