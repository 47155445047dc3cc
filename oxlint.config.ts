import { builtinModules } from 'node:module';
import type { OxlintConfig } from 'oxlint';

/** What one room may import: `values` run the other room's code, `types` only name its shapes, `node` are Node's own modules. */
interface Arrows {
  readonly values: readonly string[];
  readonly types?: readonly string[];
  readonly node: 'all' | readonly string[];
}

const DOMAIN = ['src/memory', 'src/retrieval', 'src/log', 'src/receipts', 'src/claims', 'src/review'];
/** The schemas lie beside core: they are shapes and their checks, and import nothing but zod and core. */
const BELOW_DOMAIN = ['src/crypto', 'src/core', 'schemas'];
const OWNER_SIDE = ['src/memory', 'src/log', 'src/receipts', 'src/claims', 'src/review', 'src/crypto', 'src/core', 'schemas'];
const BELOW_FACE = ['src/app', 'src/config', 'src/core', 'schemas'];

/** Arrows point one way. What is not named here is refused: a new room says what it needs before it can import anything. */
const ROOMS: Readonly<Record<string, Arrows>> = {
  'src/core': { values: [], node: 'all' },
  'src/crypto': { values: ['src/core'], node: 'all' },
  'src/log': { values: BELOW_DOMAIN, node: ['node:crypto'] },
  'src/memory': { values: ['src/log', ...BELOW_DOMAIN], node: [] },
  'src/retrieval': { values: BELOW_DOMAIN, node: [] },
  'src/claims': { values: ['src/memory', ...BELOW_DOMAIN], node: [] },
  'src/receipts': { values: ['src/log', 'src/claims', 'src/memory', ...BELOW_DOMAIN], types: ['src/retrieval'], node: [] },
  'src/review': { values: ['src/receipts', 'src/claims', 'src/log', 'src/memory', ...BELOW_DOMAIN], node: [] },
  // What anybody may verify with, anywhere: no Node, no libsodium once it is bundled (build/).
  'src/verify': { values: ['src/receipts', 'src/review', 'src/claims', 'src/log', ...BELOW_DOMAIN], types: ['src/memory'], node: [] },
  'src/store': { values: ['src/core'], types: [...DOMAIN, 'schemas'], node: 'all' },
  'src/store/sqlite': { values: ['src/store', 'src/core'], types: [...DOMAIN, 'schemas'], node: 'all' },
  'src/embed': { values: ['src/core'], node: ['node:timers', 'node:timers/promises'] },
  'src/witness': { values: ['src/core'], node: [] },
  // What evidence may be looked up at, where the operator's trust says so.
  'src/reach': { values: ['src/core'], types: ['src/claims'], node: [] },
  'src/config': { values: ['src/log', ...BELOW_DOMAIN], types: ['src/app'], node: 'all' },
  'src/app': {
    values: [...DOMAIN, ...BELOW_DOMAIN, 'src/store'],
    types: ['src/config', 'src/embed', 'src/reach', 'src/witness'],
    node: 'all',
  },
  'src/http': { values: [...BELOW_FACE, 'src/log'], node: 'all' },
  // The owner's side signs and verifies for itself: it uses the domain rooms, never the service's use cases or store.
  'src/sdk': { values: OWNER_SIDE, node: 'all' },
  'src/cli': {
    values: [...OWNER_SIDE, 'src/app', 'src/config', 'src/sdk', 'src/http', 'src/main.ts', 'src/upkeep.ts', 'jobs'],
    node: 'all',
  },
  jobs: { values: BELOW_FACE, node: 'all' },
  schemas: { values: ['src/core'], node: [] },
};

/** Packages and Node modules that only some rooms may import. */
const ONLY_IN: Readonly<Record<string, readonly string[]>> = {
  'libsodium-wrappers': ['src/crypto'],
  'age-encryption': ['src/crypto'],
  canonicalize: ['src/crypto'],
  '@noble/curves': ['src/crypto'],
  '@noble/hashes': ['src/crypto'],
  '@mysten/walrus-wasm': ['src/crypto'],
  'node:crypto': ['src/crypto', 'src/log'],
  'node:process': ['src/config'],
  'better-sqlite3': ['src/store/sqlite'],
  stemmer: ['src/retrieval'],
  express: ['src/http'],
  'express-rate-limit': ['src/http'],
  helmet: ['src/http'],
  'node-cron': ['jobs'],
  'prom-client': ['src/app', 'src/http', 'jobs'],
  pino: ['src/app', 'src/http', 'src/cli', 'jobs'],
  commander: ['src/cli'],
  '@commander-js/extra-typings': ['src/cli'],
  read: ['src/cli'],
  zod: ['schemas', 'src/embed', 'src/config', 'src/app', 'src/http', 'src/sdk', 'src/cli', ...DOMAIN],
  'zod-openapi': ['schemas', 'src/http'],
};

