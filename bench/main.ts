import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { measureBackup } from './backup.ts';
import { measureDemote } from './demote.ts';
import type { Section } from './figure.ts';
import type { Span } from './pace.ts';
import { measureReceipts } from './receipts.ts';
import { measureRemember } from './remember.ts';
import { pageOf } from './results.ts';
import { measureRetrieval } from './retrieval/measure.ts';
import { measureRetrieve } from './retrieve.ts';
import { measureReview } from './review.ts';
import { measureRights } from './rights.ts';

/** `npm run bench -- [remember] [retrieve] [retrieval] [receipts] [demote] [backup] [rights] [review] [--quick]`: all of them, unless some are named. */
const MEASUREMENTS: Readonly<Record<string, (span: Span, quick: boolean) => Promise<Section>>> = {
  remember: measureRemember,
  retrieve: measureRetrieve,
  retrieval: measureRetrieval,
  receipts: measureReceipts,
  demote: measureDemote,
  backup: measureBackup,
  rights: measureRights,
  review: measureReview,
};

const args = process.argv.slice(2);
const quick = args.includes('--quick');
const span: Span = quick ? { warm: 300, run: 700, rounds: 3 } : { warm: 1000, run: 2000, rounds: 5 };
const named = args.filter((arg) => !arg.startsWith('--'));
const unknown = [...args.filter((arg) => arg.startsWith('--') && arg !== '--quick'), ...named.filter((name) => !(name in MEASUREMENTS))];
if (unknown.length > 0) {
  console.error(`There is no ${unknown.join(', ')}: name some of ${Object.keys(MEASUREMENTS).join(', ')}, and perhaps --quick.`);
  process.exit(2);
}

const sections: Section[] = [];
for (const name of named.length > 0 ? named : Object.keys(MEASUREMENTS)) {
  console.error(`measuring: ${name}`);
  const section = await MEASUREMENTS[name]?.(span, quick);
  if (section !== undefined) sections.push(section);
}

const page = pageOf(sections, quick);
console.log(page);
const folder = fileURLToPath(new URL('results/', import.meta.url));
mkdirSync(folder, { recursive: true });
writeFileSync(`${folder}latest.json`, `${JSON.stringify({ node: process.versions.node, quick, sections }, null, 2)}\n`);
writeFileSync(`${folder}latest.md`, page);
// What the README quotes is a whole run.
if (named.length === 0 && !quick) writeFileSync(fileURLToPath(new URL('RESULTS.md', import.meta.url)), page);
