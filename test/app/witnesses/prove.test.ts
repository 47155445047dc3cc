import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Bundle } from '../../../schemas/receipt.ts';
import { issueReceipt } from '../../../src/app/issue-receipt.ts';
import { readCheckpoint } from '../../../src/app/log-reads.ts';
import { readReceipt } from '../../../src/app/receipts.ts';
import { remember } from '../../../src/app/remember.ts';
import { retrieve } from '../../../src/app/retrieve.ts';
import { CosignedCheckpoints } from '../../../src/app/witnesses/cosigned.ts';
import { signCheckpoint } from '../../../src/log/checkpoint.ts';
import { encodeCosignerKey } from '../../../src/log/cosigner-key.ts';
import { parseEntryBundle } from '../../../src/log/entry-bundle.ts';
import { leafHash } from '../../../src/log/merkle.ts';
import { encodeNote, parseNote } from '../../../src/log/note.ts';
import { parsePolicy } from '../../../src/log/policy.ts';
import { parseProof, verifyProof } from '../../../src/log/proof.ts';
import type { Verdict } from '../../../src/receipts/verdict.ts';
import { verifyBundle } from '../../../src/receipts/verify.ts';
import { openSqliteStore } from '../../../src/store/sqlite/store.ts';
import { makeCosigner } from '../../log/cosigner.ts';
import { makeSigner, verify } from '../../log/signer.ts';
import { WitnessedWorld } from '../../support/witnesses.ts';

let here: WitnessedWorld;
let app: string;

beforeEach(async () => {
  here = await WitnessedWorld.open();
  const owner = await here.world.owner();
  app = await owner.grant();
  await remember(here.world.services, app, { memories: [{ text: 'Allergic to hazelnuts', claimed: { kind: 'user_stated' } }] }, null);
});

afterEach(() => here.close());

async function issue(): Promise<{ receipt: string; bundle: Bundle }> {
  const { services } = here.world;
  const { id: retrievalId } = await retrieve(services, app, { query: 'hazelnuts' });
  const { bundle, id: receipt } = await issueReceipt(
    services,
    app,
    { retrievalId, model: { label: 'm' }, output: { text: 'None.' } },
    null,
  );
  return { bundle, receipt };
}

const judge = (bundle: Bundle, witnesses?: string): Verdict =>
  verifyBundle(bundle, { verifierKeys: here.world.verifierKeys, witnesses }, here.world.clock.now());
const codes = ({ failures }: Verdict): string[] => failures.map(({ code }) => code);
const isUnwitnessed = ({ unknown }: Verdict): boolean => unknown.some((line) => line.startsWith('unwitnessed'));
const sizeIn = (proof: string): number => Number(parseProof(proof).checkpoint.split('\n')[1]);

