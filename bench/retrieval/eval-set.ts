import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';

const Row = z.object({
  key: z.string(),
  text: z.string().min(1),
  category: z.string().optional(),
  subject: z.string().optional(),
  attribute: z.string().optional(),
  speaker: z.string().optional(),
  role: z.string().optional(),
  thread: z.string().optional(),
  observedAt: z.iso.datetime().optional(),
});

const Question = z.object({ id: z.string(), text: z.string().min(1), category: z.string(), evidence: z.array(z.string()).min(1) });

const EvalSet = z.object({ name: z.string(), vaults: z.array(z.object({ rows: z.array(Row), questions: z.array(Question) })) });

/** Rows and questions with the keys of the rows that answer them, one vault beside the other. */
export type EvalSet = z.infer<typeof EvalSet>;
export type EvalVault = EvalSet['vaults'][number];
export type EvalRow = z.infer<typeof Row>;

const FACTS = fileURLToPath(new URL('../facts/', import.meta.url));
const TALKS = fileURLToPath(new URL('../talks/', import.meta.url));
const SHARED = fileURLToPath(new URL('../../../shared/eval/', import.meta.url));

/** The plain facts in `bench/facts`, a vault for each person. @throws {z.ZodError} where a file has another shape. */
export function plainFacts(): EvalSet {
  return factsIn('facts', FACTS);
}

/** Facts that nothing is tuned on: whoever changes the ranking looks at their figures, not at them. @throws as `plainFacts` */
export function heldOutFacts(): EvalSet {
  return factsIn('facts held out', `${FACTS}held-out/`);
}

function factsIn(name: string, folder: string): EvalSet {
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
  return { name, vaults: files.toSorted().flatMap((file) => read(`${folder}${file}`).vaults) };
}

/** The talks between two people in `bench/talks`, a vault for each pair. @throws {z.ZodError} where a file has another shape. */
export function talks(): EvalSet {
  return folder('talks', TALKS);
}

/** The conversations of `../shared/eval/<name>.json`, or null where they are not there. @throws {z.ZodError} where the file has another shape. */
export function conversations(name: string): EvalSet | null {
  const path = `${SHARED}${basename(name)}.json`;
  return existsSync(path) ? read(path) : null;
}

function folder(name: string, path: string): EvalSet {
  const files = readdirSync(path).filter((file) => file.endsWith('.json'));
  return { name, vaults: files.toSorted().flatMap((file) => read(`${path}${file}`).vaults) };
}

function read(path: string): EvalSet {
  return EvalSet.parse(JSON.parse(readFileSync(path, 'utf8')));
}
