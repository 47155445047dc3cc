import { copyFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { STATEMENT_PAYLOAD_TYPE } from '../../schemas/receipt.ts';
import { issueReceipt } from '../../src/app/issue-receipt.ts';
import { logMark, MemoryMarks } from '../../src/app/marks.ts';
import { readReceipt } from '../../src/app/receipts.ts';
import { retrieve } from '../../src/app/retrieve.ts';
import type { Services } from '../../src/app/services.ts';
import { startServices, stopServices } from '../../src/app/start.ts';
import { isMemSyncError } from '../../src/core/errors.ts';
import { systemRandom } from '../../src/core/random.ts';
import { parseEnvelope } from '../../src/crypto/dsse.ts';
import { verifyBytes } from '../../src/crypto/ed25519.ts';
import { leafHash } from '../../src/log/merkle.ts';
import { verifyProof } from '../../src/log/proof.ts';
import { parseVerifierKey } from '../../src/log/verifier-key.ts';
import { receiptEntry } from '../../src/receipts/statement.ts';
import { openSqliteStore } from '../../src/store/sqlite/store.ts';
import { World } from '../support/world.ts';

const EARLY = 300;
const LATE = 12;

/** A receipt that was handed out: what its proof is of. */
interface Handed {
  readonly id: string;
  readonly leaf: Uint8Array;
}

let world: World;
let token: string;
let ground: string;
const handed: Handed[] = [];

async function issue(services: Services): Promise<Handed> {
  const { id: retrievalId } = await retrieve(services, token, { query: 'anything' });
  const { id, bundle } = await issueReceipt(services, token, { retrievalId, model: { label: 'm' }, output: { text: 'an answer' } }, null);
  const leaf = leafHash(receiptEntry(parseEnvelope(STATEMENT_PAYLOAD_TYPE, bundle.envelope)));
  verifies(bundle.proof, leaf);
  return { id, leaf };
}

function verifies(proof: string, leaf: Uint8Array): void {
  verifyProof(proof, leaf, parseVerifierKey(world.verifierKeys[0] ?? ''), verifyBytes);
}

/** A log of more than one tile, in a database with a log of writes beside it, copied as a power cut would leave them. */
beforeAll(async () => {
  ground = mkdtempSync(join(tmpdir(), 'memsync-logfaults-'));
  world = await World.open();
  token = await (await world.owner()).grant();
  handed.push(...(await Promise.all(Array.from({ length: EARLY }, () => issue(world.services)))));
  await world.restart();
  for (let i = 0; i < LATE; i += 1) handed.push(await issue(world.services));
  for (const end of ['', '-wal']) copyFileSync(`${world.database}${end}`, join(ground, `whole.db${end}`));
  await world.stop();
});

afterAll(async () => {
  rmSync(ground, { recursive: true, force: true });
  await world.close();
});

/** Starts on a copy that was bent, and hands the services to `work`; what starting or working says, where it is refused. */
async function started(bend: (path: string) => void, work: (services: Services, path: string) => Promise<void>): Promise<string> {
  const folder = mkdtempSync(join(ground, 'one-'));
  const path = join(folder, 'memsync.db');
  for (const end of ['', '-wal']) copyFileSync(join(ground, `whole.db${end}`), `${path}${end}`);
  try {
    bend(path);
    const services = await open(path);
    try {
      await work(services, path);
    } finally {
      await stopServices(services).catch(() => undefined);
    }
    return 'served';
  } catch (error) {
    if (isMemSyncError(error)) return error.code;
    throw error;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function open(path: string): Promise<Services> {
  const marks = new MemoryMarks();
  const mark = logMark(world.keys.logSigner.name);
  marks.raise(mark, world.marks.get(mark) ?? { seq: 0, hash: new Uint8Array(32) });
  const store = openSqliteStore({ path, busyTimeout: 100 });
  try {
    return await startServices({
      store,
      clock: world.clock,
      random: systemRandom,
      marks,
      logSigner: world.keys.logSigner,
      receiptSigner: world.keys.receiptSigner,
      limits: { idleMs: 900_000, memoryBudget: 2 ** 30 },
      build: 'test',
    });
  } catch (error) {
    await store.close().catch(() => undefined);
    throw error;
  }
}

/** Each of these receipts is proven again, rightly, or refused with a code. Returns how many were proven. */
async function proven(services: Services, receipts = handed): Promise<number> {
  let shown = 0;
  for (const { id, leaf } of receipts) {
    const read = await readReceipt(services, token, id).catch(refused);
    if (read === null) continue;
    verifies(read.bundle.proof, leaf);
    shown += 1;
  }
  return shown;
}

function refused(error: unknown): null {
  if (!isMemSyncError(error)) throw error;
  return null;
}

function overwritePage(page: number): (path: string) => void {
  return (path) => {
    const bytes = readFileSync(path);
    bytes.fill(0xa5, page * 4096, page * 4096 + 4096);
    writeFileSync(path, bytes);
  };
}

describe('a log whose database has gone bad', () => {
  it('is as it was where nothing is bent', async () => {
    let shown = 0;
    expect(world.marks.get(logMark(world.keys.logSigner.name))?.seq).toBe(handed.length);
    expect(
      await started(
        () => undefined,
        async (services) => {
          shown = await proven(services);
          await issue(services);
        },
      ),
    ).toBe('served');
    expect(shown).toBe(handed.length);
  });

  it('is refused where its log of writes is cut, wherever, if anything is missing of it', async () => {
    const { length } = readFileSync(join(ground, 'whole.db-wal'));
    const outcomes: string[] = [];
    for (let i = 0; i <= 48; i += 1) {
      const cut = (path: string): void => truncateSync(`${path}-wal`, Math.floor((length * i) / 48));
      outcomes.push(await started(cut, async (services) => expect(services.log.size).toBe(handed.length)));
    }
    expect(outcomes.at(-1)).toBe('served');
    expect(new Set(outcomes)).toEqual(new Set(['log_broken', 'served']));
    expect(outcomes.indexOf('served')).toBeGreaterThan(40);
  });

  it('is refused where its log of writes is gone', async () => {
    expect(
      await started(
        (path) => rmSync(`${path}-wal`),
        async () => undefined,
      ),
    ).toBe('log_broken');
  });

  it.each([
    ['the checkpoint’s signature', `UPDATE log SET checkpoint = replace(checkpoint, substr(checkpoint, -9, 4), 'AAAA')`],
    ['the root', `UPDATE log SET root = zeroblob(32)`],
    ['the size', `UPDATE log SET size = size - 1`],
    ['the last tile', `UPDATE tiles SET bytes = zeroblob(length(bytes)) WHERE level = 0 AND idx = 1`],
    ['the tile above', `UPDATE tiles SET bytes = zeroblob(32) WHERE level = 1`],
    ['the last tile, gone', `DELETE FROM tiles WHERE level = 0 AND idx = 1`],
    ['the log, gone', `DELETE FROM log`],
  ])('is refused at the start: %s', async (_what, sql) => {
    const outcome = await started(
      (path) => run(path, sql),
      async () => undefined,
    );
    expect(['log_broken', 'signature_invalid', 'encoding_invalid', 'checkpoint_invalid']).toContain(outcome);
  });

  it('hands out no proof that does not hold where a tile that is full has gone bad', async () => {
    for (const [sql, lost] of [
      [`UPDATE tiles SET bytes = zeroblob(8192) WHERE level = 0 AND idx = 0`, 256],
      [`UPDATE tiles SET bytes = CAST(x'${'00'.repeat(32)}' || substr(bytes, 33) AS BLOB) WHERE level = 0 AND idx = 0`, 256],
      [`DELETE FROM tiles WHERE level = 0 AND idx = 0`, 256],
    ] as const) {
      let shown = -1;
      expect(
        await started(
          (path) => run(path, sql),
          async (services) => void (shown = await proven(services)),
        ),
      ).toBe('served');
      expect(handed.length - shown).toBeGreaterThan(0);
      expect(handed.length - shown).toBeLessThanOrEqual(lost);
    }
  });

  it('is refused, or proves what it proves rightly, with any page of the file overwritten', async () => {
    const pages = readFileSync(join(ground, 'whole.db')).length / 4096;
    const outcomes = new Map<string, number>();
    const some = handed.filter((_, i) => i % 25 === 0);
    const step = Math.max(1, Math.floor(pages / 45));
    for (let page = 0; page < pages; page += step) {
      const outcome = await started(overwritePage(page), async (services) => void (await proven(services, some)));
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    }
    expect(outcomes.get('served')).toBeGreaterThan(0);
    expect(
      [...outcomes.keys()].filter((code) => !['served', 'store_failed', 'log_broken', 'config_invalid', 'schema_newer'].includes(code)),
    ).toEqual([]);
    expect(outcomes.size).toBeGreaterThan(1);
  });
});

describe('a log whose database somebody else holds', () => {
  it('acknowledges nothing meanwhile, and goes on from where it was', async () => {
    const outcome = await started(
      () => undefined,
      async (services, path) => {
        const other = new Database(path);
        const { id: retrievalId } = await retrieve(services, token, { query: 'anything' });
        other.exec('BEGIN IMMEDIATE');
        const wish = { retrievalId, model: { label: 'm' }, output: { text: 'an answer' } };
        await expect(issueReceipt(services, token, wish, null)).rejects.toMatchObject({ code: 'vault_busy' });
        expect(services.log.size).toBe(handed.length);
        other.exec('ROLLBACK');
        other.close();
        await issueReceipt(services, token, wish, null);
        expect(await proven(services)).toBe(handed.length);
        expect(services.log.size).toBe(handed.length + 1);
      },
    );
    expect(outcome).toBe('served');
  });

  it('does not start', async () => {
    const others: Database.Database[] = [];
    const hold = (path: string): void => {
      const other = new Database(path);
      others.push(other);
      other.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; CREATE TABLE held (x); COMMIT');
    };
    expect(await started(hold, async () => undefined)).toBe('vault_busy');
    for (const other of others) other.close();
  });
});

function run(path: string, sql: string): void {
  const db = new DatabaseSync(path);
  db.exec(sql);
  db.close();
}
