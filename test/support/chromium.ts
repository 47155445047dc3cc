import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

/** Where the machine's own chromium is: `CHROMIUM_PATH`, or by its name on the path; null, said aloud, where there is none. */
export const CHROMIUM: string | null = findChromium();

function findChromium(): string | null {
  const named = process.env['CHROMIUM_PATH'];
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const places = folders.flatMap((folder) => ['chromium', 'chromium-browser', 'google-chrome'].map((name) => join(folder, name)));
  const found = (named === undefined ? places : [named]).find(isExecutable);
  if (found === undefined) console.warn('SKIPPED: there is no chromium on the path (CHROMIUM_PATH names one)');
  return found ?? null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Starts the browser, without a window. The caller closes it. */
export function startChromium(): Promise<Browser> {
  if (CHROMIUM === null) return Promise.reject(new Error('there is no chromium'));
  // As root the browser will not sandbox itself; the pages that it opens here are ours.
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return chromium.launch({ executablePath: CHROMIUM, args });
}
