import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { EventsReply, OwnerBoxesReply } from '../../schemas/owner-event.ts';
import type { SealedRowReply } from '../../schemas/sealed-rows.ts';
import { base64, fromBase64, fromHex, hex } from '../../src/core/bytes.ts';
import { systemRandom } from '../../src/core/random.ts';
import { Redacted } from '../../src/core/redacted.ts';
import { sealBox } from '../../src/crypto/box.ts';
import { deriveOwnerKeys } from '../../src/crypto/root.ts';
import { signCheckpoint } from '../../src/log/checkpoint.ts';
import { EMPTY_ROOT } from '../../src/log/merkle.ts';
import { encodeOwnerEvent, linkHash, parseStoredEvent } from '../../src/memory/event.ts';
import { signEvent } from '../../src/sdk/sign-event.ts';
import { Site } from '../support/site.ts';
import { type Bend, Home } from './home.ts';

let site: Site;
let home: Home;
let rows: string[];

beforeAll(async () => {
  site = await Site.open();
});
afterAll(() => site.close());
beforeEach(async () => {
  home = await Home.make(site);
  const { memories } = await home.app.remember({ memories: [{ text: 'Lives in Porto' }, { text: 'Owes nobody money' }] });
  rows = memories.map(({ id }) => id);
});

const on = (path: string, change: (answer: never, body: never) => unknown): Bend => {
  return (at, answer, body) => (at.endsWith(path) ? change(answer as never, body as never) : answer);
};

/** How many owner events went out. */
const signed = (): number => home.sent.filter(({ call }) => call === `POST /v1/vaults/${home.state.vault}/events`).length;

function flipped(text: string): string {
  const bytes = fromBase64(text);
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
  return base64(bytes);
}

describe('a service that hands out other rows than it holds', () => {
  const row = (change: (reply: SealedRowReply) => SealedRowReply): Promise<unknown> => {
    home.bend = on(`/rows/${rows[0]}`, change);
    return home.owner().row(rows[0] ?? '');
  };

  it.each(['header', 'text', 'wrappedKey'] as const)('is caught by the owner’s own key when it alters the %s', async (field) => {
    await expect(row((reply) => ({ ...reply, [field]: flipped(reply[field]) }))).rejects.toMatchObject({ code: 'row_unopenable' });
  });

  it('is caught when it names another commitment, version or row', async () => {
    await expect(
      row((reply) => ({ ...reply, commitment: reply.commitment.replace(/^./, (digit) => (digit === '0' ? '1' : '0')) })),
    ).rejects.toMatchObject({
      code: 'commitment_mismatch',
    });
    await expect(row((reply) => ({ ...reply, version: 2 }))).rejects.toMatchObject({ code: 'row_unopenable' });
    await expect(row((reply) => ({ ...reply, row: rows[1] ?? '' }))).rejects.toMatchObject({ code: 'service_lied' });
  });

  it('is caught when it shows one row in another’s place', async () => {
    const other = await home.client(home.token).sealedRow(home.state.vault, rows[1] ?? '');
    await expect(row(() => ({ ...other, row: rows[0] ?? '' }))).rejects.toMatchObject({ code: 'row_unopenable' });
  });

  it('is caught when it hands out a key of its own making, or none', async () => {
    const own = sealBox(home.keys.box.publicKey, new Redacted(systemRandom.bytes(32)));
    const boxes = (change: (reply: OwnerBoxesReply) => OwnerBoxesReply) => {
      home.bend = on('/boxes', change);
      return home.owner().row(rows[0] ?? '');
    };
    await expect(boxes((reply) => ({ ...reply, boxes: reply.boxes.map((box) => ({ ...box, box: base64(own) })) }))).rejects.toMatchObject({
      code: 'box_mismatch',
    });
    await expect(boxes((reply) => ({ ...reply, boxes: [] }))).rejects.toMatchObject({ code: 'service_lied' });
  });
});

