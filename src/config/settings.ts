import { homedir } from 'node:os';
import { join, resolve, sep } from 'node:path';
import { z } from 'zod';
import { MemSyncError } from '../core/errors.ts';
import type { WitnessPolicy } from '../log/policy.ts';
import { readTrustFile } from './claim-trust.ts';
import { type EmbeddingSettings, readEmbeddings } from './embeddings.ts';
import { readWitnesses } from './witnesses.ts';

const Whole = (min: number, max: number, or: number) =>
  z
    .string()
    .regex(/^\d{1,12}$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.int().min(min).max(max))
    .default(or);

const Folder = (or: string) => z.string().min(1).default(or);

const ServiceEnvironment = z.object({
  MEMSYNC_HOST: z.string().min(1).default('127.0.0.1'),
  MEMSYNC_PORT: Whole(0, 65_535, 8787),
  MEMSYNC_DATA: Folder('./data'),
  MEMSYNC_KEYS: Folder('./keys'),
  MEMSYNC_LOG_ORIGIN: z
    .string()
    .regex(/^[^\s+]{1,200}$/, 'must be a name without spaces or plus signs')
    .optional(),
  MEMSYNC_LOG_MIRROR: z.string().min(1).optional(),
  MEMSYNC_WITNESS_POLICY: z.string().min(1).optional(),
  MEMSYNC_CLAIM_TRUST: z.string().min(1).optional(),
  MEMSYNC_IDLE_SECONDS: Whole(1, 86_400, 900),
  MEMSYNC_MEMORY_BUDGET: Whole(16, 10_000_000, 1024),
  MEMSYNC_ROW_BUDGET: z.never({ error: 'is MEMSYNC_MEMORY_BUDGET now, in MiB' }).optional(),
  MEMSYNC_RATE_PER_MINUTE: Whole(1, 100_000_000, 60_000),
  MEMSYNC_OPEN_VAULTS: z.enum(['loopback', 'never']).default('loopback'),
  MEMSYNC_LOG_LEVEL: z.enum(['silent', 'error', 'warn', 'info', 'debug']).default('info'),
  MEMSYNC_JOBS: z.enum(['on', 'off']).default('on'),
  MEMSYNC_EMBEDDINGS_URL: z.string().max(2000).optional(),
  MEMSYNC_EMBEDDINGS_MODEL: z
    .string()
    .regex(/^[\x21-\x7e]{1,200}$/, 'must be a name without spaces')
    .optional(),
  MEMSYNC_EMBEDDINGS_KEY: z
    .string()
    .regex(/^[\x21-\x7e]{1,2000}$/, 'must be printable, without spaces')
    .optional(),
  MEMSYNC_EMBEDDINGS_DIMENSIONS: Whole(0, 4096, 0),
  MEMSYNC_EMBEDDINGS_TIMEOUT_MS: Whole(10, 60_000, 400),
});

/** What the service is set to. Durations in milliseconds; folders absolute. */
export interface ServiceSettings {
  readonly host: string;
  readonly port: number;
  readonly dataFolder: string;
  readonly keyFolder: string;
  /** The log's name, or null to name it after its key. */
  readonly logOrigin: string | null;
  /** The folder that the log is published to as files, or null for none. */
  readonly logMirror: string | null;
  /** Which witnesses are asked to cosign the log; null for none. */
  readonly witnesses: WitnessPolicy | null;
  /** What is taken for granted when evidence is judged, as its file says it; null for nothing. */
  readonly claimTrust: unknown;
  readonly idleMs: number;
  /** Bytes of memory that open vaults may take together. */
  readonly memoryBudget: number;
  /** Requests that one grant, or one address without a grant, may make in a minute. */
  readonly ratePerMinute: number;
  /** Who may open a vault that is not there yet: this machine, where the service listens for it alone, or nobody. */
  readonly openVaults: 'loopback' | 'never';
  readonly logLevel: 'silent' | 'error' | 'warn' | 'info' | 'debug';
  readonly jobs: boolean;
  /** The service that rows and queries are sent to for vectors; null for none. */
  readonly embeddings: EmbeddingSettings | null;
}

