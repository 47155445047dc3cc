import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import * as caseBundle from './case-bundle.ts';
import * as certificate from './certificate.ts';
import * as diff from './diff.ts';
import * as disclosure from './disclosure.ts';
import * as health from './health.ts';
import * as keys from './keys.ts';
import * as memory from './memory.ts';
import { openapiDocument } from './openapi.ts';
import * as ownerEvent from './owner-event.ts';
import * as ownerEventReply from './owner-event-reply.ts';
import * as policy from './policy.ts';
import * as primitives from './primitives.ts';
import * as problem from './problem.ts';
import * as receipt from './receipt.ts';
import * as recovery from './recovery.ts';
import * as replay from './replay.ts';
import * as retrieval from './retrieval.ts';
import * as sealedRows from './sealed-rows.ts';
import * as exportLine from './export-line.ts';
import * as transfer from './transfer.ts';
import * as vocabulary from './vocabulary.ts';

const FOLDER = fileURLToPath(new URL('json/', import.meta.url));

/** What `schemas/json/` is to hold, by file name: the JSON Schema of every wire schema, as it is on the wire, and the API's document. */
function generated(): Map<string, string> {
  const files = new Map([['openapi.json', pretty(openapiDocument())]]);
  for (const room of [
    caseBundle,
    certificate,
    diff,
    disclosure,
    health,
    keys,
    memory,
    ownerEvent,
    ownerEventReply,
    policy,
    primitives,
    problem,
    receipt,
    recovery,
    replay,
    retrieval,
    sealedRows,
    exportLine,
    transfer,
    vocabulary,
  ]) {
    for (const [name, schema] of Object.entries(room)) {
      if (schema instanceof z.ZodType) files.set(`${kebab(name)}.json`, pretty(jsonSchema(name, schema)));
    }
  }
  return files;
}

function jsonSchema(name: string, schema: z.ZodType): object {
  const { $schema, ...rest } = z.toJSONSchema(schema, { io: 'input', target: 'draft-2020-12' });
  return { $schema, $id: `urn:memsync:schema:${kebab(name)}:v1`, title: name, ...rest };
}

function kebab(name: string): string {
  return name.replaceAll(/(?<=[a-z0-9])(?=[A-Z])/g, '-').toLowerCase();
}

function pretty(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** The names of files that are not what they should be, missing and left-over ones included. */
function drift(files: ReadonlyMap<string, string>): string[] {
  const there = existsSync(FOLDER) ? readdirSync(FOLDER) : [];
  const names = new Set([...there, ...files.keys()]);
  return [...names].filter((name) => !there.includes(name) || readFileSync(FOLDER + name, 'utf8') !== files.get(name)).toSorted();
}

function main(check: boolean): number {
  const files = generated();
  const wrong = drift(files);
  if (wrong.length === 0) return 0;
  if (check) {
    console.error(`schemas/json/ is not what the schemas say; run \`npm run schemas\`: ${wrong.join(', ')}`);
    return 1;
  }
  mkdirSync(FOLDER, { recursive: true });
  for (const name of wrong) {
    const text = files.get(name);
    if (text === undefined) rmSync(FOLDER + name);
    else writeFileSync(FOLDER + name, text);
  }
  console.log(`schemas/json/: ${wrong.length} files written`);
  return 0;
}

process.exitCode = main(process.argv.includes('--check'));