describe('a receipt', () => {
  it('is witnessed once witnesses have cosigned the log that it is in, and says who and when', async () => {
    const policy = here.policy(2, 3, false);
    const { receipt, bundle } = await issue();
    expect(codes(judge(bundle, policy))).toEqual(['witnesses_missing']);
    expect(isUnwitnessed(judge(bundle, policy))).toBe(true);
    expect(isUnwitnessed(judge(bundle))).toBe(true);
    here.world.clock.advance(7000);
    await here.ask();
    const at = Math.floor(here.world.clock.now() / 1000) * 1000;
    const later = await readReceipt(here.world.services, app, receipt);
    const verdict = judge(later.bundle, policy);
    expect(codes(verdict)).toEqual([]);
    expect(isUnwitnessed(verdict)).toBe(false);
    expect(verdict.witnesses).toEqual({
      met: true,
      quorum: '2 of w1, w2, w3',
      cosigned: here.witnesses.map(({ name }, i) => ({ witness: `w${i + 1}`, name, at })),
      ahead: [],
    });
    expect(verdict.verified.filter((line) => /cosigned|was in the log by/.test(line))).toHaveLength(2);
    // Without a policy a cosignature is nobody's word that counts.
    expect(judge(later.bundle).witnesses).toBeNull();
    expect(isUnwitnessed(judge(later.bundle))).toBe(true);
    expect(codes(judge(later.bundle))).toEqual([]);
  });

  it('is under the newest checkpoint that enough have cosigned, as long as it is in it', async () => {
    const first = await issue();
    await here.ask();
    const witnessed = here.world.services.log.size;
    const second = await issue();
    await here.grow(300);
    const read = async ({ receipt }: { receipt: string }): Promise<string> =>
      (await readReceipt(here.world.services, app, receipt)).bundle.proof;
    expect(sizeIn(await read(first))).toBe(witnessed);
    expect(sizeIn(await read(second))).toBe(here.world.services.log.size);
    // The log's own newest checkpoint is what it is.
    expect((await readCheckpoint(here.world.services)).split('\n')[1]).toBe(String(here.world.services.log.size));
    await here.ask();
    expect(sizeIn(await read(first))).toBe(here.world.services.log.size);
    expect(sizeIn(await read(second))).toBe(here.world.services.log.size);
  });

  it('is under the last checkpoint where too few have, with what there is', async () => {
    for (const witness of here.witnesses.slice(1)) witness.mood = 'dead';
    const { receipt } = await issue();
    await here.ask();
    const { bundle } = await readReceipt(here.world.services, app, receipt);
    expect(codes(judge(bundle, here.policy(1, 3, false)))).toEqual([]);
    const verdict = judge(bundle, here.policy(2, 3, false));
    expect(codes(verdict)).toEqual(['witnesses_missing']);
    expect(verdict.failures[0]?.detail).toContain('w1');
    expect(verdict.witnesses).toMatchObject({ met: false, cosigned: [{ witness: 'w1' }] });
    expect(isUnwitnessed(verdict)).toBe(true);
    expect(isUnwitnessed(judge(bundle, here.policy(1, 3, false)))).toBe(false);
  });

  it('is under the newest as soon as the policy asks for nobody, or nobody is set up', async () => {
    await here.setUp(here.policy('none'));
    const { receipt } = await issue();
    await here.ask();
    await here.grow(2);
    const size = async (): Promise<number> => sizeIn((await readReceipt(here.world.services, app, receipt)).bundle.proof);
    expect(await size()).toBe(here.world.services.log.size);
    here.world.witnesses = null;
    await here.world.restart();
    expect(await size()).toBe(here.world.services.log.size);
  });
});

describe('a proof under a checkpoint that has been outgrown', () => {
  it('holds for every entry, at and about the edges of tiles', async () => {
    const { services } = here.world;
    for (const target of [1, 2, 3, 255, 256, 257, 511, 512, 600]) {
      await here.grow(Math.max(0, target - services.log.size));
      await here.ask();
      await here.grow(1);
      const witnessed = (await services.witnesses?.status())?.witnessed ?? 0;
      const indexes = [0, 1, 2, 254, 255, 256, 257, 510, 511, 512, witnessed - 1, witnessed].filter((i) => i <= witnessed);
      for (const index of new Set(indexes)) {
        const bytes = await services.store.tile(-1, Math.floor(index / 256));
        const entry = parseEntryBundle(bytes ?? new Uint8Array(0))[index % 256] ?? new Uint8Array(0);
        const proof = await services.log.prove(index);
        expect(sizeIn(proof)).toBe(index < witnessed ? witnessed : services.log.size);
        expect(verifyProof(proof, leafHash(entry), here.log, verify).index).toBe(index);
      }
    }
  });

  it('is the same after a restart, and in another process that has asked nobody', async () => {
    await here.grow(5);
    await here.ask();
    await here.grow(5);
    const proof = await here.world.services.log.prove(0);
    expect(sizeIn(proof)).toBe(5);
    await here.world.restart();
    expect(await here.world.services.log.prove(0)).toBe(proof);
    const store = openSqliteStore({ path: here.world.database });
    const other = new CosignedCheckpoints(store.witnesses, here.log, parsePolicy(here.policy()));
    expect((await other.met())?.size).toBe(5);
    await here.ask();
    expect((await other.met())?.size).toBe(10);
    await store.close();
  });
});

