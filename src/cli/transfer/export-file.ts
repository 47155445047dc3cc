import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { claimFolder } from '../../config/folder-claim.ts';
import { hex } from '../../core/bytes.ts';
import { MemSyncError } from '../../core/errors.ts';
import type { Redacted } from '../../core/redacted.ts';
import type { AgeTarget } from '../../crypto/age-stream.ts';
import { deriveKey } from '../../crypto/derive.ts';
import { Sha256Stream } from '../../crypto/sha256.ts';
import { parseToken } from '../../crypto/token.ts';
import type { MemSyncClient } from '../../sdk/client.ts';
import { fileBytes } from '../../sdk/transfer/open-file.ts';
import { Spool } from '../../sdk/transfer/spool.ts';
import { type ExportPosition, exportPosition, fetchExport, partPath, placePart, writePart } from '../../sdk/transfer/write-export.ts';
import type { Cli } from '../cli.ts';
import type { OwnerHome } from '../home.ts';
import { paceNotes } from './pace.ts';

export interface ExportWish {
  readonly path: string;
  readonly collection: string | null;
  readonly target: AgeTarget;
  /** Goes on with what was interrupted, or else refuses. */
  readonly resume: boolean;
  /** Forgets what was interrupted. */
  readonly anew: boolean;
  readonly force: boolean;
}

/** An export that lies whole in its place. */
export interface MadeExport {
  readonly path: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly position: ExportPosition;
  /** How many rows had been read by a run that was interrupted; null where this one began. */
  readonly resumedAt: number | null;
}

/**
 * Reads everything into the owner's folder, writes it as one age file, and puts that in place; killed at any moment, the next run goes on. `kept`
 * is called once the file has its name, and the spool goes after it.
 * @throws {MemSyncError} as `fetchExport` and `writePart`; `usage` when the file is there already; `data_in_use`; `not_found`
 */
export async function makeExport(
  cli: Cli,
  { home, client }: { readonly home: OwnerHome; readonly client: MemSyncClient },
  wish: ExportWish,
  kept: (made: MadeExport) => Promise<void>,
): Promise<MadeExport> {
  const folder = join(home.path, 'export');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const release = claimFolder(folder, process.pid);
  const key = spoolKey(home.token());
  try {
    const { vault } = home.state();
    const place = { folder: join(folder, wish.collection ?? 'vault'), purpose: { export: vault, collection: wish.collection }, key };
    const openSpool = (): Promise<Spool> => Spool.open(place, cli.random);
    let spool = await openSpool();
    const renew = async (): Promise<Spool> => {
      await spool.remove();
      return (spool = await openSpool());
    };
    if (wish.anew && spool.length > 0) await renew();
    const before = exportPosition(spool);
    if (before === null && wish.resume) throw new MemSyncError('not_found', 'There is no export to go on with; run it without --resume.');
    if (before !== null) cli.output.note(saidBefore(before));
    const made = await write(cli, client, wish, spool, renew, vault, before);
    await kept(made);
    await (await openSpool()).remove();
    return made;
  } finally {
    key.wipe();
    release();
  }
}

async function write(
  cli: Cli,
  client: MemSyncClient,
  wish: ExportWish,
  spool: Spool,
  renew: () => Promise<Spool>,
  vault: string,
  before: ExportPosition | null,
): Promise<MadeExport> {
  const { path, collection, target } = wish;
  const resumedAt = before?.rows ?? null;
  const already = before?.written ?? null;
  if (before !== null && already !== null) {
    // Written whole by a run that was stopped just before its end: with its last name, or still with its passing one.
    if ((await digestOf(path)) === already.sha256) return { path, ...already, position: before, resumedAt };
    if ((await digestOf(partPath(path))) === already.sha256) {
      requireFree(wish);
      await placePart(path);
      return { path, ...already, position: before, resumedAt };
    }
  }
  requireFree(wish);
  const progress = paceNotes(cli.output, cli.clock, 'rows');
  const again = (): void => cli.output.note('Keys or rows have gone while the vault was read: it is read anew.\n');
  const fetched = await fetchExport({ client, vault, collection, progress, again }, spool, renew);
  cli.output.note(`All is read; ${path} is being written.\n`);
  const written = await writePart(fetched.spool, fetched.position, path, target);
  const position = { ...fetched.position, written };
  await fetched.spool.append([], position);
  await placePart(path);
  return { path, ...written, position, resumedAt };
}

/** @throws {MemSyncError} `usage` */
function requireFree({ path, force }: ExportWish): void {
  if (!existsSync(dirname(resolve(path)))) throw new MemSyncError('usage', `There is no folder ${dirname(resolve(path))}.`);
  if (existsSync(path) && !force) throw new MemSyncError('usage', `${path} is there already; give another name, or --force.`);
}

function saidBefore({ rows, of, written }: ExportPosition): string {
  return written === null
    ? `An export was interrupted when it had read ${rows} of ${of} rows: it goes on from there.\n`
    : 'An export was interrupted when it was all but done: it is finished.\n';
}

/** What the spool is sealed under: whoever has the device's token can read the vault anyway. */
function spoolKey(tokenText: string): Redacted {
  const token = parseToken(tokenText);
  const key = deriveKey(token.secret, 'memsync/export-spool/v1');
  token.secret.wipe();
  return key;
}

async function digestOf(path: string): Promise<string | null> {
  if (!existsSync(path)) return null;
  const digest = new Sha256Stream();
  for await (const bytes of fileBytes(path, null)) digest.add(bytes);
  return hex(digest.digest());
}
