import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { fromHex, hex } from '../../src/core/bytes.ts';
import { systemRandom } from '../../src/core/random.ts';
import { Redacted } from '../../src/core/redacted.ts';
import { signingKeyFromSeed } from '../../src/crypto/ed25519.ts';
import { giveDevice, openDevice, requireGiven, type DeviceKit } from '../../src/sdk/device.ts';
import { DEVICE_GRANT } from '../../src/sdk/grant.ts';
import { learnVault } from '../../src/sdk/learn-vault.ts';
import { Owner } from '../../src/sdk/owner.ts';
import type { OwnerState } from '../../src/sdk/owner-state.ts';
import { ownerEnvelope, signEvent } from '../../src/sdk/sign-event.ts';
import { makeValidation } from '../../src/sdk/validation.ts';
import { Site } from '../support/site.ts';
import { DAY } from '../support/world.ts';
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

const say = async (text: string): Promise<string> => (await home.app.remember({ memories: [{ text }] })).memories[0]?.id ?? '';

/** Another device of the owner's, set up with its file alone. */
async function phone(): Promise<{ kit: DeviceKit; grant: string; owner: Owner; state: () => OwnerState }> {
  const { grant, file } = await giveDevice(home.owner(), 'phone', 'a device’s passphrase', systemRandom, 2);
  const kit = await openDevice(file, 'a device’s passphrase');
  let state = await learnVault(home.client(kit.token), kit.vault);
  requireGiven(state, kit.keys);
  const owner = new Owner({
    keys: kit.keys,
    state,
    deviceToken: kit.token,
    connect: (token) => home.client(token),
    clock: site.world.clock,
    random: systemRandom,
    save: (next) => (state = next),
    saveToken: () => expect.fail('a device has no token to renew'),
  });
  return { kit, grant, owner, state: () => state };
}

