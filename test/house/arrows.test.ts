import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { lint, type Report, ROOT } from './lint.ts';

/*
 * The arrows once more, written down apart from the configuration: the lint rule is held against this table, import by import.
 * A name stands for `src/name`, but for `jobs` and `schemas`, which lie beside it. `type x` means types of x alone.
 */
const ARROWS: Readonly<Record<string, string>> = {
  core: '',
  crypto: 'core',
  log: 'core crypto schemas',
  memory: 'core crypto schemas log',
  retrieval: 'core crypto schemas',
  claims: 'core crypto schemas memory',
  receipts: 'core crypto schemas log memory claims type:retrieval',
  review: 'core crypto schemas log memory claims receipts',
  verify: 'core crypto schemas log claims receipts review type:memory',
  store: 'core type:schemas type:log type:memory type:retrieval type:claims type:receipts type:review',
  'store/sqlite': 'core store type:schemas type:log type:memory type:retrieval type:claims type:receipts type:review',
  embed: 'core',
  witness: 'core',
  reach: 'core type:claims',
  config: 'core crypto schemas log type:app',
  app: 'core crypto schemas log memory retrieval claims receipts review store type:config type:embed type:reach type:witness',
  http: 'core schemas config app log',
  sdk: 'core crypto schemas log memory claims receipts review',
  cli: 'core crypto schemas config app log memory claims receipts review http sdk main.ts upkeep.ts jobs',
  jobs: 'core schemas config app',
  schemas: 'core',
};

const DOMAIN = 'log memory retrieval claims receipts review';
/** Which rooms may import a package or a Node module; every dependency of the package is here. */
const PACKAGES: Readonly<Record<string, string>> = {
  'libsodium-wrappers': 'crypto',
  'age-encryption': 'crypto',
  canonicalize: 'crypto',
  '@noble/curves': 'crypto',
  '@noble/hashes': 'crypto',
  '@mysten/walrus-wasm': 'crypto',
  'better-sqlite3': 'store/sqlite',
  stemmer: 'retrieval',
  express: 'http',
  'express-rate-limit': 'http',
  helmet: 'http',
  'node-cron': 'jobs',
  'prom-client': 'app http jobs',
  pino: 'app http cli jobs',
  commander: 'cli',
  read: 'cli',
  zod: `schemas embed config app http sdk cli ${DOMAIN}`,
  'zod-openapi': 'schemas http',
  'node:crypto': 'crypto log',
  'node:process': 'config',
  'node:fs': 'core crypto store store/sqlite config app http sdk cli jobs',
  'node:fs/promises': 'core crypto store store/sqlite config app http sdk cli jobs',
  vitest: '',
  'fast-check': '',
  rolldown: '',
  'playwright-core': '',
};

const ROOMS = Object.keys(ARROWS);
const PLACES = [...ROOMS, 'main.ts', 'upkeep.ts', 'test', 'bench', 'build'];
const DEPTHS = [0, 1, 2];

const words = (text: string | undefined): string[] => (text ?? '').split(' ');
const path = (place: string): string => (['jobs', 'schemas', 'test', 'bench', 'build'].includes(place) ? place : `src/${place}`);

interface Line {
  readonly text: string;
  readonly allowed: boolean;
}

/** Every import that a file in `folder` could make of another place or package, with what the tables above say of it. */
function imports(room: string, folder: string): Line[] {
  const lines: Line[] = [];
  const name = (): string => `x${lines.length}`;
  const open = words(ARROWS[room]);
  for (const place of PLACES.filter((other) => other !== room)) {
    const way = posix.relative(folder, path(place));
    const to = `${way.startsWith('.') ? '' : './'}${way}${place.endsWith('.ts') ? '' : '/x.ts'}`;
    const values = open.includes(place);
    const types = values || open.includes(`type:${place}`);
    const value = (text: string): void => void lines.push({ text, allowed: values });
    const type = (text: string): void => void lines.push({ text, allowed: types });
    value(`import { x as ${name()} } from '${to}';`);
    value(`import { x as ${name()}, type X as T${name()} } from '${to}';`);
    value(`import * as ${name()} from '${to}';`);
    value(`import '${to}';`);
    value(`export { x as ${name()} } from '${to}';`);
    value(`export * from '${to}';`);
    value(`void import('${to}');`);
    type(`import type { X as ${name()} } from '${to}';`);
    type(`export type { X as ${name()} } from '${to}';`);
  }
  for (const [from, rooms] of Object.entries(PACKAGES)) {
    const allowed = words(rooms).includes(room);
    lines.push({ text: `import ${name()} from '${from}';`, allowed }, { text: `void import('${from}');`, allowed });
  }
  lines.push({ text: `import { x as ${name()} } from './x.ts';`, allowed: true });
  return lines;
}