describe('what the database says that witnesses have cosigned', () => {
  const write = (rows: readonly (readonly [number, string])[]): void => {
    const db = new Database(here.world.database);
    const put = db.prepare('INSERT OR REPLACE INTO cosigned_checkpoints (origin, size, revision, checkpoint) VALUES (?, ?, ?, ?)');
    for (const [i, [size, checkpoint]] of rows.entries()) put.run(here.log.name, size, 1000 + i, checkpoint);
    db.close();
  };
  const cosignedBy = (note: string, seeds: readonly number[], time = 1_767_600_000): string => {
    const { text, signatures } = parseNote(note);
    const lines = seeds.map((seed) => makeCosigner(`witness${seed}.example/w`, seed).cosign(text, time));
    return encodeNote({ text, signatures: [...signatures, ...lines] });
  };
  const twin = (size: number, signer = here.world.keys.logSigner): string =>
    signCheckpoint({ origin: here.log.name, size, root: leafHash(Uint8Array.of(size % 256)) }, signer);

  it.each<[string, () => [number, string]]>([
    ['nonsense', () => [6, 'nonsense']],
    ['another’s log', () => [6, cosignedBy(twin(6, makeSigner(here.log.name, 5).signer), [11, 12, 13])]],
    ['another size', () => [7, cosignedBy(twin(6), [11, 12, 13])]],
    ['strangers', () => [6, cosignedBy(twin(6), [21, 22, 23])]],
    ['too few', () => [6, cosignedBy(twin(6), [11])]],
    [
      'a witness twice',
      () => [6, `${cosignedBy(twin(6), [11])}${cosignedBy(twin(6), [11], 1_767_600_001).split('\n').slice(-2).join('\n')}`],
    ],
    ['a forged cosignature', () => [6, cosignedBy(twin(6), [11, 12]).replace(/(witness12\S+ .{30})./, '$1A')]],
    ['a twin of this log', () => [6, cosignedBy(twin(6), [11, 12, 13])]],
    ['a twin of the same size', () => [8, cosignedBy(twin(8), [11, 12, 13])]],
    ['a twin of a larger size', () => [99, cosignedBy(twin(99), [11, 12, 13])]],
  ])('is not handed out where it is of %s', async (_, row) => {
    await here.grow(4);
    await here.ask();
    await here.grow(4);
    write([row()]);
    const plain = (await here.world.services.store.log())?.checkpoint;
    for (const restart of [false, true]) {
      if (restart) await here.world.restart();
      const proof = await here.world.services.log.prove(0);
      const bytes = await here.world.services.store.tile(-1, 0);
      const [entry] = parseEntryBundle(bytes ?? new Uint8Array(0));
      expect(verifyProof(proof, leafHash(entry ?? new Uint8Array(0)), here.log, verify).index).toBe(0);
      expect(await readCheckpoint(here.world.services)).toBe(plain);
    }
  });

  it.each([1, 3, 4, 8])('does no harm where it cannot be read, or has been poisoned, at %s of 8', async (size) => {
    await here.grow(4);
    await here.ask();
    await here.grow(4);
    for (const poison of [
      'nonsense',
      cosignedBy(here.world.services.log.checkpoint(), [21]).replace(/stranger|witness21/, 'witness11'),
      cosignedBy(twin(size), [11, 12, 13]),
    ]) {
      write([[size, poison]]);
      await here.world.restart();
      expect(sizeIn(await here.world.services.log.prove(5))).toBe(8);
    }
    await here.ask();
    const proof = await here.world.services.log.prove(0);
    const [entry] = parseEntryBundle((await here.world.services.store.tile(-1, 0)) ?? new Uint8Array(0));
    expect(verifyProof(proof, leafHash(entry ?? new Uint8Array(0)), here.log, verify).index).toBe(0);
    expect(sizeIn(proof)).toBe(8);
    expect(parseNote(parseProof(proof).checkpoint).signatures.map(({ name }) => name)).toEqual([
      here.log.name,
      ...here.witnesses.map(({ name }) => name),
    ]);
  });

  it('is not handed out under another size than it is of', async () => {
    await here.grow(4);
    await here.ask();
    const [cosigned] = await here.world.services.store.witnesses.cosigned(here.log.name, 0);
    await here.grow(4);
    write([[8, cosigned?.checkpoint ?? '']]);
    await here.world.restart();
    expect(sizeIn(await here.world.services.log.prove(0))).toBe(4);
    expect(sizeIn(await here.world.services.log.prove(5))).toBe(8);
  });

  it('is the log’s under its present key: after a change of keys it is cosigned anew, and bears the new signature alone', async () => {
    const size = await here.grow(4);
    await here.ask();
    const stored = await here.world.services.store.log();
    const next = makeSigner(here.log.name, 77);
    const { witnesses } = here.world.services.store;
    const cosigned = new CosignedCheckpoints(witnesses, next.key, parsePolicy(here.policy()));
    expect(await cosigned.met()).toBeNull();
    const checkpoint = signCheckpoint({ origin: here.log.name, size, root: stored?.root ?? new Uint8Array(32) }, next.signer);
    const { text, signatures } = parseNote(checkpoint);
    expect(await cosigned.withCosignatures(size, checkpoint)).toBe(checkpoint);
    for (const seed of [13, 11]) {
      const line = makeCosigner(`witness${seed}.example/w`, seed).cosign(text, 1_767_600_000);
      expect(await cosigned.add(size, checkpoint, line)).toBe(true);
    }
    const note = parseNote((await cosigned.met())?.checkpoint ?? '');
    expect(note.signatures.map(({ name }) => name)).toEqual([here.log.name, 'witness11.example/w', 'witness13.example/w']);
    expect(note.signatures[0]).toEqual(signatures[0]);
    expect([...(await cosigned.cosignersOf(size, text))]).toEqual(['w1', 'w3']);
  });

  it('loses no cosignature to another that comes at the same time, to this process or the next', async () => {
    const size = await here.grow(4);
    const checkpoint = here.world.services.log.checkpoint();
    const { text } = parseNote(checkpoint);
    const seeds = Array.from({ length: 15 }, (_, i) => 60 + i);
    const cosigners = seeds.map((seed) => makeCosigner(`w${seed}.example`, seed));
    const lines = cosigners.map(({ key }, i) => `witness c${i} ${encodeCosignerKey(key)}`);
    const policy = parsePolicy(`${lines.join('\n')}\ngroup g all ${lines.map((_, i) => `c${i}`).join(' ')}\nquorum g\n`);
    const other = openSqliteStore({ path: here.world.database });
    const open = (store: typeof other): CosignedCheckpoints => new CosignedCheckpoints(store.witnesses, here.log, policy);
    const [a, b] = [open(here.world.services.store), open(other)];
    const added = cosigners.map((cosigner, i) => (i % 2 === 0 ? a : b).add(size, checkpoint, cosigner.cosign(text, 1_767_600_000 + i)));
    expect(await Promise.all(added)).toEqual(seeds.map(() => true));
    for (const one of [a, b]) {
      expect((await one.met())?.by.size).toBe(15);
      expect(parseNote(await one.withCosignatures(size, checkpoint)).signatures).toHaveLength(16);
    }
    await other.close();
  });

  it('is kept for the newest thousand, and for the newest that enough have cosigned', async () => {
    const checkpoints: [number, string][] = [];
    await here.grow(3);
    await here.ask();
    for (const witness of here.witnesses.slice(1)) witness.mood = 'dead';
    for (let i = 0; i < 1003; i++) checkpoints.push([10 + i, cosignedBy(twin(10 + i), [11])]);
    write(checkpoints);
    await here.world.restart();
    await here.grow(2000);
    await here.ask();
    const kept = (await here.world.services.store.witnesses.cosigned(here.log.name, 0)).map(({ size }) => size).toSorted((a, b) => a - b);
    expect(kept).toHaveLength(1001);
    expect([kept[0], kept[1], kept.at(-1)]).toEqual([3, 14, 2003]);
    expect(sizeIn(await here.world.services.log.prove(0))).toBe(3);
    expect(sizeIn(await here.world.services.log.prove(3))).toBe(2003);
  });
});
