import { VaultId } from '../../../schemas/primitives.ts';
import { readClaimTrust, type ClaimTrust } from '../../claims/trust.ts';
import { hex } from '../../core/bytes.ts';
import { MemSyncError } from '../../core/errors.ts';
import { sha256 } from '../../crypto/sha256.ts';
import { rejudge, verifyBundle } from '../../sdk/verify.ts';
import type { Cli } from '../cli.ts';
import { readInput, readInputBytes, readJson } from '../input.ts';
import { sheetFor } from '../render/case/sheet.ts';
import { claimsPage } from '../render/standing/page.ts';
import { judgedHereJson, judgedHerePage } from '../render/standing/judged-here.ts';
import { readingClient } from '../session.ts';
import { trustIn } from '../trust.ts';
import { verb } from '../verb.ts';
import { parseWhen } from '../when.ts';

const RECEIPT = /^rcp_[0-9a-f]{32}$/;

export function claimsCommand(cli: Cli) {
  return verb('claims', 'How each claim of a receipt stands, on what evidence, and how it came to: each by itself.', [
    'memsync claims rcp_…',
    'memsync claims bundle.json --key log-keys.txt',
    'memsync claims bundle.json --key log-keys.txt --trust claim-trust.json',
  ])
    .argument('<receipt-or-bundle>', 'a receipt, to ask the service; or the file of a bundle, to judge offline; “-” for standard input')
    .option('--all', 'every fact that is stated, however many')
    .option('--key <file-or-text>', 'of a bundle: the verifier keys that you trust, as /log/key gives them')
    .option('--root <file-or-text>', 'of a bundle: the operator’s root that you trust, in place of --key or besides')
    .option('--key-history <file>', 'with --root: which keys it has signed, as /log/keys gives them')
    .option('--vault <id>', 'of a bundle: the vault that it must be of')
    .option('--output <file>', 'of a bundle: the answer that you have in hand, to compare')
    .option('--trust <file>', 'of a bundle: whom you trust for evidence, as MEMSYNC_CLAIM_TRUST has it (default: nobody)')
    .option('--at <when>', 'of a bundle: the instant as of which to judge (default: now)')
    .action(async (what, { all, ...options }) => {
      const now = cli.clock.now();
      const sheet = sheetFor(cli.output, now, all === true);
      if (RECEIPT.test(what)) {
        const { json, ...offline } = options;
        if (Object.values(offline).some((value) => value !== undefined))
          throw new MemSyncError(
            'usage',
            'The options for trust are for the file of a bundle; of a receipt it is the service that answers.',
          );
        const reply = await readingClient(cli).claims(what);
        cli.answer({ json }, reply, () => claimsPage(sheet, reply));
        return;
      }
      if (options.vault !== undefined && !VaultId.safeParse(options.vault).success)
        throw new MemSyncError('usage', 'A vault id is 64 hexadecimal digits.');
      const trust = { ...trustIn(options), vault: options.vault };
      const claimTrust = claimTrustIn(options.trust);
      const text = readInput(what);
      const outputSha256 = options.output === undefined ? undefined : hex(sha256(readInputBytes(options.output)));
      const at = options.at === undefined ? now : parseWhen(options.at, now);
      const verdict = verifyBundle(text, trust, at, { outputSha256 });
      if (!verdict.ok) cli.exitCode = 1;
      const judged = verdict.receipt === null || verdict.log === null ? null : await rejudge(text, verdict, claimTrust);
      const here = { verdict, judged, trust: { file: options.trust ?? null, sha256: claimTrust.sha256 } };
      cli.answer(options, judgedHereJson(here), () => judgedHerePage(sheet, here));
    });
}

/** Whom a file names; nobody without one. @throws {MemSyncError} `usage` */
function claimTrustIn(file: string | undefined): ClaimTrust {
  try {
    return readClaimTrust(file === undefined ? undefined : readJson(file));
  } catch (cause) {
    if (!(cause instanceof MemSyncError) || cause.code !== 'config_invalid') throw cause;
    throw new MemSyncError('usage', cause.message.replace('MEMSYNC_CLAIM_TRUST', file ?? '--trust'), { cause });
  }
}
