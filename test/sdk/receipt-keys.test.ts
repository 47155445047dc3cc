import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Bundle } from '../../schemas/receipt.ts';
import { systemRandom } from '../../src/core/random.ts';
import { verifyBundle } from '../../src/receipts/verify.ts';
import { giveDevice, openDevice } from '../../src/sdk/device.ts';
import { Owner } from '../../src/sdk/owner.ts';
import { Site } from '../support/site.ts';
import { Home } from './home.ts';

let site: Site;
let home: Home;
let bundle: Bundle;
let device: string;

/** One receipt over rows that the owner confirmed with each of two keys, and that a device did. */
beforeAll(async () => {
  site = await Site.open();
  home = await Home.make(site);
  const say = async (text: string): Promise<string> => (await home.app.remember({ memories: [{ text }] })).memories[0]?.id ?? '';
  const [early, late, phoned] = [await say('Plays the cello'), await say('Plays the harp'), await say('Plays the lute')];
  await home.owner().validate([await home.owner().row(early)]);
  const { grant, file } = await giveDevice(home.owner(), 'phone', 'p', systemRandom, 1);
  device = grant;
  await home.owner().rotateOwnerKey();
  await home.owner().validate([await home.owner().row(late)]);
  const kit = await openDevice(file, 'p');
  let state = home.state;
  const phone = new Owner({
    keys: kit.keys,
    state,
    deviceToken: kit.token,
    connect: (token) => home.client(token),
    clock: site.world.clock,
    random: systemRandom,
    save: (next) => (state = next),
    saveToken: () => undefined,
  });
  await phone.validate([await phone.row(phoned)]);
  await home.owner().revoke(grant);
  await home.owner().rotate();
  const { id } = await home.app.retrieve({ query: 'plays' });
  ({ bundle } = await home.app.receipt({ retrievalId: id, model: { label: 'm' }, output: { text: 'An answer.' } }));
});
afterAll(() => site.close());

const sorted = (one: Bundle): string[] =>
  verify(one)
    .rows.map((row) => (row.disclosed ? row.validation : ''))
    .toSorted((a, b) => a.localeCompare(b));

const verify = (one: Bundle) => {
  const trust = { verifierKeys: site.world.verifierKeys, vault: home.state.vault };
  return verifyBundle(one, trust, site.world.clock.now());
};

it('whoever knows the vault id checks every one of them, and is told what cannot be known', () => {
  const verdict = verify(bundle);
  expect(verdict.failures).toEqual([]);
  expect(verdict.rows.map((row) => (row.disclosed ? row.validation : null))).toEqual(['verified', 'verified', 'verified']);
  expect(verdict.verified.join('\n')).toMatch(/The owner’s key has been changed once/);
  expect(verdict.verified.filter((line) => line.includes(device))).toHaveLength(1);
  expect(verdict.unknown.filter((line) => line.includes('had not taken the device’s key back'))).toHaveLength(1);
  expect(verdict.unknown.filter((line) => line.includes('has been replaced since'))).toHaveLength(1);
});

it('without the change of the key, or the device’s grant, what rests on them fails', () => {
  const { rotations, ...disclosures } = bundle.disclosures;
  expect(rotations).toHaveLength(1);
  expect(sorted({ ...bundle, disclosures })).toEqual(['failed', 'verified', 'verified']);
  const tags = bundle.disclosures.tags.map((tag) => {
    if (tag?.owner === undefined) return tag;
    const { grant, ...owner } = tag.owner;
    return grant === undefined ? tag : { ...tag, owner };
  });
  expect(sorted({ ...bundle, disclosures: { ...bundle.disclosures, tags } })).toEqual(['failed', 'verified', 'verified']);
});
