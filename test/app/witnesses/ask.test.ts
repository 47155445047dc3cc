import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tellNews, type WitnessNews } from '../../../src/app/witnesses/news.ts';
import { openCosignatures } from '../../../src/log/cosignature.ts';
import { parseCosignerKey } from '../../../src/log/cosigner-key.ts';
import { parseNote } from '../../../src/log/note.ts';
import { readCheckpoint } from '../../../src/app/log-reads.ts';
import type { WitnessMood } from '../../support/witness.ts';
import { WitnessedWorld } from '../../support/witnesses.ts';
import { verify } from '../../log/signer.ts';
import { encodeVerifierKey, verifierKey } from '../../../src/log/verifier-key.ts';

let here: WitnessedWorld;
const news: WitnessNews[] = [];

beforeEach(async () => {
  news.length = 0;
  here = await WitnessedWorld.open();
  listen();
});

afterEach(() => here.close());

const listen = (): void => here.world.services.witnesses?.listen((one) => news.push(one));
const cosigners = async (): Promise<string[]> => {
  const keys = here.witnesses.map(({ vkey }) => parseCosignerKey(vkey));
  return openCosignatures(parseNote(await readCheckpoint(here.world.services)), keys, verify).map(({ key }) => key.name);
};
const names = (): string[] => here.witnesses.map(({ name }) => name);

describe('witnesses that behave', () => {
  it('cosign the newest checkpoint, whatever they have seen before', async () => {
    await here.grow(3);
    expect(await here.ask()).toEqual({ asked: 3, cosigned: 3, refused: 0 });
    expect(await cosigners()).toEqual(names());
    const size = await here.grow(700);
    expect(await here.ask()).toEqual({ asked: 3, cosigned: 3, refused: 0 });
    expect(await cosigners()).toEqual(names());
    for (const witness of here.witnesses) {
      expect(witness.asked.map(({ old }) => old)).toEqual([0, 3]);
      expect(witness.seen.get(here.log.name)?.size).toBe(size);
    }
    expect(await here.said()).toEqual([
      ['w1', size, null],
      ['w2', size, null],
      ['w3', size, null],
    ]);
    expect(news).toEqual([]);
  });

  it('are asked as long as one is behind, and not while nothing moves', async () => {
    const { witnesses } = here.world.services;
    expect(await witnesses?.due()).toBe(false);
    expect(await here.ask()).toEqual({ asked: 0, cosigned: 0, refused: 0 });
    await here.grow();
    expect(await witnesses?.due()).toBe(true);
    await here.ask();
    expect(await witnesses?.due()).toBe(false);
    expect(await here.ask()).toEqual({ asked: 0, cosigned: 0, refused: 0 });
    await here.grow();
    expect(await witnesses?.due()).toBe(true);
  });

  it('are asked one time at a time, whoever calls', async () => {
    await here.grow(5);
    const { promise, resolve } = Promise.withResolvers<void>();
    for (const witness of here.witnesses) witness.gate = promise;
    const asks = [here.ask(), here.ask(), here.ask()];
    resolve();
    expect(new Set(await Promise.all(asks)).size).toBe(1);
    expect(here.witnesses.map(({ busiest, asked }) => [busiest, asked.length])).toEqual([
      [1, 1],
      [1, 1],
      [1, 1],
    ]);
  });

  it('are asked anew from the size that they say: more than was remembered, or less, or the same', async () => {
    await here.grow(10);
    await here.ask();
    await here.grow(10);
    const [one, two] = here.witnesses;
    // Another process asked it, and this one does not know.
    await here.world.services.store.witnesses.noteWitness(here.log.name, {
      cosigner: one.vkey,
      size: 4,
      askedAt: 0,
      cosignedAt: null,
      refusal: null,
    });
    // It has lost what it had.
    two.seen.clear();
    expect(await here.ask()).toEqual({ asked: 3, cosigned: 3, refused: 0 });
    expect(one.asked.map(({ old }) => old)).toEqual([0, 4, 10]);
    expect(two.asked.map(({ old }) => old)).toEqual([0, 10, 0]);
    expect(await cosigners()).toEqual(names());
  });

  it('go on where they were after a restart, also where the answer was lost on the way', async () => {
    await here.grow(4);
    const [one] = here.witnesses;
    await here.ask();
    await here.world.restart();
    expect(await here.world.services.witnesses?.due()).toBe(false);
    const size = await here.grow(4);
    // It cosigned, and the process was killed before it could keep that.
    one.mood = 'slow';
    const asked = here.ask();
    await asked;
    const seen = here.witnesses[1].seen.get(here.log.name);
    one.seen.set(here.log.name, seen ?? { size: 0, root: new Uint8Array(0) });
    one.mood = 'well';
    here.world.clock.advance(60_000);
    await here.world.restart();
    expect(await here.ask()).toEqual({ asked: 1, cosigned: 1, refused: 0 });
    expect(one.asked.map(({ old }) => old)).toEqual([0, 4, 4, size]);
    expect(await cosigners()).toEqual(names());
  });

  it('are given up when the service stops, however long they take', async () => {
    await here.grow();
    for (const witness of here.witnesses) witness.mood = 'slow';
    const asked = here.ask();
    await here.world.stop();
    expect(await asked).toMatchObject({ asked: 3, cosigned: 0, refused: 0 });
  });
});

