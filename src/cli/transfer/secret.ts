import { utf8 } from '../../core/bytes.ts';
import { MemSyncError } from '../../core/errors.ts';
import { Redacted } from '../../core/redacted.ts';
import type { AgeKey, AgeTarget } from '../../crypto/age-stream.ts';
import { isAgeFile } from '../../sdk/transfer/open-file.ts';
import type { Cli } from '../cli.ts';
import { readInput } from '../input.ts';

/** Whom an export is for: recipients, or a passphrase that is asked for twice. @throws {MemSyncError} `usage` */
export async function targetOf(cli: Cli, recipients: readonly string[] | undefined, workFactor: number | undefined): Promise<AgeTarget> {
  if (recipients !== undefined) return { recipients };
  const { exportPassphrase } = cli.client();
  const passphrase = exportPassphrase ?? (await cli.questions.hidden('Choose a passphrase for the export: '));
  if (passphrase === '') throw new MemSyncError('usage', 'The passphrase is empty.');
  if (exportPassphrase === null && (await cli.questions.hidden('Once more: ')) !== passphrase)
    throw new MemSyncError('usage', 'The two passphrases are not the same.');
  return { passphrase: new Redacted(utf8(passphrase)), workFactor };
}

/** What opens a file that is to be read; null where it is not encrypted. @throws {MemSyncError} `usage`, `store_failed` */
export async function keyOf(cli: Cli, path: string, identity: string | undefined): Promise<AgeKey | null> {
  if (!(await isAgeFile(path))) return null;
  if (identity !== undefined) return { identity: new Redacted(utf8(identityIn(identity))) };
  const passphrase = cli.client().exportPassphrase ?? (await cli.questions.hidden('Passphrase of the file: '));
  return { passphrase: new Redacted(utf8(passphrase)) };
}

function identityIn(path: string): string {
  const found = /^AGE-SECRET-KEY-\S+$/m.exec(readInput(path));
  if (found === null) throw new MemSyncError('usage', `There is no age identity in ${path}: a line that begins with AGE-SECRET-KEY-.`);
  return found[0];
}