/** Tools, which no room may import. */
const IN_NO_ROOM = [
  'autocannon',
  'fast-check',
  'knip',
  'oxlint',
  'playwright-core',
  'prettier',
  'rolldown',
  'supertest',
  'typescript',
  'vite',
  'vitest',
];

/** How many folders below its room a file may lie; the house test sees that none lies deeper. */
const DEEPEST = 2;

type Rules = NonNullable<OxlintConfig['rules']>;
type Pattern = { regex: string; message: string; allowTypeImports?: boolean };
type Named = { name: string; allowImportNames: string[]; message: string };

const quote = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`);
const packages = (names: readonly string[]): string => `^(?:${names.map(quote).join('|')})(?:/|$)`;

/** Matches the specifiers that lead into `target` from a file `depth` folders below `room`. */
function into(target: string, room: string, depth: number): string {
  const from = room.split('/');
  const to = target.split('/');
  const common = to.findIndex((part, i) => part !== from[i]);
  const up = '../'.repeat(from.length - common + depth);
  return `^${quote(`${up || './'}${to.slice(common).join('/')}`)}${target.endsWith('.ts') ? '$' : '/'}`;
}

function importRules(room: string, depth: number, { values, types = [], node }: Arrows, paths: Named[] = []): Rules {
  const others = [...Object.keys(ROOMS), 'src/main.ts', 'src/upkeep.ts', 'bench', 'bin', 'build', 'dist', 'test'];
  const closed = others.filter((other) => other !== room && !values.includes(other));
  const patterns = closed.map((other): Pattern => {
    const allowTypeImports = types.includes(other);
    return {
      regex: into(other, room, depth),
      message: `${room} may not import ${allowTypeImports ? 'values of ' : ''}${other}.`,
      allowTypeImports,
    };
  });
  const foreign = Object.keys(ONLY_IN).filter((name) => !ONLY_IN[name]?.includes(room) && !paths.some((path) => path.name === name));
  patterns.push({ regex: packages([...foreign, ...IN_NO_ROOM]), message: `This is not for ${room}: see ONLY_IN in oxlint.config.ts.` });
  patterns.push({ regex: String.raw`^\./\.|/\./|[^.]/\.\./`, message: 'Import by the shortest path.' });
  if (room.startsWith('src/')) patterns.push({ regex: String.raw`^[./]+/src/`, message: 'Import by the shortest path.' });
  if (node !== 'all') {
    const closedNode = builtinModules.map((name) => `node:${name.replace('node:', '')}`).filter((name) => !node.includes(name));
    patterns.push({ regex: packages(closedNode), message: `${room} is pure: it is handed what it needs.` });
  }
  return { 'no-restricted-imports': ['error', { paths, patterns }] };
}

const depths = Array.from({ length: DEEPEST + 1 }, (_, depth) => depth);
const arrows = Object.entries(ROOMS).flatMap(([room, open]) =>
  depths.map((depth) => ({ files: [`${room}/${'*/'.repeat(depth)}*.ts`], rules: importRules(room, depth, open) })),
);

const random = { name: 'node:crypto', allowImportNames: ['randomFillSync'], message: 'Hashes and keys belong to src/crypto.' };
const exceptions = [
  { files: ['src/core/random.ts'], rules: importRules('src/core', 0, { values: [], node: 'all' }, [random]) },
  { files: ['schemas/generate.ts'], rules: importRules('schemas', 0, { values: ['src/core'], node: 'all' }) },
];

const CLOCK = 'Take the instant as an argument, or a Clock.';

export default {
  plugins: ['eslint', 'typescript', 'unicorn', 'oxc', 'import', 'promise', 'node'],
  categories: { correctness: 'error', suspicious: 'error', perf: 'error' },
  env: { node: true, es2024: true },
  ignorePatterns: ['dist/', 'coverage/', 'data/', 'keys/'],
  rules: {
    // A ledger is written in order: awaiting in a loop is usually what is meant.
    'no-await-in-loop': 'off',
    'no-underscore-dangle': 'off',
    // Classes of controls and marks are meant wherever text is cleaned or quoted; they are written as escapes.
    'no-control-regex': 'off',
    'no-misleading-character-class': 'off',
    // Narrowing `as` is sometimes the shortest honest way; casts through unknown are what the house test refuses.
    'typescript/no-unsafe-type-assertion': 'off',
    // Sorting one's own fresh array in place is fine.
    'unicorn/no-array-sort': 'off',
    // Packages that are both CommonJS and ESM have every name twice.
    'import/no-named-as-default-member': 'off',
    'no-shadow': 'off',
    'oxc/no-map-spread': 'off',
    'typescript/no-unnecessary-type-arguments': 'off',

    'array-callback-return': 'error',
    eqeqeq: 'error',
    'no-case-declarations': 'error',
    'no-constructor-return': 'error',
    'no-fallthrough': 'error',
    'no-loop-func': 'error',
    'no-prototype-builtins': 'error',
    'no-self-compare': 'error',
    'symbol-description': 'error',
    'max-lines': ['error', { max: 300 }],
    'typescript/ban-ts-comment': ['error', { 'ts-expect-error': true, 'ts-ignore': true, 'ts-nocheck': true }],
    'typescript/no-deprecated': 'error',
    'typescript/no-misused-promises': 'error',
    'typescript/no-unsafe-argument': 'error',
    'typescript/no-unsafe-assignment': 'error',
    'typescript/no-unsafe-call': 'error',
    'typescript/no-unsafe-function-type': 'error',
    'typescript/no-unsafe-member-access': 'error',
    'typescript/no-unsafe-return': 'error',
    'typescript/only-throw-error': 'error',
    'typescript/prefer-promise-reject-errors': 'error',
    'typescript/restrict-plus-operands': 'error',
    'typescript/return-await': ['error', 'in-try-catch'],
    'typescript/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    'unicorn/explicit-length-check': 'off',
    'unicorn/no-lonely-if': 'error',
    'unicorn/no-static-only-class': 'error',
    'unicorn/no-typeof-undefined': 'error',
    'unicorn/no-unreadable-iife': 'error',
    'unicorn/prefer-array-some': 'error',

    'import/no-cycle': 'error',
    'import/no-commonjs': 'error',
    'import/no-dynamic-require': 'error',
    'no-empty': 'error',
    'no-var': 'error',
    'no-proto': 'error',
    'typescript/no-dynamic-delete': 'error',
    'typescript/no-empty-object-type': 'error',
    'typescript/no-explicit-any': 'error',
    'typescript/no-import-type-side-effects': 'error',
    'typescript/no-namespace': 'error',
    'typescript/no-non-null-assertion': 'error',
    'typescript/no-require-imports': 'error',
    'unicorn/no-abusive-eslint-disable': 'error',
    'unicorn/prefer-node-protocol': 'error',

    'default-case-last': 'error',
    'import/no-duplicates': 'error',
    'import/no-mutable-exports': 'error',
    'no-multi-assign': 'error',
    'no-new-func': 'error',
    'no-return-assign': 'error',
    'no-useless-computed-key': 'error',
    'object-shorthand': 'error',
    'prefer-const': 'error',
    'prefer-template': 'error',
    'typescript/consistent-type-definitions': 'off',
    'typescript/consistent-type-imports': ['error', { disallowTypeAnnotations: true }],
    'unicorn/filename-case': ['error', { case: 'kebabCase' }],
    'unicorn/throw-new-error': 'error',
  },
  overrides: [
    {
      files: ['src/**/*.ts', 'schemas/**/*.ts', 'jobs/**/*.ts'],
      rules: {
        'no-console': 'error',
        'import/no-default-export': 'error',
        'node/no-process-env': 'error',
        'unicorn/no-process-exit': 'error',
        'no-restricted-properties': [
          'error',
          { object: 'Date', property: 'now', message: CLOCK },
          { object: 'performance', property: 'now', message: CLOCK },
          { object: 'Math', property: 'random', message: 'Take a Random.' },
        ],
      },
    },
    ...arrows,
    ...exceptions,
    { files: ['src/cli/**/*.ts', 'schemas/generate.ts'], rules: { 'no-console': 'off' } },
    { files: ['src/config/**/*.ts'], rules: { 'node/no-process-env': 'off' } },
    { files: ['src/core/clock.ts', 'src/main.ts'], rules: { 'no-restricted-properties': 'off' } },
    {
      files: ['test/**/*.ts'],
      plugins: ['vitest'],
      rules: {
        'vitest/no-disabled-tests': 'error',
        'vitest/no-focused-tests': 'error',
        // vitest.config.ts has every test fail that ran no assertion, which also sees through helpers and branches.
        'vitest/expect-expect': 'off',
        'vitest/no-conditional-expect': 'off',
        'vitest/valid-expect': ['error', { maxArgs: 2 }],
        'unicorn/consistent-function-scoping': 'off',
        'typescript/no-misused-spread': 'off',
        // Answers of the service come as parsed JSON; what a test expects of them is what types them.
        'typescript/no-unsafe-argument': 'off',
        'typescript/no-unsafe-assignment': 'off',
        'typescript/no-unsafe-member-access': 'off',
      },
    },
    // Plain JavaScript has no types to be safe about.
    {
      files: ['bin/*.js'],
      rules: { 'typescript/no-unsafe-assignment': 'off', 'typescript/no-unsafe-call': 'off', 'typescript/no-unsafe-member-access': 'off' },
    },
  ],
} satisfies OxlintConfig;
