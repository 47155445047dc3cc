import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DEFAULT_POLICY } from '../../schemas/policy.ts';
import { formatInstant } from '../../src/core/instant.ts';
import { systemRandom } from '../../src/core/random.ts';
import { Redacted } from '../../src/core/redacted.ts';
import { deriveOwnerKeys } from '../../src/crypto/root.ts';
import { MemSyncClient } from '../../src/sdk/client.ts';
import { FIRST_APP_GRANT } from '../../src/sdk/grant.ts';
import { Owner } from '../../src/sdk/owner.ts';
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

async function remembered(...texts: string[]): Promise<string[]> {
  const { memories } = await home.app.remember({ memories: texts.map((text) => ({ text, claimed: { kind: 'user_stated' } })) });
  return memories.map(({ id }) => id);
}

describe('a vault that the SDK made', () => {
  it('has a device, an app, a policy and two collections, each signed by its owner', () => {
    const { state } = home;
    expect(state).toMatchObject({ ownerSeq: 5, head: { seq: 5 }, policy: DEFAULT_POLICY });
    expect(state.collections.map(({ purpose }) => purpose)).toEqual(['vault', 'rows']);
    expect(state.grants.map(({ role }) => role)).toEqual(['device', 'app']);
  });

  it('shows its owner the grants as they were meant', async () => {
    const { grants } = await home.client(home.token).grants(home.state.vault);
    expect(grants.map(({ label, collections, originCeiling }) => ({ label, collections, originCeiling }))).toEqual([
      { label: 'this device', collections: ['default'], originCeiling: 'user_stated' },
      { label: 'first app', collections: ['default'], originCeiling: 'user_stated' },
    ]);
    expect(grants[1]?.capabilities).toEqual(['remember', 'retrieve', 'list', 'receipt']);
  });
});