describe('a witness that does not cosign', () => {
  const moods: [WitnessMood, string][] = [
    ['slow', 'timeout'],
    ['dead', 'unreachable'],
    ['failing', 'answer_unusable'],
    ['redirecting', 'redirected'],
    ['endless', 'too_long'],
    ['forging', 'cosignature_invalid'],
    ['of another', 'cosignature_invalid'],
    ['of others', 'cosignature_invalid'],
    ['timeless', 'cosignature_invalid'],
    ['hasty', 'clock_ahead'],
    ['ahead', 'ahead'],
    ['restless', 'moving'],
    ['stubborn', 'forked'],
    ['HTML', 'answer_unusable'],
    ['not UTF-8', 'answer_unusable'],
  ];

  it.each(moods)('as it is %s is said to be %s, and nothing of it is kept', async (mood, reason) => {
    await here.grow(10);
    here.witnesses[1].mood = mood;
    expect(await here.ask()).toEqual({ asked: 3, cosigned: 2, refused: 1 });
    const [one, , three] = names();
    expect(await cosigners()).toEqual([one, three]);
    expect((await here.said()).map(([, , refusal]) => refusal)).toEqual([null, reason, null]);
    expect(news).toEqual([{ kind: 'refused', witness: 'w2', reason }]);
    expect(here.witnesses[1].followed).toBe(0);
    expect(here.witnesses[1].asked.length).toBeLessThanOrEqual(3);
    const note = parseNote(await readCheckpoint(here.world.services));
    expect(note.signatures).toHaveLength(3);
  });

  it('is left alone for a while, longer each time, and its end is told', async () => {
    const [one] = here.witnesses;
    one.mood = 'failing';
    const { clock } = here.world;
    await here.grow(10);
    await here.ask();
    const rests: number[] = [];
    for (let i = 0; i < 9; i++) {
      let rest = 0;
      while (!(await here.world.services.witnesses?.due())) {
        clock.advance(5000);
        rest += 5;
      }
      rests.push(rest);
      await here.ask();
    }
    expect(rests).toEqual([10, 20, 40, 80, 160, 320, 600, 600, 600]);
    expect(news).toEqual([{ kind: 'refused', witness: 'w1', reason: 'answer_unusable' }]);
    const [said] = (await here.world.services.witnesses?.status())?.witnesses ?? [];
    expect(clock.now() - (said?.refusal?.since ?? 0)).toBe(2430_000);
    one.mood = 'well';
    clock.advance(600_000);
    await here.ask();
    expect(news.slice(1)).toEqual([{ kind: 'cosigns again', witness: 'w1' }]);
    expect(await cosigners()).toEqual(names());
  });

  it('is told as too few where the quorum depends on it', async () => {
    for (const witness of here.witnesses.slice(1)) witness.mood = 'dead';
    const size = await here.grow(10);
    await here.ask();
    expect(news).toContainEqual({ kind: 'quorum missing', size, witnessed: 0, quorum: '2 of w1, w2, w3' });
    for (const witness of here.witnesses) witness.mood = 'well';
    here.world.clock.advance(60_000);
    await here.ask();
    expect(news.at(-1)).toEqual({ kind: 'quorum met again', size });
    expect(await here.world.services.witnesses?.status()).toMatchObject({ witnessed: size, quorum: '2 of w1, w2, w3' });
  });

  it('does not know the log, or its key', async () => {
    const [one, two] = here.witnesses;
    one.logs.clear();
    two.logs.set(here.log.name, { ...here.log, publicKey: new Uint8Array(32).fill(9), keyId: new Uint8Array(4) });
    await here.grow();
    await here.ask();
    expect((await here.said()).map(([, , refusal]) => refusal)).toEqual(['log_unknown', 'key_refused', null]);
  });

  it('is not asked where the policy names other logs', async () => {
    const other = verifierKey('other.example', here.log.publicKey);
    await here.setUp(`log ${encodeVerifierKey(other)}\n${here.policy()}`);
    await here.grow();
    await here.ask();
    expect((await here.said()).map(([, , refusal]) => refusal)).toEqual(['log_not_in_policy', 'log_not_in_policy', 'log_not_in_policy']);
    expect(here.witnesses.flatMap(({ asked }) => asked)).toEqual([]);
    await here.setUp(`log ${encodeVerifierKey(here.log)}\n${here.policy()}`);
    here.world.clock.advance(60_000);
    await here.ask();
    expect(await cosigners()).toEqual(names());
  });
});

