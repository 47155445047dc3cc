import type { Browser, Page } from 'playwright-core';
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundle } from '../../build/bundle.ts';
import { CHROMIUM, startChromium } from '../support/chromium.ts';
import { signatureCases } from '../support/ed25519-vectors.ts';
import { merkleVectors } from '../support/merkle-vectors.ts';
import { publishedText } from '../support/published.ts';
import type Ours from '../vectors/ours.json';
import * as judge from './inside/judge.ts';

declare global {
  var judgeInside: typeof judge;
  var isSecureContext: boolean;
}

const OURS = JSON.parse(readFileSync('test/vectors/ours.json', 'utf8')) as typeof Ours;
const JCS = ['arrays', 'french', 'structures', 'unicode', 'values', 'weird'].map((name) => ({
  input: publishedText(`jcs/testdata/input/${name}.json`) ?? '',
  output: publishedText(`jcs/testdata/output/${name}.json`) ?? '',
}));

describe('in Node', () => {
  it('our own formats are what the vectors say', () => {
    for (const [what, computed, given] of judge.formats(OURS)) expect(computed, what).toEqual(given);
  });
});

describe.skipIf(CHROMIUM === null)('inside a browser', () => {
  let browser: Browser;
  let page: Page;
  let program: string;

  beforeAll(async () => {
    ({ code: program } = await bundle('test/verify/inside/main.ts', { format: 'iife', minify: false }));
    browser = await startChromium();
    page = await browser.newPage();
    await page.addScriptTag({ content: program });
  });
  afterAll(() => browser?.close());

  it('there is no Node', async () => {
    expect(await page.evaluate(() => ['Buffer', 'process', 'require', 'global'].filter((name) => name in globalThis))).toEqual([]);
  });

  it('our own formats are what they are in Node', async () => {
    const inside = await page.evaluate((ours) => globalThis.judgeInside.formats(ours), OURS);
    expect(inside).toEqual(judge.formats(OURS));
    expect(inside.length).toBeGreaterThan(20);
  });

  it('evidence is judged as it is in Node', async () => {
    const secure = await browser.newPage();
    await secure.goto(pathToFileURL('test/vectors/ours.json').href);
    await secure.addScriptTag({ content: program });
    const inside = await secure.evaluate(async (ours) => globalThis.judgeInside.evidence(ours), OURS);
    expect(inside).toEqual(await judge.evidence(OURS));
    expect(inside).toMatchObject([{ status: 'verified' }, { status: 'verified' }]);
  });

  it('evidence is left open where the browser keeps WebCrypto from the page, and has not failed for that', async () => {
    expect(await page.evaluate(() => globalThis.isSecureContext)).toBe(false);
    const inside = await page.evaluate(async (ours) => globalThis.judgeInside.evidence(ours), OURS);
    expect(inside).toMatchObject([{ status: 'pending' }, { status: 'pending' }]);
  });

  it.skipIf(signatureCases().length === 0)('every published signature is told as libsodium tells it', async () => {
    const cases = signatureCases();
    const inside = await page.evaluate((given) => globalThis.judgeInside.signatures(given), cases);
    const outside = judge.signatures(cases);
    expect(cases.filter((_, i) => inside[i] !== outside[i]).map(({ name }) => name)).toEqual([]);
    expect([inside.length, new Set(inside).size]).toEqual([cases.length, 2]);
  });

  it.skipIf(merkleVectors === null)('every published proof is told right', async () => {
    const { inclusion, consistency } = merkleVectors ?? { inclusion: [], consistency: [] };
    const inside = await page.evaluate(([first, second]) => globalThis.judgeInside.proofs(first, second), [
      inclusion,
      consistency,
    ] as const);
    expect(inside).toEqual(judge.proofs(inclusion, consistency));
    expect(inside.map((told) => told !== 'holds')).toEqual([...inclusion, ...consistency].map(({ wantErr }) => wantErr));
    expect(inside).toHaveLength(196);
  });

  it.skipIf(JCS.some(({ output }) => output === ''))('RFC 8785’s test data is written as published', async () => {
    const inside = await page.evaluate(
      (texts) => globalThis.judgeInside.canonical(texts),
      JCS.map(({ input }) => input),
    );
    expect(inside).toEqual(JCS.map(({ output }) => output));
    expect(judge.canonical(JCS.map(({ input }) => input))).toEqual(inside);
  });
});