describe('the owner', () => {
  it('stands behind rows, all under one signature, until when it says', async () => {
    const ids = await remembered('Plays the cello', 'Has two cats', 'Lives in Porto');
    const owner = home.owner();
    const rows = [await owner.row(ids[0] ?? ''), await owner.row(ids[2] ?? '')];
    expect(rows.map(({ text }) => text)).toEqual(['Plays the cello', 'Lives in Porto']);
    const until = site.world.clock.now() + 10 * DAY;
    const { ownerSeq } = await owner.validate(rows, until);
    expect(ownerSeq).toBe(6);
    const { memories } = await home.app.list();
    const now = formatInstant(site.world.clock.now());
    expect(Object.fromEntries(memories.map(({ text, lastValidatedAt }) => [text, lastValidatedAt]))).toEqual({
      'Plays the cello': now,
      'Has two cats': null,
      'Lives in Porto': now,
    });
    expect(memories.filter(({ fallsDueAt }) => fallsDueAt === formatInstant(until))).toHaveLength(2);
    expect(home.state).toMatchObject({ ownerSeq: 6, head: { seq: 9 } });
  });

  it('retracts', async () => {
    const [id = ''] = await remembered('Likes oysters');
    const owner = home.owner();
    await owner.retract([await owner.row(id)]);
    expect((await home.app.show(id)).standing).toBe('retracted');
  });

  it('edits a confirmed row: the new version is sealed here, unconfirmed, and no younger', async () => {
    const observedAt = formatInstant(site.world.clock.now() - 200 * DAY);
    const { memories } = await home.app.remember({
      memories: [{ text: 'Lives in Lisbon', observedAt, claimed: { kind: 'model_inferred' } }],
    });
    const id = memories[0]?.id ?? '';
    const owner = home.owner();
    await owner.validate([await owner.row(id)]);
    await owner.edit(await owner.row(id), { text: 'Lives in Porto', category: 'identity', subject: 'home' });
    const row = await home.app.show(id);
    expect(row).toMatchObject({ version: 2, text: 'Lives in Porto', category: 'identity', subject: 'home', lastValidatedAt: null });
    expect(row).toMatchObject({ basisAt: observedAt, basisReason: 'observed', ageSeconds: 200 * 86_400, tier: 'background' });
    expect(row.origin).toMatchObject({ effective: 'model_inferred', stamped: { grantId: null, channel: 'owner' } });
    expect(JSON.stringify(home.sent)).not.toContain('Lives in Porto');
    await expect(owner.edit({ ...(await owner.row(id)), version: 1 }, { text: 'x' })).rejects.toMatchObject({ code: 'version_changed' });
  });

  it('remembers a row of its own, which is as old as what it repeats', async () => {
    const [id = ''] = await remembered('Sings in a choir');
    const { basisAt } = await home.app.show(id);
    site.world.clock.advance(40 * DAY);
    const owner = home.owner();
    const first = await owner.remember({ text: 'Sings in a choir.', category: 'interests' });
    const second = await owner.remember({ text: 'Paints on Sundays', observedAt: site.world.clock.now() - 3 * DAY });
    expect(await home.app.show(first.row)).toMatchObject({ basisAt, basisReason: 'repeat', origin: { effective: 'user_stated' } });
    expect(await home.app.show(second.row)).toMatchObject({ ageSeconds: 3 * 86_400, basisReason: 'observed', lastValidatedAt: null });
    await expect(owner.remember({ text: 'x' }, 'work')).rejects.toMatchObject({ code: 'collection_unknown' });
  });

  it('adds a collection that its own device reads at once, and an app once it is granted', async () => {
    const before = home.token;
    const owner = await home.owner().addCollection('work');
    expect(home.token).not.toBe(before);
    await expect(home.client(before).list()).rejects.toMatchObject({ code: 'grant_revoked' });
    const wish = { ...FIRST_APP_GRANT, label: 'editor', categories: ['career' as const] };
    const { token } = await owner.grant(wish, ['work']);
    await home.client(token).remember({ memories: [{ text: 'Works at Acme', category: 'career' }] });
    await expect(home.client(token).remember({ memories: [{ text: 'x', category: 'health' }] })).rejects.toMatchObject({
      code: 'scope_exceeded',
    });
    const { memories } = await home.client(home.token).list();
    expect(memories.map(({ text, collection }) => [text, collection])).toEqual([['Works at Acme', 'work']]);
    expect((await home.app.list()).memories).toEqual([]);
    await expect(owner.addCollection('work')).rejects.toMatchObject({ code: 'batch_conflict' });
  });

  it('finishes a collection whose adding was cut short', async () => {
    const interrupted = new Owner({
      ...parts(),
      saveToken: () => {
        throw new Error('the disk is full');
      },
    });
    await expect(interrupted.addCollection('work')).rejects.toThrow('the disk is full');
    const owner = await home.owner().addCollection('work');
    expect((await owner.keyring()).names.size).toBe(2);
    const { grants } = await home.client(home.token).grants(home.state.vault);
    expect(
      grants.filter(({ role, revokedAt, collections }) => role === 'device' && revokedAt === null && collections.includes('work')),
    ).not.toEqual([]);
  });

  it('gives grants that end, and revokes', async () => {
    const owner = home.owner();
    const { token, grant } = await owner.grant({ ...FIRST_APP_GRANT, label: 'short', expiresAt: site.world.clock.now() + DAY }, [
      'default',
    ]);
    await home.client(token).list();
    await owner.revoke(grant);
    await expect(home.client(token).list()).rejects.toMatchObject({ code: 'grant_revoked' });
    const other = await owner.grant({ ...FIRST_APP_GRANT, label: 'short', expiresAt: site.world.clock.now() + DAY }, ['default']);
    site.world.clock.advance(DAY);
    await expect(home.client(other.token).list()).rejects.toMatchObject({ code: 'grant_expired' });
  });

  it('sets a policy, which its folder then knows', async () => {
    const policy = { ...DEFAULT_POLICY, version: 2 };
    await home.owner().setPolicy(policy);
    expect(home.state.policy).toEqual(policy);
  });

  it('signs anew when another device of its own was faster', async () => {
    const [first = '', second = ''] = await remembered('One', 'Two');
    const before = home.state;
    const row = await home.owner().row(first);
    const phone = home.owner();
    await phone.validate([await phone.row(second)]);
    // As if the phone had signed between the laptop's look at the chain and its signature.
    const laptop = new Owner({ ...parts(), state: before, connect: behindOnce });
    const { ownerSeq } = await laptop.validate([row]);
    expect(ownerSeq).toBe(7);
    expect(home.sent.filter(({ call }) => call.startsWith('POST') && call.endsWith('/events'))).toHaveLength(3);
  });

  it('confirms and revokes at the first try while an app appends without a pause', async () => {
    const [id = ''] = await remembered('Plays the harp');
    const owner = home.owner();
    const { grant } = await owner.grant({ ...FIRST_APP_GRANT, label: 'other' }, ['default']);
    const before = home.sent.length;
    const running = { now: true };
    const appending = (async () => {
      for (let i = 0; running.now; i++) await home.app.remember({ memories: [{ text: `Said meanwhile ${i}` }] });
    })();
    for (let i = 0; i < 5; i++) await owner.validate([await owner.row(id)]);
    await owner.revoke(grant);
    running.now = false;
    await appending;
    const posted = home.sent.slice(before).filter(({ call }) => call === `POST /v1/vaults/${home.state.vault}/events`);
    expect(posted).toHaveLength(6);
    expect(home.sent.slice(before).filter(({ call }) => call === 'POST /v1/memories').length).toBeGreaterThan(20);
  });

  it('needs the root that the vault was made with', () => {
    const keys = deriveOwnerKeys(new Redacted(systemRandom.bytes(32)));
    expect(() => new Owner({ ...parts(), keys })).toThrow(expect.objectContaining({ code: 'event_signature_invalid' }));
  });
});

function parts() {
  return {
    keys: home.keys,
    state: home.state,
    deviceToken: home.token,
    connect: (token: string): MemSyncClient => home.client(token),
    clock: site.world.clock,
    random: systemRandom,
    save: (state: typeof home.state): void => void (home.state = state),
    saveToken: (token: string): void => void (home.token = token),
  };
}

/** A client that is shown the ledger without its last event, once. */
function behindOnce(token: string): MemSyncClient {
  let shown = false;
  return new MemSyncClient({
    url: site.url,
    token,
    fetch: async (input, init) => {
      const address = new URL(input instanceof Request ? input.url : input);
      home.sent.push({ call: `${init?.method ?? 'GET'} ${address.pathname}`, headers: new Headers(), body: null });
      const response = await fetch(input, init);
      if (shown || !address.pathname.endsWith('/events') || init?.method !== 'GET') return response;
      shown = true;
      const page = (await response.json()) as { events: { seq: number; hash: string }[]; head: { seq: number; hash: string } };
      page.events.pop();
      page.head = page.events.map(({ seq, hash }) => ({ seq, hash })).at(-1) ?? page.head;
      return Response.json(page);
    },
  });
}
