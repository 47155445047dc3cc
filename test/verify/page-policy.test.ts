import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildForTest } from '../support/bundled.ts';
import { CHROMIUM, startChromium } from '../support/chromium.ts';

let folder: string;
let html: string;

beforeAll(async () => {
  ({ folder } = await buildForTest());
  html = readFileSync(join(folder, 'index.html'), 'utf8');
});

const policyOf = (page: string): Map<string, string> => {
  const [, policy = ''] = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page) ?? [];
  return new Map(policy.split('; ').map((one) => [one.split(' ', 1)[0] ?? '', one.slice(one.indexOf(' ') + 1)]));
};
const contentOf = (tag: string): string => new RegExp(`<${tag}>([^]*?)</${tag}>`).exec(html)?.[1] ?? '';
const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

describe('the page’s file', () => {
  it('lets in its own script and style, and nothing else whatever', () => {
    expect(Object.fromEntries(policyOf(html))).toEqual({
      'default-src': "'none'",
      'script-src': hashOf(contentOf('script')),
      'style-src': hashOf(contentOf('style')),
      'base-uri': "'none'",
      'form-action': "'none'",
      'require-trusted-types-for': "'script'",
      'trusted-types': "'none'",
    });
    expect(html.indexOf('Content-Security-Policy')).toBeLessThan(html.indexOf('<style>'));
  });

  it('names nothing that lies elsewhere', () => {
    const markup = html.replace(contentOf('script'), '').replace(contentOf('style'), '');
    expect(markup.match(/\b(?:src|href|action|srcset|poster|ping|formaction)\s*=/gi)).toBeNull();
    expect(contentOf('style').match(/url\s*\(|@import|@font-face/gi)).toBeNull();
    expect(contentOf('script').length).toBeGreaterThan(50_000);
  });

  it('has no script that could go anywhere, or make markup of text', () => {
    const script = contentOf('script').replace(/^\/\*![^]*?\*\//, '');
    const going =
      /\blocation\b|\.open\(|\bRTCPeerConnection\b|\bfetch\(|XMLHttpRequest|WebSocket|EventSource|sendBeacon|\bWorker\(|importScripts|\bimport\(/;
    const making = /innerHTML|outerHTML|insertAdjacentHTML|document\.write|createContextualFragment|DOMParser|srcdoc|setHTML/;
    expect(script.match(going)?.[0] ?? null).toBeNull();
    expect(script.match(making)?.[0] ?? null).toBeNull();
  });

  it('brings the licences of what is in it', () => {
    for (const name of ['@noble/curves', '@noble/hashes', 'canonicalize', 'zod'])
      expect(html).toContain(readFileSync(join('node_modules', name, 'LICENSE'), 'utf8').trim());
  });
});

/** Every way out that a script has, short of leaving the page; each says whether it was let. */
const WAYS_OUT = (origin: string): string => `(async () => {
  const to = (what) => ${JSON.stringify(origin)} + '/' + what;
  const load = (element, what, where) => new Promise((resolve) => {
    element.onload = () => resolve(true);
    element.onerror = () => resolve(false);
    element[what] = where;
    document.body.append(element);
    setTimeout(() => resolve(false), 1500);
  });
  const made = (tag) => document.createElement(tag);
  const tried = async (way) => { try { return await way(); } catch { return false; } };
  return {
    fetch: await tried(() => fetch(to('fetch')).then(() => true)),
    request: await tried(() => new Promise((resolve, reject) => { const one = new XMLHttpRequest(); one.onload = () => resolve(true); one.onerror = reject; one.open('GET', to('xhr')); one.send(); })),
    socket: await tried(() => new Promise((resolve) => { const one = new WebSocket(to('ws').replace('http', 'ws')); one.onopen = () => resolve(true); one.onerror = () => resolve(false); })),
    image: await tried(() => load(made('img'), 'src', to('image.svg'))),
    style: await tried(() => { const one = made('link'); one.rel = 'stylesheet'; return load(one, 'href', to('style.css')); }),
    script: await tried(() => load(made('script'), 'src', to('script.js'))),
    text: await tried(() => { const one = made('div'); one.innerHTML = '<b>x</b>'; return one.firstChild !== null; }),
    code: await tried(() => eval('true')),
    beacon: await tried(async () => { navigator.sendBeacon(to('beacon')); await new Promise((resolve) => setTimeout(resolve, 300)); return null; }),
  };
})()`;

describe.skipIf(CHROMIUM === null)('the page’s policy, in a browser', () => {
  let browser: Browser;
  let server: Server;
  let origin: string;
  const reached: string[] = [];

  beforeAll(async () => {
    server = createServer(({ url = '' }, response) => {
      reached.push(url);
      const type = url.endsWith('.svg') ? 'image/svg+xml' : url.endsWith('.css') ? 'text/css' : 'text/javascript';
      response.setHeader('access-control-allow-origin', '*').setHeader('content-type', type);
      response.end(url.endsWith('.svg') ? '<svg xmlns="http://www.w3.org/2000/svg"/>' : '');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    browser = await startChromium();
  });
  afterAll(async () => {
    await browser?.close();
    server?.close();
  });

  /** Opens the file and has its own world, not the test's, try every way out. */
  async function tryAll(file: string): Promise<{ let: Record<string, unknown>; reached: string[] }> {
    reached.length = 0;
    const page = await browser.newPage();
    await page.goto(pathToFileURL(join(folder, file)).href);
    const outcome = (await page.evaluate(WAYS_OUT(origin))) as Record<string, unknown>;
    await page.close();
    return { let: outcome, reached: [...reached] };
  }

  it('closes every way out, whoever should come to run a script there', async () => {
    const tried = await tryAll('index.html');
    expect(tried.reached).toEqual([]);
    expect(Object.values(tried.let).filter((allowed) => allowed === true)).toEqual([]);
  });

  it('is what closes them: without it they are open', async () => {
    writeFileSync(join(folder, 'open.html'), html.replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/, ''));
    const tried = await tryAll('open.html');
    expect(tried.reached.toSorted()).toEqual(['/beacon', '/fetch', '/image.svg', '/script.js', '/style.css', '/ws', '/xhr']);
    expect(tried.let).toMatchObject({ fetch: true, request: true, image: true, style: true, script: true, text: true, code: true });
  });

  it('runs no other script than its own: one byte more, and it does not check', async () => {
    writeFileSync(join(folder, 'bent.html'), html.replace('</script>', ' </script>'));
    const page = await browser.newPage();
    await page.goto(pathToFileURL(join(folder, 'bent.html')).href);
    expect(await page.locator('#document').count()).toBe(0);
    await page.goto(pathToFileURL(join(folder, 'index.html')).href);
    expect(await page.locator('#document').count()).toBe(1);
    await page.close();
  });
});
