import { describe, expect, it } from 'vitest';
import { publishMirror } from '../../../src/app/mirror/publish.ts';
import { type FaultKind, FragileFiles } from '../../support/fragile-files.ts';
import { checkMirror } from '../../support/mirror-check.ts';
import { PaperLog } from '../../support/paper-log.ts';

const LOG = new PaperLog(1400);

/** Sizes that are published one after another: the last is where something goes wrong. */
const RUNS = [[[3]], [[0, 1]], [[255, 256]], [[250, 300, 520]], [[200, 700, 700]]];
const LATER = 300;
const FAULTS: readonly (readonly [FaultKind, dies: boolean])[] = [
  ['before', false],
  ['half', false],
  ['half', true],
  ['after', true],
];

async function published(sizes: readonly number[]): Promise<FragileFiles> {
  const files = new FragileFiles();
  for (const size of sizes) await publishMirror(LOG.at(size), files);
  files.revive();
  return files;
}

/** A run in which something is to go wrong: what was there before it, how many steps it takes, and what comes of a mirror that it went well with. */
interface Ground {
  readonly before: FragileFiles;
  readonly steps: number;
  readonly sizes: readonly number[];
  readonly names: readonly string[];
}

async function groundOf(sizes: readonly number[]): Promise<Ground> {
  const before = await published(sizes.slice(0, -1));
  const files = before.copy();
  await publishMirror(LOG.at(sizes.at(-1) ?? 0), files);
  const steps = files.steps.length;
  return { before, steps, sizes, names: await namesLater(files, sizes.at(-1) ?? 0) };
}

/** What there is once the log has outgrown all that was partial; the second run removes what the first one left for those who had just read. */
async function namesLater(files: FragileFiles, size: number): Promise<string[]> {
  const later = LOG.at(size + LATER);
  for (let i = 0; i < 2; i += 1) await publishMirror(later, files);
  return files.names().filter((name) => !name.startsWith('.unfinished'));
}

const check = (files: FragileFiles) => checkMirror((name) => files.read(name), LOG.key);

/** A coin for each thing that was not synced: the same at every run. */
function coins(seed: number): () => boolean {
  let state = seed * 2_654_435_761 + 1;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return Math.floor(state / 65_536) % 2 === 0;
  };
}

/** Whatever has happened, the mirror holds at a size that was published or was being published; the next run completes it, and nothing is left behind. */
async function expectMended(files: FragileFiles, { sizes, names }: Ground): Promise<void> {
  const size = sizes.at(-1) ?? 0;
  const between = await check(files);
  expect([sizes.at(-2) ?? null, size]).toContain(between?.size ?? null);
  await publishMirror(LOG.at(size), files);
  expect((await check(files))?.size).toBe(size);
  expect(await namesLater(files, size)).toEqual(names);
}

describe('a mirror whose writing goes wrong', () => {
  it.each(RUNS)('at any step, in any way, holds and is right after the next run: %j', async (sizes) => {
    const ground = await groundOf(sizes);
    expect(ground.steps).toBeGreaterThan(2);
    for (let step = 0; step < ground.steps; step += 1) {
      for (const [kind, dies] of FAULTS) {
        const files = ground.before.copy();
        files.fault = { step, kind, dies };
        await expect(publishMirror(LOG.at(sizes.at(-1) ?? 0), files)).rejects.toThrow('a fault at');
        files.revive();
        await expectMended(files, ground);
      }
    }
  });

  it.each(RUNS)('with the power, at any step, whatever of it was not durable: %j', async (sizes) => {
    const ground = await groundOf(sizes);
    for (let step = 0; step <= ground.steps; step += 1) {
      for (const kept of [() => false, () => true, coins(step), coins(step + 1000), coins(step + 2000)]) {
        const files = ground.before.copy();
        if (step < ground.steps) files.fault = { step, kind: 'after', dies: true };
        await publishMirror(LOG.at(sizes.at(-1) ?? 0), files).catch(() => undefined);
        files.cutPower(kept);
        if (step === ground.steps) expect((await check(files))?.size).toBe(sizes.at(-1));
        await expectMended(files, ground);
      }
    }
  });
});
