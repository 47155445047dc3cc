import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lint, ROOT } from './lint.ts';

/** The sources, by path from the root, sorted; tests and benches read clocks and environments as they please. */
const SOURCES: ReadonlyMap<string, string> = new Map(
  ['jobs', 'schemas', 'src']
    .filter((folder) => existsSync(join(ROOT, folder)))
    .flatMap((folder) => readdirSync(join(ROOT, folder), { withFileTypes: true, recursive: true }))
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry): [string, string] => {
      const path = join(entry.parentPath, entry.name);
      return [posix.relative(ROOT, path), readFileSync(path, 'utf8')];
    }),
);

interface Rule {
  readonly what: string;
  readonly pattern: RegExp;
  /** Files that may: their paths begin with one of these. */
  readonly except: readonly string[];
  readonly caught: readonly string[];
  readonly free: readonly string[];
}

const CLOCKS = ['src/core/clock.ts', 'src/main.ts'];

const RULES: readonly Rule[] = [
  {
    what: 'reads the clock',
    pattern:
      /\bDate\s*\.\s*now\b|\bperformance\s*\.\s*now\b|\bnew\s+Date\s*(?:\(\s*\)|(?![\w\s(]))|(?<!new\s+|[\w.#])Date\s*\(\s*\)|\bhrtime\b/,
    except: CLOCKS,
    caught: [
      'Date.now()',
      'Date . now',
      'new Date()',
      'new Date( )',
      'new Date;',
      'Date()',
      'performance.now()',
      'process.hrtime.bigint()',
    ],
    free: ['new Date(instant)', 'new Date(Date.UTC(2026, 0, 1))', 'formatDate()', 'clock.now()', 'Date.parse(text)', 'row.Date()'],
  },
  {
    what: 'reads the environment',
    pattern: /\bprocess\s*\??\.\s*env\b|\bprocess\s*\[|\{[^}]*\benv\b[^}]*\}\s*=\s*process\b/,
    except: ['src/config/'],
    caught: ['process.env', 'process?.env', "process['env']", 'const { env } = process;', 'const { argv, env: e } = process'],
    free: ['process.argv', 'process.exitCode = 1', 'environment', 'const { argv } = process'],
  },
  {
    what: 'makes its own randomness',
    pattern: /\bMath\s*\.\s*random\b|\brandomUUID\b|\bgetRandomValues\b/,
    except: [],
    caught: ['Math.random()', 'crypto.randomUUID()', 'crypto.getRandomValues(out)'],
    free: ['random.bytes(32)', 'Math.round(x)'],
  },
  {
    what: 'casts or suppresses its way out',
    pattern: /\bas\s+unknown\s+as\b|\bas\s+any\b|@ts-(?:ignore|expect-error|nocheck)|(?:oxlint|eslint)-disable/,
    except: [],
    caught: ['x as unknown as Row', 'x as any', '// @ts-ignore', '// @ts-expect-error', '// oxlint-disable-next-line no-console'],
    free: ['x as unknown', 'x as const', 'anything'],
  },
];

/** `path:line` of each match outside the files that may. */
function matches({ pattern, except }: Rule, sources: ReadonlyMap<string, string>): string[] {
  const found: string[] = [];
  for (const [path, text] of sources) {
    if (except.some((start) => path.startsWith(start))) continue;
    for (const [i, line] of text.split('\n').entries()) {
      if (pattern.test(line)) found.push(`${path}:${i + 1}`);
    }
  }
  return found;
}

it('the sources were found', () => {
  expect([...SOURCES.keys()]).toContain('src/core/clock.ts');
});

it('no source is longer than 300 lines', () => {
  const long = [...SOURCES].map(([path, text]) => ({ path, lines: text.trimEnd().split('\n').length })).filter(({ lines }) => lines > 300);
  expect(long).toEqual([]);
});

describe.each(RULES)('no source $what', (rule) => {
  it('outside the places that may', () => {
    expect(matches(rule, SOURCES)).toEqual([]);
  });

  it.each(rule.caught)('caught: %s', (text) => {
    expect(matches(rule, new Map([['src/app/x.ts', `ok();\n${text}`]]))).toEqual(['src/app/x.ts:2']);
  });

  it.each(rule.free)('free: %s', (text) => {
    expect(matches(rule, new Map([['src/app/x.ts', text]]))).toEqual([]);
  });
});

it('lint refuses clock, environment and randomness too, where the words are spelt another way', async () => {
  const text =
    "export const all = [Date['now'](), performance.now(), Math['random'](), process.env['X']];\nconst { now } = Date;\nexport default now;\n";
  const files = ['src/app/x.ts', 'src/memory/x.ts', 'src/config/x.ts', 'src/core/clock.ts', 'src/main.ts'];
  const reports = await lint(new Map(files.map((file) => [file, text])));
  const rules = (file: string): string[] =>
    reports
      .filter((report) => report.file === file)
      .map(({ rule, line }) => `${rule}:${line}`)
      .toSorted();
  const clock = ['no-restricted-properties:1', 'no-restricted-properties:1', 'no-restricted-properties:1', 'no-restricted-properties:2'];
  expect(rules('src/app/x.ts')).toEqual(['no-default-export:3', 'no-process-env:1', ...clock]);
  expect(rules('src/memory/x.ts')).toEqual(['no-default-export:3', 'no-process-env:1', ...clock]);
  expect(rules('src/config/x.ts')).toEqual(['no-default-export:3', ...clock]);
  expect(rules('src/core/clock.ts')).toEqual(['no-default-export:3', 'no-process-env:1']);
  expect(rules('src/main.ts')).toEqual(['no-default-export:3', 'no-process-env:1']);
});
