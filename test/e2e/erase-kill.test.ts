import Database from 'better-sqlite3';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, expect, it } from 'vitest';
import { systemClock } from '../../src/core/clock.ts';
import { payloadHash } from '../../src/memory/event.ts';
import { verifyCertificate } from '../../src/receipts/certificate.ts';
import { ask } from '../support/http-owner.ts';
import { TestOwner } from '../support/owner.ts';
import { Ground } from '../support/process.ts';

const SETTINGS = { MEMSYNC_LOG_LEVEL: 'error', MEMSYNC_RATE_PER_MINUTE: '100000000' };
const ROUNDS = Number(process.env['MEMSYNC_KILL_ROUNDS'] ?? 10);
const ROWS = 600;
const BATCH = 200;

const ground = new Ground();
const data = join(ground.folder, 'data');
afterAll(() => ground.close());

type Row = { readonly id: string };

async function post(url: string, body: unknown): Promise<never> {
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  if (response.status !== 201) throw new Error(`${response.status} ${await response.text()}`);
  return (await response.json()) as never;
}

/** The answer's status, or null where the service went away; and how many milliseconds it took. */
async function ordered(url: string, submission: unknown): Promise<{ status: number | null; took: number }> {
  const begun = performance.now();
  const status = await post(url, submission).then(
    () => 201,
    () => null,
  );
  return { status, took: performance.now() - begun };
}

/** `count` rows; every twentieth is of 40 KB, so that it overflows its page. */
async function say(url: string, token: string, count: number, round: number, collection = 'default'): Promise<Row[]> {
  const rows: Row[] = [];
  for (let at = 0; at < count; at += BATCH) {
    const memories = Array.from({ length: BATCH }, (_, i) => ({
      collection,
      text: `Row ${collection}/${round}/${at + i}${(at + i) % 20 === 0 ? ` ${'and so on '.repeat(4000)}` : ''}`,
    }));
    const { status, body } = await ask(`${url}/v1/memories`, token, { memories });
    expect(status).toBe(201);
    rows.push(...(body['memories'] as Row[]));
  }
  return rows;
}

/** What lies sealed in the database for these rows: texts, wrapped keys, and the sealed halves of their events. */
function sealedOf(rows: readonly Row[]): Buffer[] {
  const db = new Database(join(data, 'memsync.db'), { readonly: true });
  try {
    const ids = new Set(rows.map(({ id }) => id));
    const versions = db.prepare('SELECT row_id, sealed_text, wrapped_key FROM versions').raw().all() as [Buffer, Buffer, Buffer][];
    const events = db.prepare('SELECT stored, beside FROM events WHERE beside IS NOT NULL').raw().all() as [Buffer, Buffer][];
    return [
      ...versions.filter(([id]) => ids.has(`mem_${id.toString('hex')}`)).flatMap(([, text, key]) => [text, key]),
      ...events.filter(([stored]) => ids.has(/mem_[0-9a-f]{32}/.exec(stored.toString('latin1'))?.[0] ?? '')).map(([, beside]) => beside),
    ];
  } finally {
    db.close();
  }
}

/**
 * How many of these the database's files hold, by their beginnings. Two of them may begin with the same four bytes (among 1,800 once in a few
 * thousand times), and SQLite may go on with one on another page after any byte: sought is by its first sixteen bytes, or sixteen further on.
 */
function held(values: readonly Buffer[]): number {
  const sought = new Map<number, { value: Buffer; part: Buffer }[]>();
  for (const value of values) {
    for (const part of [value.subarray(0, 16), value.subarray(16, 32)]) {
      const start = part.readUInt32LE();
      sought.set(start, [...(sought.get(start) ?? []), { value, part }]);
    }
  }
  const there = new Set<Buffer>();
  for (const path of ['memsync.db', 'memsync.db-wal'].map((name) => join(data, name))) {
    const file = existsSync(path) ? readFileSync(path) : Buffer.alloc(0);
    for (let at = 0; at + 16 <= file.length; at++) {
      for (const { value, part } of sought.get(file.readUInt32LE(at)) ?? []) {
        if (file.compare(part, 0, 16, at, at + 16) === 0) there.add(value);
      }
    }
  }
  return there.size;
}

