import type { ImportEndReply } from '../../../schemas/transfer.ts';
import { hex } from '../../core/bytes.ts';
import { MemSyncError } from '../../core/errors.ts';
import type { AgeKey } from '../../crypto/age-stream.ts';
import { MemSyncClient } from '../../sdk/client.ts';
import { followLog } from '../../sdk/follow-log.ts';
import { Keyring } from '../../sdk/keyring.ts';
import { type OwnerState, publicKeysOf } from '../../sdk/owner-state.ts';
import { type OpenRoot, openRoot } from '../../sdk/root-file.ts';
import type { CheckedExport } from '../../sdk/transfer/export-check.ts';
import { askImport, type ImportOutlook, requireWhole, sendImport } from '../../sdk/transfer/import-vault.ts';
import { openExport } from '../../sdk/transfer/open-file.ts';
import type { Cli } from '../cli.ts';
import { OwnerHome } from '../home.ts';
import { readInput } from '../input.ts';
import { passphraseOf } from '../session.ts';
import { paceNotes } from './pace.ts';

export interface VaultWish {
  readonly path: string;
  readonly key: AgeKey | null;
  /** The root file to sign with, where there is no owner's folder. */
  readonly root: string | undefined;
  readonly dryRun: boolean;
}

/** What became of an export, or would become of it. */
export interface VaultImported {
  readonly checked: CheckedExport;
  readonly outlook: ImportOutlook;
  /** Null where nothing was brought. */
  readonly done: Pick<ImportEndReply, 'rows' | 'versions' | 'receipts' | 'addenda' | 'addendaLeftOut'> | null;
}

/** Where a vault stood that goes further than its export, or beside it. */
const INSTEAD = 'Its rows can be taken into a vault of yours, unconfirmed, with --as-rows.';

/**
 * Takes an export up as the vault that it is: reads it all and checks it, asks the service, and then brings it there, whole.
 * @throws {MemSyncError} `line_invalid`, `transfer_damaged`; `head_not_reached` when the owner's folder or the service remembers more, or the two
 * have gone different ways; `home_missing`, `passphrase_wrong`, `event_vault_mismatch`, and what the service refuses
 */
export async function importVault(cli: Cli, { path, key, root: rootPath, dryRun }: VaultWish): Promise<VaultImported> {
  const { url } = cli.client();
  const { root, home } = await ownerOf(cli, rootPath);
  try {
    const checked = await check(cli, path, key, root);
    requireWhole(checked);
    const client = new MemSyncClient({ url });
    const importer = { client, keys: root.keys, clock: cli.clock, random: cli.random };
    const refusal = home === null ? null : notRemembered(checked, home.state());
    const outlook = await askImport(importer, checked, dryRun || refusal !== null);
    // What is behind the owner's folder does no harm where the service has all of it.
    if (refusal !== null && (outlook.outcome !== 'present' || refusal.code !== 'head_not_reached')) throw refusal;
    requireOneWay(checked, outlook);
    if (outlook.import === null) {
      if (outlook.outcome === 'present' && !dryRun) await followNewLog(client, home);
      return { checked, outlook, done: null };
    }
    cli.output.note('The export verifies; it is being brought to the service.\n');
    const { lines } = openExport(path, key);
    const done = await sendImport(importer, checked, outlook.import, lines, paceNotes(cli.output, cli.clock, 'lines'));
    await followNewLog(client, home);
    return { checked, outlook, done };
  } finally {
    root.wipe();
  }
}

/** The root that signs, and the folder that remembers its vault. @throws {MemSyncError} `home_missing`, `root_needed`, `passphrase_wrong` */
async function ownerOf(cli: Cli, rootPath: string | undefined): Promise<{ root: OpenRoot; home: OwnerHome | null }> {
  const { home: folder } = cli.client();
  if (rootPath !== undefined) return { root: await openRoot(readInput(rootPath), await passphraseOf(cli, false)), home: null };
  if (!OwnerHome.isTaken(folder))
    throw new MemSyncError('home_missing', `There is no vault in ${folder}; name your root’s file with --root, or import --as-rows.`);
  const home = OwnerHome.open(folder);
  if (home.isDevice) throw new MemSyncError('root_needed', 'Having a service take up a vault takes the owner’s root.');
  return { root: await openRoot(home.root(), await passphraseOf(cli, false)), home };
}

/** The log of the service that has the vault now is another one than the owner's folder remembers; what it remembers of the ledger stays. */
async function followNewLog(client: MemSyncClient, home: OwnerHome | null): Promise<void> {
  if (home === null) return;
  const state = home.state();
  const key = await client.logKey();
  if (state.log?.key !== key) home.beginAnew({ ...state, log: await followLog(client, null) });
}

/** Reads the whole export, and checks all that can be checked without the service. */
async function check(cli: Cli, path: string, key: AgeKey | null, root: OpenRoot): Promise<CheckedExport> {
  const pace = paceNotes(cli.output, cli.clock, 'rows checked');
  const { check: reading, lines } = openExport(path, key, async (state, boxes) => {
    requireOwn(state, root);
    return Keyring.open({ boxes: async () => boxes }, state, root.keys(0).box);
  });
  let rows = 0;
  for await (const line of lines) if (line.type === 'version' && line.version === 1) pace((rows += 1), reading.about.rows);
  const checked = reading.finish();
  if (checked.about.collection === null) requireOwn(checked.ledger.state, root);
  return checked;
}

/** @throws {MemSyncError} `event_vault_mismatch` unless the root is that of the vault's owner */
function requireOwn(state: OwnerState, root: OpenRoot): void {
  const { signing, box } = root.keys(state.ownerRotations.length);
  for (const { secretKey } of [signing, box]) secretKey.wipe();
  if (publicKeysOf(state).ownerKey !== hex(signing.publicKey))
    throw new MemSyncError('event_vault_mismatch', `The export is of another owner’s vault. ${INSTEAD}`);
}

/** Why the export is not to be taken up by an owner who remembers this; null where it is. */
function notRemembered({ about, ledger }: CheckedExport, remembered: OwnerState): MemSyncError | null {
  if (remembered.vault !== about.vault)
    return new MemSyncError(
      'event_vault_mismatch',
      `The export is of another vault than ${remembered.vault.slice(0, 12)}…, yours here. ${INSTEAD}`,
    );
  const { seq, hash } = remembered.head;
  const context = { shown: about.head.seq, remembered: seq };
  const there = ledger.hashAt(seq);
  if (there !== null && hex(there) === hash) return null;
  const what =
    there === null
      ? `The export ends at event ${about.head.seq}; your folder remembers event ${seq}.`
      : `The export has another event ${seq} than your folder remembers.`;
  return new MemSyncError('head_not_reached', `${what} ${INSTEAD}`, { context });
}

function requireOneWay({ about }: CheckedExport, { outcome, fork, head }: ImportOutlook): void {
  if (outcome !== 'forked') return;
  throw new MemSyncError(
    'head_not_reached',
    `The vault here and the export have gone different ways after event ${fork ?? 0}. Nothing was changed. ${INSTEAD}`,
    { context: { fork: fork ?? 0, here: head?.seq ?? 0, shown: about.head.seq } },
  );
}
