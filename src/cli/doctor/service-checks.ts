import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Restored } from '../../app/backup/restored.ts';
import type { Health } from '../../../schemas/health.ts';
import { evidenceHealth } from '../../app/evidence/health.ts';
import { inspectLog, inspectVaults, type VaultInspection } from '../../app/inspect.ts';
import type { Services } from '../../app/services.ts';
import type { EmbeddingSettings } from '../../config/embeddings.ts';
import type { ServiceSettings } from '../../config/settings.ts';
import { readRestores } from '../../config/restore-record.ts';
import { formatInstant } from '../../core/instant.ts';
import { lastOf } from '../../log/key-history.ts';
import { openServices } from '../../main.ts';
import type { Cli } from '../cli.ts';
import { vaultLine } from '../commands/restore.ts';
import { count } from '../words.ts';
import { type Finding, finding, ok, skipped } from './finding.ts';
import { witnessFindings } from './witness-findings.ts';

/** The service's side, where its folders are on this machine: permissions, every vault's ledger without any key, the log. */
export async function serviceChecks(cli: Cli): Promise<Finding[]> {
  const settings = cli.service();
  const { dataFolder, keyFolder, embeddings } = settings;
  const here = existsSync(join(dataFolder, 'memsync.db'));
  const findings = [
    await finding('data folder', () => (here ? privacy(dataFolder) : skipped(`There is no database in ${dataFolder}.`))),
    await finding('key folder', () => (existsSync(keyFolder) ? privacy(keyFolder) : skipped(`There is none in ${keyFolder}.`))),
  ];
  if (embeddings !== null) findings.push({ check: 'embeddings', ...ok(sentTo(embeddings)) });
  if (!here || !existsSync(keyFolder)) return findings;
  const restores = readRestores(keyFolder);
  if (restores.length > 0) findings.push(await finding('restores', () => restored(restores)));
  return [...findings, ...(await storeChecks(cli, settings))];
}

/** Said whether anything is wrong or not: texts leave the service. */
function sentTo({ url, model }: EmbeddingSettings): string {
  return `The texts of rows and queries are sent to ${new URL(url).origin}, for vectors of ${model}.`;
}

/** What restores have lost stays named, for as long as it is on record. */
function restored(restores: readonly Restored[]): Omit<Finding, 'check'> {
  const lines = restores.map(({ at, backup, vaults, absent, log }) => {
    const lost = vaults.filter(({ outcome }) => outcome !== 'same').map(vaultLine);
    const gone = absent.map(({ vault }) => `Vault ${vault.slice(0, 12)}… was not in the backup.`);
    return [`${formatInstant(at)}: backup ${backup}, the log since as ${log.name}.`, ...lost, ...gone].join(' ');
  });
  const whole = restores.every(({ vaults, absent }) => absent.length === 0 && vaults.every(({ outcome }) => outcome === 'same'));
  return { status: whole ? 'ok' : 'warning', detail: lines.join('\n') };
}

function privacy(folder: string): Omit<Finding, 'check'> {
  const files = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile());
  const open = [folder, ...files.map((entry) => join(folder, entry.name))].filter((path) => (statSync(path).mode & 0o077) !== 0);
  if (open.length === 0) return ok(`${folder} is private.`);
  return { status: 'failed', detail: `Others can get at ${open.join(', ')}.`, remedy: 'chmod 700 the folder and 600 its files.' };
}

async function storeChecks(cli: Cli, settings: ServiceSettings): Promise<Finding[]> {
  const vaults: Finding[] = [];
  const witnesses: Finding[] = [];
  const roots: Finding[] = [];
  const evidence: Finding[] = [];
  const log = await finding('log', async () => {
    // Opening it checks the signed checkpoint against the tiles.
    const { services, close } = await openServices(settings, { clock: cli.clock, random: cli.random });
    try {
      vaults.push(...(await inspectVaults(services)).map(vaultFinding));
      roots.push({ check: 'operator’s root', ...rootOf(services) });
      evidence.push({ check: 'evidence', ...waiting(await evidenceHealth(services)) });
      const size = await inspectLog(services);
      if (services.witnesses !== null) witnesses.push(...witnessFindings(await services.witnesses.status(), size));
      return ok(`${size} ${size === 1 ? 'entry' : 'entries'}; entries, tiles and signed checkpoint agree.`);
    } finally {
      await close();
    }
  });
  return [...vaults, log, ...roots, ...evidence, ...witnesses];
}

/** What waits to be looked at again, and for how long. */
function waiting({ evidence }: Pick<Health, 'evidence'>): Omit<Finding, 'check'> {
  if (evidence === undefined) return ok('Nothing is pending.');
  const { pending, overdue } = evidence;
  if (overdue === 0) return ok(`${count(pending, 'piece')} pending.`);
  return {
    status: 'warning',
    detail: `${count(pending, 'piece')} pending, of which ${overdue} should have been looked at more than a day ago.`,
    remedy:
      'It is sealed under the keys of vaults that nobody opens: have one of their apps or devices ask for something. See that MEMSYNC_JOBS is on.',
  };
}

/** Who vouches for the service's keys; that they are those which were stated, opening has seen to. */
function rootOf({ history, log }: Pick<Services, 'history' | 'log'>): Omit<Finding, 'check'> {
  if (history === null) return skipped('There is none: the keys in /log/key are on this service’s word.');
  const { number, origin, root } = lastOf(history);
  const said = `Statement ${number} of ${root.name} names the keys in use.`;
  if (origin === log.origin) return ok(said);
  return { status: 'warning', detail: `${said} The log’s name, ${log.origin}, is not stated.`, remedy: 'memsync operator sign.' };
}

function vaultFinding({ vault, events, rows, error }: VaultInspection): Finding {
  const check = `vault ${vault.slice(0, 12)}…`;
  if (error !== null) return { check, status: 'failed', detail: error.message, remedy: error.remedy };
  return { check, ...ok(`${count(events, 'event')}, ${count(rows, 'row')}; every link and signature holds.`) };
}