/** The certificate of the erasure that this event orders, or null while there is none; and how many are pending. */
async function certificateOf(url: string, device: string, owner: TestOwner, event: string): Promise<Record<string, unknown> | null> {
  const { body } = await ask(`${url}/v1/vaults/${owner.vault}/certificates`, device);
  for (const { id } of body['certificates'] as { id: string }[]) {
    const { certificate } = (await ask(`${url}/v1/vaults/${owner.vault}/certificates/${id}`, device)).body;
    const keys = await (await fetch(`${url}/log/key`)).text();
    const { statement } = verifyCertificate(JSON.stringify(certificate), { verifierKeys: keys.trim().split('\n') });
    if ('event' in statement.predicate && statement.predicate.event === event) return statement.predicate;
  }
  return null;
}

it(
  'an erasure that is killed is finished at the next start, or was never ordered; the certificates say which',
  { timeout: 300_000 },
  async () => {
    let service = await ground.start(SETTINGS);
    const door = {
      create: (request: unknown) => post(`${service.url}/v1/vaults`, request),
      post: (vault: string, submission: unknown) => post(`${service.url}/v1/vaults/${vault}/events`, submission),
    };
    const owner = await new TestOwner(door, systemClock).create();
    const app = await owner.grant();
    const device = await owner.device();
    const kept = await say(service.url, app, BATCH, 0);
    // How long an erasure takes here, as far as has been seen: it is killed somewhere within that.
    let span = 110;
    const counts = { 'finished before the kill': 0, 'finished at the next start': 0, 'never ordered': 0 };
    for (let round = 1; round <= ROUNDS; round++) {
      const collection = `trip-${round}`;
      let what: Record<string, unknown>;
      let reader = app;
      if (round % 2 === 0) {
        const key = await owner.addCollection(collection);
        reader = await owner.grant({ collections: [collection] });
        what = { scope: 'collection', collection: key.name.collection };
      } else {
        what = { scope: 'rows' };
      }
      const rows = await say(service.url, reader, ROWS, round, round % 2 === 0 ? collection : 'default');
      if (round % 2 > 0) what = { ...what, rows: rows.map(({ id }) => id) };
      const sealed = sealedOf(rows);
      expect(sealed.length).toBe(3 * ROWS);
      expect(held(sealed)).toBe(3 * ROWS);

      const event = owner.next('erased', what);
      const answered = ordered(`${service.url}/v1/vaults/${owner.vault}/events`, { event: event.envelope });
      // Others are reading all the while.
      const reading = ask(`${service.url}/v1/retrievals`, app, { query: 'Row' }).catch(() => null);
      await Promise.race([answered, pause(((round * 0.29) % 1) * span)]);
      service.signal('SIGKILL');
      await service.ended;
      await reading;
      const { status, took } = await answered;
      if (status !== null) span = Math.min(span, took);

      service = await ground.start(SETTINGS);
      const url = service.url;
      const head = (await ask(`${url}/v1/vaults/${owner.vault}/head`, device)).body as {
        head: { seq: number; hash: string };
        ownerSeq: number;
        ownerHead: string;
      };
      const isOrdered = head.ownerSeq === owner.ownerSeq + 1;
      if (status === 201) expect(isOrdered).toBe(true);
      if (isOrdered) {
        const at = `${url}/v1/vaults/${owner.vault}/certificates`;
        await expect.poll(async () => (await ask(at, device)).body['pending'], { timeout: 30_000, interval: 10 }).toBe(0);
        const certificate = await certificateOf(url, device, owner, payloadHash(event.payload));
        expect(certificate).toMatchObject({ counts: { rows: ROWS, versions: ROWS }, scope: what['scope'] });
        expect(held(sealed)).toBe(0);
        expect((await ask(`${url}/v1/memories/${rows[0]?.id}`, app)).status).toBe(round % 2 === 0 ? 404 : 410);
        counts[status === 201 ? 'finished before the kill' : 'finished at the next start'] += 1;
      } else {
        expect(await certificateOf(url, device, owner, payloadHash(event.payload))).toBeNull();
        expect(held(sealed)).toBe(3 * ROWS);
        expect((await ask(`${url}/v1/memories/${rows[0]?.id}`, reader)).status).toBe(200);
        counts['never ordered'] += 1;
      }
      // What was not named is all there, and the ledger goes on.
      const page = await ask(`${url}/v1/memories/${kept[round]?.id}`, app);
      expect(page.status).toBe(200);
      Object.assign(owner, { ownerSeq: head.ownerSeq, ownerPrev: head.ownerHead, head: head.head });
    }
    expect(counts['finished at the next start']).toBeGreaterThan(0);
    expect(await service.stop()).toBe(0);
    console.info(`killed ${ROUNDS} times while erasing: ${JSON.stringify(counts)}`);
  },
);
