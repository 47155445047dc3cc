import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { RECOVERY_TYPE, type RecoveryReply } from '../../schemas/recovery.ts';
import { hex } from '../../src/core/bytes.ts';
import { systemRandom } from '../../src/core/random.ts';
import { Redacted } from '../../src/core/redacted.ts';
import { canonicalJson } from '../../src/crypto/canonical.ts';
import { encodeEnvelope, signPayload } from '../../src/crypto/dsse.ts';
import { deriveOwnerKeys, type OwnerKeys } from '../../src/crypto/root.ts';
import { recoverVault } from '../../src/sdk/recovery.ts';
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

const recover = (more: Partial<Parameters<typeof recoverVault>[0]> = {}) =>
  recoverVault({
    vault: home.state.vault,
    keys: (generation) => deriveOwnerKeys(home.root, generation),
    client: home.client(null),
    remembered: null,
    clock: site.world.clock,
    random: systemRandom,
    ...more,
  });

describe('an owner with nothing but the root', () => {
  it('takes the vault up again: rows, keys, grants and the right to sign', async () => {
    const { memories } = await home.app.remember({ memories: [{ text: 'Plays the cello' }, { text: 'Has two cats' }] });
    await (await home.owner().addCollection('work')).rotate();
    const last = home.token;
    const { state, token, devices } = await recover();
    expect(state).toMatchObject({ collections: home.state.collections, policy: home.state.policy });
    expect(devices.map(({ id }) => id)).toEqual([home.state.grants.at(-1)?.id]);
    home.state = state;
    home.token = token;
    const owner = home.owner();
    const row = await owner.row(memories[0]?.id ?? '');
    expect(row.text).toBe('Plays the cello');
    await owner.validate([row]);
    expect([...(await owner.keyring()).names.values()].toSorted()).toEqual(['default', 'work']);
    await owner.revoke(devices[0]?.id ?? '');
    await expect(home.client(last).list()).rejects.toMatchObject({ code: 'grant_revoked' });
  });

  it('whose key has moved on, once or more, finds the one that holds now', async () => {
    for (const generation of [1, 2]) {
      await home.owner().rotateOwnerKey();
      const { state, token } = await recover();
      expect(state.ownerRotations).toHaveLength(generation);
      home.state = state;
      home.token = token;
      await home.owner().refresh();
    }
  });

  it('goes on from what is still remembered, and so notices a service that shows less', async () => {
    const early = home.state;
    await home.owner().rotate();
    const remembered = home.state;
    expect((await recover({ remembered })).state.head.seq).toBe(remembered.head.seq + 1);
    home.bend = (path, answer) => {
      if (!path.endsWith('/recovery')) return answer;
      const reply = answer as RecoveryReply;
      return { ...reply, events: reply.events.filter(({ seq }) => seq <= early.head.seq), head: early.head };
    };
    await expect(recover({ remembered })).rejects.toMatchObject({ code: 'head_not_reached' });
  });

  it('does not take another vault’s genesis, or another root', async () => {
    const other = await Home.make(site);
    await expect(recover({ vault: other.state.vault })).rejects.toMatchObject({ code: 'event_signature_invalid' });
    home.bend = (path, answer) => {
      if (!path.endsWith('/recovery')) return answer;
      const reply = answer as RecoveryReply;
      return { ...reply, events: reply.events.map((event, i) => (i === 0 ? { ...event, stored: 'AAAA' } : event)) };
    };
    await expect(recover()).rejects.toMatchObject({ code: 'service_lied' });
    const theirs = await other.client(other.token).events(other.state.vault, {});
    home.bend = (path, answer) => (path.endsWith('/recovery') ? { ...(answer as RecoveryReply), ...theirs } : answer);
    await expect(recover()).rejects.toMatchObject({ code: 'service_lied' });
    home.bend = null;
    await expect(recover({ vault: 'ab'.repeat(32) })).rejects.toMatchObject({ code: 'vault_unknown' });
  });
});

describe('a recovery request', () => {
  function request(bend: Record<string, unknown> = {}, keys: OwnerKeys = home.keys, type = RECOVERY_TYPE) {
    const payload = { vault: home.state.vault, from: 0, signedAt: site.world.clock.now(), nonce: hex(systemRandom.bytes(32)), ...bend };
    const {
      payloadType,
      payload: body,
      signatures,
    } = encodeEnvelope(type, 'owner', signPayload(keys.signing, type, canonicalJson(payload)));
    return { payloadType, payload: body, signatures: [...signatures] };
  }
  const send = (envelope: ReturnType<typeof request>) => home.client(null).recover(home.state.vault, envelope);

  it('is answered once, to the owner key that holds now, for two minutes', async () => {
    const sent = request();
    expect(await send(sent)).toMatchObject({ head: home.state.head, boxes: [{ epoch: 1 }, { epoch: 1 }] });
    await expect(send(sent)).rejects.toMatchObject({ code: 'event_replayed' });
    const [early, late] = [request(), request({ signedAt: site.world.clock.now() + 119_000 })];
    site.world.clock.advance(120_001);
    await expect(send(early)).rejects.toMatchObject({ code: 'event_malformed' });
    expect(await send(late)).toBeDefined();
    await expect(send(request({ signedAt: site.world.clock.now() + 120_001 }))).rejects.toMatchObject({ code: 'event_malformed' });
    await home.owner().rotateOwnerKey();
    await expect(send(request())).rejects.toMatchObject({ code: 'event_signature_invalid', context: { generation: 1 } });
    expect(await send(request({}, deriveOwnerKeys(home.root, 1)))).toBeDefined();
  });

  it('counts for its own vault and its own purpose alone', async () => {
    await expect(send(request({ vault: 'ab'.repeat(32) }))).rejects.toMatchObject({ code: 'event_vault_mismatch' });
    await expect(send(request({}, deriveOwnerKeys(new Redacted(systemRandom.bytes(32)))))).rejects.toMatchObject({
      code: 'event_signature_invalid',
    });
    await expect(send(request({}, home.keys, 'application/vnd.memsync.event.v1+json'))).rejects.toMatchObject({ code: 'event_malformed' });
    await expect(send(request({ more: 1 }))).rejects.toMatchObject({ code: 'event_malformed' });
    await expect(home.client(null).postEvent(home.state.vault, { event: request() })).rejects.toMatchObject({ code: 'event_malformed' });
    const stored = site.stored();
    await send(request());
    expect(site.stored()).toEqual(stored);
  });
});