const filesOf = (room: string): { file: string; lines: Line[] }[] =>
  DEPTHS.map((depth) => {
    const folder = path(room) + '/deep'.repeat(depth);
    return { file: `${folder}/case.ts`, lines: imports(room, folder) };
  });

describe('the arrows', () => {
  const one = new Map<string, string>([
    [
      'src/core/random.ts',
      "import { randomFillSync } from 'node:crypto';\nimport { createHash } from 'node:crypto';\nimport * as all from 'node:crypto';\n",
    ],
    ['src/core/other.ts', "import { randomFillSync } from 'node:crypto';\n"],
    ['schemas/generate.ts', "import { writeFileSync } from 'node:fs';\nimport { app } from '../src/app/x.ts';\n"],
    [
      'src/main.ts',
      "import { app } from './app/x.ts';\nimport { Sqlite } from './store/sqlite/x.ts';\nimport { http } from './http/x.ts';\n",
    ],
    ['src/memory/noncanonical.ts', "import { x } from '../../src/app/x.ts';\nimport { y } from '../core/../app/x.ts';\n"],
    ['src/memory/type.ts', "export type X = import('../app/x.ts').X;\n"],
    ['src/memory/cycle.ts', "import { b } from './cycle-b.ts';\nexport const a = (): number => b() + 1;\n"],
    ['src/memory/cycle-b.ts', "import { a } from './cycle.ts';\nexport const b = (): number => a() + 1;\n"],
  ]);
  let reports: Report[];
  let reported: Set<string>;

  const seen = (file: string, rule: string): number[] =>
    reports.filter((report) => report.file === file && report.rule === rule).map((report) => report.line);

  beforeAll(async () => {
    const files = new Map(one);
    for (const room of ROOMS) {
      for (const { file, lines } of filesOf(room)) files.set(file, lines.map((line) => line.text).join('\n'));
    }
    reports = await lint(files);
    reported = new Set(reports.filter(({ rule }) => rule === 'no-restricted-imports').map(({ file, line }) => `${file}:${line}`));
  });

  it.each(ROOMS)('%s: what is closed is reported, and nothing else', (room) => {
    const cases = filesOf(room).flatMap(({ file, lines }) => lines.map((line, i) => ({ ...line, at: `${file}:${i + 1}` })));
    const show = ({ at, text }: (typeof cases)[number]): string => `${at} ${text}`;
    const refused = cases.filter(({ at }) => reported.has(at)).map(show);
    expect(refused).toEqual(cases.filter(({ allowed }) => !allowed).map(show));
  });

  it('give core its random bytes, and nothing else of node:crypto', () => {
    expect(seen('src/core/random.ts', 'no-restricted-imports')).toEqual([2, 3]);
    expect(seen('src/core/other.ts', 'no-restricted-imports')).toEqual([1]);
  });

  it('let main.ts put everything together, and the generator write files', () => {
    expect(seen('src/main.ts', 'no-restricted-imports')).toEqual([]);
    expect(seen('schemas/generate.ts', 'no-restricted-imports')).toEqual([2]);
  });

  it('cannot be gone round by a longer path or a type in place', () => {
    expect(seen('src/memory/noncanonical.ts', 'no-restricted-imports')).toEqual([1, 2]);
    expect(seen('src/memory/type.ts', 'consistent-type-imports')).toEqual([1]);
  });

  it('do not run in circles', () => {
    expect(seen('src/memory/cycle.ts', 'no-cycle')).toEqual([1]);
    expect(seen('src/memory/cycle-b.ts', 'no-cycle')).toEqual([1]);
  });
});

describe('the tables', () => {
  const folders = (folder: string): string[] =>
    readdirSync(join(ROOT, folder), { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
      .map((entry) => posix.relative(ROOT, entry.parentPath));

  it('know every room, and how deep its files lie', () => {
    const strangers = ['src', 'jobs', 'schemas']
      .filter((folder) => existsSync(join(ROOT, folder)))
      .flatMap(folders)
      .filter((folder) => {
        const room = ROOMS.filter((name) => `${folder}/`.startsWith(`${path(name)}/`)).toSorted((a, b) => b.length - a.length)[0];
        return folder !== 'src' && (room === undefined || folder.split('/').length - path(room).split('/').length > Math.max(...DEPTHS));
      });
    expect([...new Set(strangers)]).toEqual([]);
  });

  it('know every package that the service depends on', () => {
    const { dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { dependencies: Record<string, string> };
    expect(Object.keys(dependencies).filter((name) => !(name in PACKAGES))).toEqual([]);
  });
});