describe('a log that is not the one that witnesses have seen', () => {
  const grave = (): string[] =>
    news
      .map(tellNews)
      .filter(({ level }) => level === 'error')
      .map(({ fields }) => String(fields['code']));

  it('is found out where an older one was put in place', async () => {
    await here.grow(4);
    await here.ask();
    for (const witness of here.witnesses) witness.seen.set(here.log.name, { size: 50, root: new Uint8Array(32) });
    await here.grow(4);
    await here.ask();
    expect((await here.said()).map(([, size, refusal]) => [size, refusal])).toEqual([
      [50, 'ahead'],
      [50, 'ahead'],
      [50, 'ahead'],
    ]);
    expect(grave()).toEqual(['log_forked', 'log_forked', 'log_forked']);
    // Nothing else was tried.
    expect(here.witnesses.map(({ asked }) => asked.map(({ old }) => old))).toEqual([
      [0, 4],
      [0, 4],
      [0, 4],
    ]);
    // Once it has grown past what they have seen it still is another.
    await here.grow(60);
    here.world.clock.advance(60_000);
    await here.ask();
    expect((await here.said()).map(([, , refusal]) => refusal)).toEqual(['forked', 'forked', 'forked']);
    expect(here.witnesses.map(({ seen }) => seen.get(here.log.name)?.size)).toEqual([50, 50, 50]);
    expect(await cosigners()).toEqual([]);
  });

  it('is found out at the very size', async () => {
    const size = await here.grow(4);
    for (const witness of here.witnesses) witness.seen.set(here.log.name, { size, root: new Uint8Array(32) });
    await here.ask();
    expect((await here.said()).map(([, , refusal]) => refusal)).toEqual(['forked', 'forked', 'forked']);
    expect(here.witnesses.map(({ asked }) => asked.map(({ old }) => old))).toEqual([
      [0, 4],
      [0, 4],
      [0, 4],
    ]);
  });
});
