import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { utf8 } from '../../src/core/bytes.ts';
import type { Built } from '../receipts/build.ts';
import { buildForTest } from './bundled.ts';
import { startChromium } from './chromium.ts';

/** The instant as of which `judge` has a bundle judged: three days after it was issued. */
export const AT = '2026-11-24T12:00:00Z';

/**
 * The page as a person opens it: from a file, with nothing behind it. What it asks of any network, or complains of, is noted, and fails
 * whichever test it was. Each test gets it afresh.
 */
export class VerifyPage {
  /** Where something would answer, if the page asked. */
  origin = '';
  readonly #asked: string[] = [];
  readonly #said: string[] = [];
  #reached = 0;
  #address = '';
  #browser: Browser | undefined;
  #context: BrowserContext | undefined;
  #page: Page | undefined;
  #server: Server | undefined;

  /** Has the browser started and closed, and the page opened anew for each test of the suite that calls it. */
  static forSuite(): VerifyPage {
    const it = new VerifyPage();
    beforeAll(() => it.#start(), 90_000);
    beforeEach(() => it.#open());
    afterEach(() => it.#close());
    afterAll(() => it.#stop());
    return it;
  }

  get page(): Page {
    if (this.#page === undefined) throw new Error('the page is not open');
    return this.#page;
  }

  /** Drops a file where the selector says, as a hand does. */
  async drop(selector: string, name: string, bytes: Uint8Array): Promise<void> {
    const file = `new File([new Uint8Array(${JSON.stringify([...bytes])})], ${JSON.stringify(name)})`;
    const dataTransfer = await this.page.evaluateHandle(
      `(() => { const all = new DataTransfer(); all.items.add(${file}); return all; })()`,
    );
    await this.page.dispatchEvent(selector, 'drop', { dataTransfer });
    await this.page.getByText(name).waitFor();
  }

  async trust({ trust: { verifierKeys = [] } }: Built): Promise<void> {
    await this.page.getByLabel('The service’s keys', { exact: true }).fill(verifierKeys.join('\n'));
  }

  /** Fills in one of the fields that are folded away. */
  async more(label: string, text: string): Promise<void> {
    if (!(await this.page.getByLabel('As of').isVisible())) await this.page.getByText('More to go by').click();
    await this.page.getByLabel(label, { exact: true }).fill(text);
  }

  async check(): Promise<void> {
    await this.page.getByRole('button', { name: 'Check' }).click();
  }

  /** Drops the bundle, gives the keys, and has it judged as of `AT`. */
  async judge(built: Built, text = built.text): Promise<void> {
    await this.drop('body', 'bundle.json', utf8(text));
    await this.trust(built);
    await this.more('As of', AT);
    await this.check();
    await this.page.getByRole('heading', { name: 'The verdict' }).waitFor();
  }

  /** The findings of one kind, a line each. */
  lines(kind: 'failed' | 'verified' | 'asserted' | 'unknown'): Promise<string[]> {
    return this.page.locator(`.findings.${kind} li`).allTextContents();
  }

  /** The status of each claim. */
  async statuses(): Promise<Record<string, string>> {
    const claims = await this.page.locator('[data-claim]').all();
    const pairs = claims.map(async (claim) => [await claim.getAttribute('data-claim'), await claim.locator('h4 .status').textContent()]);
    return Object.fromEntries(await Promise.all(pairs)) as Record<string, string>;
  }

  async #start(): Promise<void> {
    const { folder } = await buildForTest();
    this.#address = pathToFileURL(join(folder, 'index.html')).href;
    const server = createServer((_request, response) => {
      this.#reached += 1;
      response.setHeader('access-control-allow-origin', '*').end('here');
    });
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    this.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    this.#browser = await startChromium();
  }

  async #open(): Promise<void> {
    [this.#asked.length, this.#said.length, this.#reached] = [0, 0, 0];
    const context = await this.#browser?.newContext({ viewport: { width: 1280, height: 900 } });
    const page = await context?.newPage();
    if (context === undefined || page === undefined) throw new Error('the browser has not started');
    [this.#context, this.#page] = [context, page];
    context.on('request', (request) => this.#asked.push(request.url()));
    page.on('websocket', (socket) => this.#asked.push(socket.url()));
    page.on('console', (message) => this.#said.push(message.text()));
    page.on('pageerror', (error) => this.#said.push(String(error)));
    page.on('dialog', (dialog) => {
      this.#said.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    await page.goto(this.#address);
  }

  async #close(): Promise<void> {
    await this.#context?.close();
    const others = this.#asked.filter((url) => url !== this.#address);
    if (this.#asked.length === 0) throw new Error('not even the page itself was seen to be asked for');
    if (others.length > 0 || this.#reached > 0) throw new Error(`The page asked for ${others.join(' ')}, and reached ${this.#reached}`);
    if (this.#said.length > 0) throw new Error(`The page complained: ${this.#said.join('; ')}`);
  }

  async #stop(): Promise<void> {
    await this.#browser?.close();
    this.#server?.close();
  }
}