/** The service's settings from the environment. @throws {MemSyncError} `config_invalid`, naming each variable that is wrong */
export function readServiceSettings(environment: NodeJS.ProcessEnv = process.env): ServiceSettings {
  const env = parse(ServiceEnvironment, environment);
  const embeddings = readEmbeddings({
    url: env.MEMSYNC_EMBEDDINGS_URL,
    model: env.MEMSYNC_EMBEDDINGS_MODEL,
    key: env.MEMSYNC_EMBEDDINGS_KEY,
    dimensions: env.MEMSYNC_EMBEDDINGS_DIMENSIONS || null,
    timeoutMs: env.MEMSYNC_EMBEDDINGS_TIMEOUT_MS,
  });
  if (typeof embeddings === 'string') throw new MemSyncError('config_invalid', embeddings);
  const logMirror = env.MEMSYNC_LOG_MIRROR === undefined ? null : resolve(env.MEMSYNC_LOG_MIRROR);
  for (const folder of [env.MEMSYNC_DATA, env.MEMSYNC_KEYS]) {
    if (logMirror !== null && overlap(logMirror, resolve(folder)))
      throw new MemSyncError(
        'config_invalid',
        'MEMSYNC_LOG_MIRROR: must lie apart from the data and the keys, as it is for everybody to read',
      );
  }
  return {
    host: env.MEMSYNC_HOST,
    port: env.MEMSYNC_PORT,
    dataFolder: resolve(env.MEMSYNC_DATA),
    keyFolder: resolve(env.MEMSYNC_KEYS),
    logOrigin: env.MEMSYNC_LOG_ORIGIN ?? null,
    logMirror,
    witnesses: env.MEMSYNC_WITNESS_POLICY === undefined ? null : readWitnesses(resolve(env.MEMSYNC_WITNESS_POLICY)),
    claimTrust: env.MEMSYNC_CLAIM_TRUST === undefined ? null : readTrustFile(resolve(env.MEMSYNC_CLAIM_TRUST)),
    idleMs: env.MEMSYNC_IDLE_SECONDS * 1000,
    memoryBudget: env.MEMSYNC_MEMORY_BUDGET * 1024 * 1024,
    ratePerMinute: env.MEMSYNC_RATE_PER_MINUTE,
    openVaults: env.MEMSYNC_OPEN_VAULTS,
    logLevel: env.MEMSYNC_LOG_LEVEL,
    jobs: env.MEMSYNC_JOBS === 'on',
    embeddings,
  };
}

/** Whether one of two absolute folders is the other, or in it. */
function overlap(one: string, other: string): boolean {
  const [a, b] = [one, other].map((path) => (path.endsWith(sep) ? path : `${path}${sep}`));
  return a !== undefined && b !== undefined && (a.startsWith(b) || b.startsWith(a));
}

const ClientEnvironment = z.object({
  MEMSYNC_HOME: Folder(join(homedir(), '.memsync')),
  MEMSYNC_URL: z.url({ protocol: /^https?$/ }).default('http://127.0.0.1:8787'),
  MEMSYNC_TOKEN: z.string().min(1).optional(),
  MEMSYNC_PASSPHRASE: z.string().min(1).optional(),
  MEMSYNC_DEVICE_PASSPHRASE: z.string().min(1).optional(),
  MEMSYNC_EXPORT_PASSPHRASE: z.string().min(1).optional(),
});

/** What the command line is set to. Secrets are wrapped by whoever uses them. */
export interface ClientSettings {
  readonly home: string;
  readonly url: string;
  readonly token: string | null;
  readonly passphrase: string | null;
  /** Of a device's file; where there is none, `passphrase` is taken on a device, too. */
  readonly devicePassphrase: string | null;
  /** Of an export that is written or read. */
  readonly exportPassphrase: string | null;
}

/** The client's settings from the environment. @throws {MemSyncError} `config_invalid` */
export function readClientSettings(environment: NodeJS.ProcessEnv = process.env): ClientSettings {
  const env = parse(ClientEnvironment, environment);
  return {
    home: resolve(env.MEMSYNC_HOME),
    url: env.MEMSYNC_URL.replace(/\/+$/, ''),
    token: env.MEMSYNC_TOKEN ?? null,
    passphrase: env.MEMSYNC_PASSPHRASE ?? null,
    devicePassphrase: env.MEMSYNC_DEVICE_PASSPHRASE ?? null,
    exportPassphrase: env.MEMSYNC_EXPORT_PASSPHRASE ?? null,
  };
}

function parse<T>(schema: z.ZodType<T>, environment: NodeJS.ProcessEnv): T {
  // A variable that is set to nothing is as good as not set.
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map((issue) => ({ path: issue.path.join('.'), message: issue.message }));
  throw new MemSyncError('config_invalid', issues.map((issue) => `${issue.path}: ${issue.message}`).join('; '), { issues });
}
