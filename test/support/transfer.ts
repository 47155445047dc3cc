import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExportLine } from '../../schemas/export-line.ts';
import type { ImportEndReply } from '../../schemas/transfer.ts';
import { utf8 } from '../../src/core/bytes.ts';
import { systemRandom } from '../../src/core/random.ts';
import { Redacted } from '../../src/core/redacted.ts';
import { deriveOwnerKeys } from '../../src/crypto/root.ts';
import { decryptAge } from '../../src/crypto/age-stream.ts';
import { MemSyncClient } from '../../src/sdk/client.ts';
import { Keyring } from '../../src/sdk/keyring.ts';
import type { CheckedExport } from '../../src/sdk/transfer/export-check.ts';
import { askImport, type ImportOutlook, requireWhole, sendImport, type VaultImporter } from '../../src/sdk/transfer/import-vault.ts';
import { fileBytes, openExport } from '../../src/sdk/transfer/open-file.ts';
import { Spool } from '../../src/sdk/transfer/spool.ts';
import { fetchExport, partPath, placePart, writePart } from '../../src/sdk/transfer/write-export.ts';
import type { Home } from '../sdk/home.ts';
import type { Site } from './site.ts';

/** A folder for the files of one test. */
export class Desk {
  readonly folder = mkdtempSync(join(tmpdir(), 'memsync-transfer-'));
  #files = 0;

  file(name = `file-${(this.#files += 1)}`): string {
    return join(this.folder, name);
  }

  /** A plain file of these lines. */
  lines(lines: readonly string[]): string {
    const path = this.file();
    writeFileSync(path, lines.map((line) => `${line}\n`).join(''));
    return path;
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Whose export it is, and where it is read. */
export interface ExportFrom {
  readonly vault: string;
  readonly client: MemSyncClient;
}

export function exportFrom(home: Home, site: Site = home.site): ExportFrom {
  return { vault: home.vault.vault, client: new MemSyncClient({ url: site.url, token: home.token }) };
}

/** Writes a vault's export as an age file, as the command does. */
export async function exportTo(
  desk: Desk,
  from: ExportFrom,
  path: string,
  passphrase = 'along',
): Promise<{ sha256: string; bytes: number }> {
  const secret = new Redacted(utf8(passphrase));
  const key = new Redacted(systemRandom.bytes(32));
  const open = (): Promise<Spool> => Spool.open({ folder: desk.file(), purpose: 'test', key });
  const source = { ...from, collection: null, progress: () => undefined, again: () => undefined };
  const { spool, position } = await fetchExport(source, await open(), open);
  const written = await writePart(spool, position, path, { passphrase: secret, workFactor: 2 });
  await placePart(path);
  rmSync(partPath(path), { force: true });
  return written;
}

/** The lines of a vault's export, in the clear. */
export async function exportLines(desk: Desk, from: ExportFrom): Promise<string[]> {
  const path = desk.file();
  await exportTo(desk, from, path);
  const pieces: Uint8Array[] = [];
  for await (const piece of decryptAge(fileBytes(path, null), { passphrase: new Redacted(utf8('along')) })) pieces.push(piece);
  return Buffer.concat(pieces).toString('utf8').trimEnd().split('\n');
}

/** Lines whose end says the truth about them, as somebody writes them who knows the format. */
export function resealed(lines: readonly string[]): string[] {
  const body = lines.filter((line) => !line.startsWith('{"type":"end"'));
  const counts: Record<string, number> = {};
  for (const line of body) {
    const { type } = JSON.parse(line) as { type: string };
    counts[type] = (counts[type] ?? 0) + 1;
  }
  const sha256 = createHash('sha256')
    .update(body.map((line) => `${line}\n`).join(''))
    .digest('hex');
  return [...body, JSON.stringify({ type: 'end', counts, damaged: 0, sha256 })];
}

export function importerOf(home: Home, site: Site): VaultImporter {
  return {
    client: new MemSyncClient({ url: site.url }),
    keys: (generation) => deriveOwnerKeys(home.root, generation),
    clock: site.world.clock,
    random: systemRandom,
  };
}

/** Reads and checks an export with its owner's keys. */
export async function checkFile(home: Home, path: string, passphrase: string | null = null): Promise<CheckedExport> {
  const key = passphrase === null ? null : { passphrase: new Redacted(utf8(passphrase)) };
  const { check, lines } = openExport(path, key, async (state, boxes) =>
    Keyring.open({ boxes: async () => boxes }, state, deriveOwnerKeys(home.root, 0).box),
  );
  for await (const line of lines) void line;
  return check.finish();
}

/** Has a site take up a plain export: checked first, as the command does, or not (`blind`), as somebody does who means ill. */
export async function bring(
  home: Home,
  site: Site,
  path: string,
  bend: (line: ExportLine) => ExportLine | readonly ExportLine[] | null = (line) => line,
): Promise<{ outlook: ImportOutlook; done: ImportEndReply | null }> {
  const checked = await checkFile(home, path);
  requireWhole(checked);
  const importer = importerOf(home, site);
  const outlook = await askImport(importer, checked, false);
  if (outlook.import === null) return { outlook, done: null };
  const { lines } = openExport(path, null);
  const bent = async function* (): AsyncGenerator<ExportLine> {
    for await (const line of lines) {
      yield* [bend(line) ?? []].flat();
    }
  };
  return { outlook, done: await sendImport(importer, checked, outlook.import, bent(), () => undefined) };
}
