import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { EventsReply, OwnerBoxesReply } from '../../schemas/owner-event.ts';
import type { SealedRowReply } from '../../schemas/sealed-rows.ts';
import { base64, fromHex, hex } from '../../src/core/bytes.ts';
import { systemRandom } from '../../src/core/random.ts';
import { Redacted } from '../../src/core/redacted.ts';
import { deriveOwnerKeys, type OwnerKeys } from '../../src/crypto/root.ts';
import { encodeOwnerEvent, linkHash } from '../../src/memory/event.ts';
import { giveDevice, openDevice } from '../../src/sdk/device.ts';
import { type OwnerAct, signEvent } from '../../src/sdk/sign-event.ts';
import { Site } from '../support/site.ts';
import { Home } from './home.ts';

let site: Site;
let home: Home;
let row: string;

beforeAll(async () => {
  site = await Site.open();
});
afterAll(() => site.close());
beforeEach(async () => {
  home = await Home.make(site);
  row = (await home.app.remember({ memories: [{ text: 'Lives in Porto' }] })).memories[0]?.id ?? '';
  await home.owner().refresh();
});

/** The service shows one more event in the owner's name, right in every link and number, and signed with a key of somebody's choice. */
function insert(key: OwnerKeys['signing'], act: OwnerAct, by: { by?: string } = {}): void {
  const { vault, ownerSeq, ownerHead, head } = home.state;
  const now = site.world.clock.now();
  const signed = signEvent(key, { vault, ownerSeq: ownerSeq + 1, ownerPrev: ownerHead, seenHead: head, ...by }, act, now, systemRandom);
  const stored = encodeOwnerEvent(now, signed);
  const next = { seq: head.seq + 1, hash: hex(linkHash(head.seq + 1, fromHex(head.hash), stored)) };
  home.bend = (path, answer) => {
    if (!path.endsWith('/events') || !('events' in (answer as object))) return answer;
    return { events: [{ ...next, stored: base64(stored) }], head: next } satisfies EventsReply;
  };
}

const changeTo = (keys: OwnerKeys): OwnerAct => ({
  kind: 'owner_rotated',
  body: { ownerKey: hex(keys.signing.publicKey), nextKeyHash: hex(keys.nextKeyHash) },
});
const stranger = deriveOwnerKeys(new Redacted(systemRandom.bytes(32)));

describe('a service that swaps the owner’s key', () => {
  it('is refused, whoever signs the change, and nothing of it is remembered', async () => {
    const before = home.state;
    for (const [key, to] of [
      [stranger.signing, stranger],
      [home.keys.signing, stranger],
      [home.keys.signing, deriveOwnerKeys(home.root, 1)],
      [deriveOwnerKeys(home.root, 2).signing, deriveOwnerKeys(home.root, 2)],
    ] as const) {
      insert(key, changeTo(to));
      await expect(home.owner().refresh()).rejects.toMatchObject({ code: 'service_lied' });
      expect(home.state).toEqual(before);
    }
    // The change that was committed to is the only one that is followed.
    insert(deriveOwnerKeys(home.root, 1).signing, changeTo(deriveOwnerKeys(home.root, 1)));
    const follow = home.owner();
    await expect(follow.refresh()).resolves.toMatchObject({ ownerRotations: { length: 1 } });
  });

  it('shows no event of the key before, once the owner has moved on', async () => {
    await home.owner().rotateOwnerKey();
    insert(home.keys.signing, { kind: 'revoked', body: { grant: home.vault.appGrant } });
    await expect(home.owner().refresh()).rejects.toMatchObject({ code: 'service_lied' });
  });
});

describe('a service that has a device’s key', () => {
  it('signs nothing with it but what was left to devices, and nothing once that is taken back', async () => {
    const { grant, file } = await giveDevice(home.owner(), 'phone', 'p', systemRandom, 1);
    const { keys } = await openDevice(file, 'p');
    insert(keys.signing, { kind: 'revoked', body: { grant: home.vault.appGrant } }, { by: grant });
    await expect(home.owner().refresh()).rejects.toMatchObject({ code: 'service_lied' });
    const retraction: OwnerAct = { kind: 'retracted', body: { rows: [{ row, version: 1, commitment: 'ab'.repeat(32) }] } };
    insert(keys.signing, retraction);
    await expect(home.owner().refresh()).rejects.toMatchObject({ code: 'service_lied' });
    insert(stranger.signing, retraction, { by: grant });
    await expect(home.owner().refresh()).rejects.toMatchObject({ code: 'service_lied' });
    home.bend = null;
    await home.owner().revoke(grant);
    insert(keys.signing, retraction, { by: grant });
    await expect(home.owner().refresh()).rejects.toMatchObject({ code: 'service_lied' });
  });
});

describe('a service that hands out old keys for new ones', () => {
  it('is caught: the newest box must be the one that was signed, and the chain must lead on', async () => {
    await home.owner().rotate();
    home.bend = (path, answer) => {
      if (!path.endsWith('/boxes')) return answer;
      const reply = answer as OwnerBoxesReply;
      return { ...reply, boxes: reply.boxes.map((box) => ({ ...box, epoch: 3 - box.epoch })) };
    };
    await expect(home.owner().row(row)).rejects.toMatchObject({ code: 'box_mismatch' });
    home.bend = (path, answer) => {
      if (!path.endsWith('/boxes')) return answer;
      const reply = answer as OwnerBoxesReply;
      return { ...reply, boxes: reply.boxes.filter(({ epoch }) => epoch === 1) };
    };
    await expect(home.owner().row(row)).rejects.toMatchObject({ code: 'service_lied' });
  });

  it('or says that a row lies under a key that it does not, opens nothing by that', async () => {
    await home.owner().rotate();
    const { wrapEpoch } = await home.client(home.token).sealedRow(home.state.vault, row);
    home.bend = (path, answer) => (path.includes('/rows/') ? { ...(answer as SealedRowReply), wrapEpoch: 3 - wrapEpoch } : answer);
    await expect(home.owner().row(row)).rejects.toMatchObject({ code: 'row_unopenable' });
  });
});