describe('a service whose ledger does not lead on from what was seen', () => {
  const confirm = async (change: (page: EventsReply) => EventsReply): Promise<void> => {
    const row = await home.owner().row(rows[0] ?? '');
    const owner = home.owner();
    home.bend = on('/events', (page: EventsReply & { seq?: number }) => ('events' in page ? change(page) : page));
    const before = signed();
    try {
      await owner.validate([row]);
    } finally {
      // Whatever was wrong, nothing was signed on top of it.
      expect(signed()).toBe(before);
    }
  };
  const forged = (page: EventsReply, by: 'another key' | 'the owner'): EventsReply => {
    const keys = by === 'the owner' ? home.keys : deriveOwnerKeys(new Redacted(systemRandom.bytes(32)));
    const now = site.world.clock.now();
    // The owner's own signature, on an event that the owner never put there: signed on top of what was two events ago.
    const ownerPrev = by === 'the owner' ? home.state.vault : home.state.ownerHead;
    const place = { vault: home.state.vault, ownerSeq: home.state.ownerSeq + 1, ownerPrev, seenHead: home.state.head };
    const event = signEvent(keys.signing, place, { kind: 'revoked', body: { grant: home.vault.appGrant } }, now, systemRandom);
    const stored = encodeOwnerEvent(now, event);
    const seq = page.head.seq + 1;
    const hash = hex(linkHash(seq, fromHex(page.head.hash), stored));
    return { events: [...page.events, { seq, hash, stored: base64(stored) }], head: { seq, hash } };
  };

  it('is refused when it is behind: nothing is signed', async () => {
    await expect(confirm((page) => ({ events: [], head: { seq: 3, hash: page.head.hash } }))).rejects.toMatchObject({
      code: 'head_not_reached',
    });
  });

  it('is refused when it has another event where the last one seen was', async () => {
    await home.owner().refresh();
    await expect(confirm(() => ({ events: [], head: { seq: home.state.head.seq, hash: '0'.repeat(64) } }))).rejects.toMatchObject({
      code: 'head_not_reached',
    });
  });

  it('is refused when it hides an event in the middle, or its end', async () => {
    await expect(confirm((page) => ({ ...page, events: page.events.slice(1) }))).rejects.toMatchObject({ code: 'head_not_reached' });
    await expect(confirm((page) => ({ ...page, events: [] }))).rejects.toMatchObject({ code: 'service_lied' });
  });

  it('is refused when it changes an event, or its hash', async () => {
    await expect(
      confirm((page) => ({ ...page, events: page.events.map((event) => ({ ...event, stored: flipped(event.stored) })) })),
    ).rejects.toMatchObject({
      code: 'head_not_reached',
    });
    await expect(confirm((page) => ({ ...page, head: { ...page.head, hash: '0'.repeat(64) } }))).rejects.toMatchObject({
      code: 'service_lied',
    });
  });

  it.each(['another key', 'the owner'] as const)('is refused when it shows an event of %s that has no place there', async (by) => {
    await expect(confirm((page) => forged(page, by))).rejects.toMatchObject({ code: 'service_lied' });
  });

  it('is refused when it takes an event and does not show it', async () => {
    const row = await home.owner().row(rows[0] ?? '');
    const owner = home.owner();
    await owner.refresh();
    home.bend = on('/events', (answer: EventsReply | { seq: number }) =>
      'events' in answer ? { events: [], head: home.state.head } : { ...answer, head: home.state.head },
    );
    await expect(owner.validate([row])).rejects.toMatchObject({ code: 'service_lied' });
  });
});

describe('a service whose log goes back on itself', () => {
  const refresh = (change: (checkpoint: string) => string): Promise<unknown> => {
    home.bend = on('/log/checkpoint', change);
    return home.owner().refresh();
  };
  it('is caught when it shrinks, forks, or is signed by another key', async () => {
    const { logSigner } = site.world.keys;
    const { id } = await home.app.retrieve({ query: 'Porto' });
    await home.app.receipt({ retrievalId: id, model: { label: 'm' }, output: { text: 'Porto' } });
    await home.owner().refresh();
    const sign = (size: number, root: Uint8Array) => signCheckpoint({ origin: logSigner.name, size, root }, logSigner);
    await expect(refresh(() => sign(0, EMPTY_ROOT))).rejects.toMatchObject({ code: 'service_lied' });
    await expect(refresh(() => sign(1, new Uint8Array(32)))).rejects.toMatchObject({ code: 'service_lied' });
    await expect(refresh((checkpoint) => checkpoint.replace(/.{4}\n$/, 'AAA=\n'))).rejects.toMatchObject({ code: 'service_lied' });
    home.bend = null;
    const next = await home.app.retrieve({ query: 'money' });
    await home.app.receipt({ retrievalId: next.id, model: { label: 'm' }, output: { text: 'none' } });
    await expect(refresh((checkpoint) => checkpoint)).resolves.toMatchObject({ log: { checkpoint: expect.stringContaining('\n2\n') } });
    await expect(refresh(() => sign(3, new Uint8Array(32)))).rejects.toMatchObject({
      code: 'service_lied',
    });
  });
});

it('the events that are compared are those of a real ledger', async () => {
  const { events } = await home.client(home.token).events(home.state.vault);
  expect(events.map(({ stored }) => parseStoredEvent(fromBase64(stored)).by)).toEqual([
    'owner',
    'owner',
    'owner',
    'owner',
    'owner',
    'owner',
    'grant',
    'grant',
  ]);
});