describe('a device that the owner trusts', () => {
  it('reads, confirms and retracts in the owner’s name, with a key of its own', async () => {
    const [cello, cats] = [await say('Plays the cello'), await say('Has two cats')];
    const { owner, grant } = await phone();
    const row = await owner.row(cello);
    expect(row.text).toBe('Plays the cello');
    await owner.validate([row]);
    await owner.retract([await owner.row(cats)]);
    expect((await home.app.show(cello)).lastValidatedAt).not.toBeNull();
    expect((await home.app.show(cats)).standing).toBe('retracted');
    // The owner's own folder follows what the device has signed, and goes on from it.
    await home.owner().refresh();
    expect(home.state.grants.find(({ id }) => id === grant)).toMatchObject({
      role: 'device',
      signingKey: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    await home.owner().validate([await home.owner().row(cello)]);
    await owner.validate([await owner.row(cello)]);
  });

  it('goes on through rotations of collections and of the owner key', async () => {
    const before = await say('Plays the cello');
    const { owner, state } = await phone();
    await owner.row(before);
    await home.owner().rotate();
    await home.owner().rotateOwnerKey();
    const after = await say('Has two cats');
    await owner.refresh();
    expect(state().ownerRotations).toHaveLength(1);
    await owner.validate([await owner.row(before), await owner.row(after)]);
    expect((await home.app.show(after)).lastValidatedAt).not.toBeNull();
  });

  it('cannot do what takes the root, and says so before anything is sent', async () => {
    const id = await say('Plays the cello');
    const { owner, kit } = await phone();
    const row = await owner.row(id);
    const sent = home.sent.length;
    const needed = expect.objectContaining({ code: 'root_needed' });
    await expect(owner.grant(DEVICE_GRANT, ['default'])).rejects.toThrow(needed);
    await expect(owner.revoke(kit.keys.device)).rejects.toThrow(needed);
    await expect(owner.setPolicy(home.state.policy ?? expect.fail())).rejects.toThrow(needed);
    await expect(owner.edit(row, { text: 'x' })).rejects.toThrow(needed);
    await expect(owner.rotate()).rejects.toThrow(needed);
    await expect(owner.rotateOwnerKey()).rejects.toThrow(needed);
    await expect(owner.addCollection('work')).rejects.toThrow(needed);
    expect(home.sent.slice(sent).filter(({ call }) => call.startsWith('POST') && call.endsWith('/events'))).toEqual([]);
  });

  it('is let go by a revocation, at once', async () => {
    const id = await say('Plays the cello');
    const { owner, kit, grant, state } = await phone();
    const row = await owner.row(id);
    await home.owner().revoke(grant);
    await expect(owner.validate([row])).rejects.toMatchObject({ code: 'grant_revoked' });
    // Nor does its signature count for whoever reaches the service without the token.
    await expect(post(state(), kit, row)).rejects.toMatchObject({ code: 'event_signature_invalid' });
  });
});

/** A validation that a device signs on what it knows, sent past the SDK's own checks. */
async function post(
  state: OwnerState,
  { keys, vault }: DeviceKit,
  row: Awaited<ReturnType<Owner['row']>>,
  by: object = { by: keys.device },
) {
  await home.owner().refresh();
  const { ownerSeq, ownerHead, head } = home.state;
  const place = { vault, ownerSeq: ownerSeq + 1, ownerPrev: ownerHead, seenHead: head, ...by };
  const { act, beside } = makeValidation(vault, [row], null, systemRandom);
  const signed = signEvent(keys.signing, place, act, site.world.clock.now(), systemRandom);
  return home.client(null).postEvent(state.vault, { event: ownerEnvelope(signed), ...beside });
}

describe('what a device’s key signs besides', () => {
  it('is refused by the service, whatever it says of itself', async () => {
    const id = await say('Plays the cello');
    const { owner, kit, state } = await phone();
    const row = await owner.row(id);
    const refused = { code: 'event_signature_invalid' };
    await expect(post(state(), kit, row, {})).rejects.toMatchObject(refused);
    await expect(post(state(), kit, row, { by: home.state.grants[0]?.id })).rejects.toMatchObject(refused);
    const stranger = { ...kit, keys: { ...kit.keys, signing: signingKeyFromSeed(new Redacted(systemRandom.bytes(32))) } };
    await expect(post(state(), stranger, row)).rejects.toMatchObject(refused);
    await home.owner().refresh();
    const { ownerSeq, ownerHead, head, vault } = home.state;
    const place = { vault, ownerSeq: ownerSeq + 1, ownerPrev: ownerHead, seenHead: head, by: kit.keys.device };
    const revoke = { kind: 'revoked' as const, body: { grant: kit.keys.device } };
    const signed = signEvent(kit.keys.signing, place, revoke, site.world.clock.now(), systemRandom);
    await expect(home.client(null).postEvent(vault, { event: ownerEnvelope(signed) })).rejects.toMatchObject(refused);
    await expect(post(state(), kit, row)).resolves.toMatchObject({ seq: expect.any(Number) });
  });

  it('is refused once its grant has run out', async () => {
    const id = await say('Plays the cello');
    const seed = new Redacted(systemRandom.bytes(32));
    const signing = signingKeyFromSeed(seed);
    const expiresAt = site.world.clock.now() + DAY;
    const { grant } = await home
      .owner()
      .grant({ ...DEVICE_GRANT, label: 'for a day', expiresAt, signingKey: signing.publicKey }, ['default']);
    const kit: DeviceKit = { vault: home.state.vault, token: home.token, keys: { device: grant, signing, box: home.keys.box } };
    const row = await home.owner().row(id);
    await expect(post(home.state, kit, row)).resolves.toBeDefined();
    site.world.clock.advance(DAY);
    await expect(post(home.state, kit, row)).rejects.toMatchObject({ code: 'event_signature_invalid' });
  });
});

describe('a device’s file', () => {
  it('opens with its passphrase alone, and holds a whole key or none', async () => {
    const { grant, file } = await giveDevice(home.owner(), 'phone', 'right', systemRandom, 2);
    const kit = await openDevice(file, 'right');
    expect(kit).toMatchObject({ vault: home.state.vault, keys: { device: grant } });
    expect(hex(kit.keys.signing.publicKey)).toBe(home.state.grants.at(-1)?.signingKey);
    expect(fromHex(home.state.grants.at(-1)?.boxKey ?? '')).toEqual(kit.keys.box.publicKey);
    await expect(openDevice(file, 'wrong')).rejects.toMatchObject({ code: 'passphrase_wrong' });
    expect(file).not.toContain(kit.token);
    requireGiven(home.state, kit.keys);
    const refused = expect.objectContaining({ code: 'event_signature_invalid' });
    const revoked = home.state.grants.map((one) => ({ ...one, revoked: true }));
    expect(() => requireGiven({ ...home.state, grants: revoked }, kit.keys)).toThrow(refused);
    expect(() => requireGiven({ ...home.state, grants: [] }, kit.keys)).toThrow(refused);
  });
});
