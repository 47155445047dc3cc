import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundle } from './bundle.ts';
import { ROOT } from './portable.ts';

const FOLDER = 'src/verify/page';

/**
 * The page that verifies, whole in one HTML file. Its policy lets in nothing but this script and this style, by their hashes: no other
 * script, no image, no frame, no address at all that a script could send anything to, and no markup made out of text.
 */
export async function buildPage(): Promise<string> {
  const { code } = await bundle(`${FOLDER}/main.ts`, { format: 'iife', minify: true });
  // What would end the element early, or begin a comment in it, is the same in a string or a regular expression with a backslash.
  const script = code.replaceAll(/<(?=\/script|script|!--)/gi, String.raw`\x3c`);
  const style = readFileSync(join(ROOT, FOLDER, 'page.css'), 'utf8');
  const policy = [
    "default-src 'none'",
    `script-src ${hashOf(script)}`,
    `style-src ${hashOf(style)}`,
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');
  const html = readFileSync(join(ROOT, FOLDER, 'page.html'), 'utf8');
  return [
    ['content=""', `content="${policy}"`],
    ['<style></style>', `<style>${style}</style>`],
    ['<script></script>', `<script>${script}</script>`],
  ].reduce((page, [place = '', filled = '']) => {
    if (page.split(place).length !== 2) throw new Error(`${FOLDER}/page.html has ${place} not just once`);
    return page.replace(place, () => filled);
  }, html);
}

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}
