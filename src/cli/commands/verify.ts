import { VaultId } from '../../../schemas/primitives.ts';
import { hex } from '../../core/bytes.ts';
import { MemSyncError } from '../../core/errors.ts';
import { sha256 } from '../../crypto/sha256.ts';
import { looksLikeCase, looksLikeCertificate, verifyBundle } from '../../sdk/verify.ts';
import type { Cli } from '../cli.ts';
import { readInput, readInputBytes } from '../input.ts';
import { tellCase } from '../render/case/verified.ts';
import { tellCertificate } from '../render/certificate.ts';
import { verdictJson, verdictText } from '../render/verdict.ts';
import { reviewersIn, trustIn } from '../trust.ts';
import { each, verb } from '../verb.ts';
import { parseWhen } from '../when.ts';

export function verifyCommand(cli: Cli) {
  return verb('verify', 'Verify a receipt’s bundle, a case’s or a certificate, offline: what is proved, what is only said.', [
    'memsync verify bundle.json --key log-keys.txt',
    'memsync verify bundle.json --key "$(curl -s http://127.0.0.1:8787/log/key)"',
    'memsync verify bundle.json --key log-keys.txt --vault 3f… --output answer.txt',
    'memsync verify bundle.json --key log-keys.txt --witnesses policy.txt',
    'memsync verify bundle.json --key log-keys.txt --disclosure m1.json',
    'memsync verify bundle.json --root root.txt --key-history keys.txt',
    'memsync verify case.json --key log-keys.txt --reviewer anna.key --receipt bundle.json',
  ])
    .argument('<bundle>', 'the file of a bundle, of a disclosure, of a case or of a certificate; “-” for standard input')
    .option('--key <file-or-text>', 'the verifier keys that you trust, as /log/key gives them: the log’s, then the receipt signer’s')
    .option('--root <file-or-text>', 'the operator’s root that you trust, in place of --key or besides')
    .option('--key-history <file>', 'with --root: which keys it has signed, as /log/keys gives them')
    .option('--vault <id>', 'the vault that it must be of')
    .option('--witnesses <file>', 'which witnesses have to have cosigned the log: a policy as C2SP tlog-policy has it')
    .option('--disclosure <file>', 'rows of the receipt that were opened to you; several times for several files', each)
    .option('--at <when>', 'the instant as of which to judge (default: now)')
    .option('--output <file>', 'the answer that you have in hand, to compare')
    .option('--reviewer <key-or-file>', 'of a case: a reviewer’s public key, had from them; several times, once each who decided', each)
    .option('--receipt <bundle>', 'of a case: the bundle of the receipt that it is about, to hold what was shown against its evidence')
    .action((path, options) => {
      const now = cli.clock.now();
      if (options.vault !== undefined && !VaultId.safeParse(options.vault).success)
        throw new MemSyncError('usage', 'A vault id is 64 hexadecimal digits.');
      const keys = trustIn(options);
      const at = options.at === undefined ? now : parseWhen(options.at, now);
      const witnesses = options.witnesses === undefined ? undefined : readInput(options.witnesses);
      const text = readInput(path);
      if (looksLikeCase(text)) {
        if (options.disclosure !== undefined || options.output !== undefined)
          throw new MemSyncError('usage', 'A case has no rows to open and no answer to compare: leave out --disclosure and --output.');
        const reviewers = options.reviewer === undefined ? undefined : reviewersIn(options.reviewer);
        const receipt = options.receipt === undefined ? undefined : readInput(options.receipt);
        tellCase(cli, options, text, { ...keys, vault: options.vault, witnesses, reviewers }, { at, receipt });
        return;
      }
      if (options.reviewer !== undefined || options.receipt !== undefined)
        throw new MemSyncError('usage', '--reviewer and --receipt go with a case’s bundle.');
      if (looksLikeCertificate(text)) {
        if (options.disclosure !== undefined || options.output !== undefined)
          throw new MemSyncError(
            'usage',
            'A certificate has no rows to open and no answer to compare: leave out --disclosure and --output.',
          );
        tellCertificate(cli, options, text, { ...keys, vault: options.vault }, witnesses === undefined ? null : { policy: witnesses, at });
        return;
      }
      const trust = { ...keys, vault: options.vault, witnesses };
      const outputSha256 = options.output === undefined ? undefined : hex(sha256(readInputBytes(options.output)));
      const inHand = { outputSha256, disclosures: options.disclosure?.map(readInput) };
      const verdict = verifyBundle(text, trust, at, inHand);
      if (!verdict.ok) cli.exitCode = 1;
      cli.answer(options, verdictJson(verdict), () => verdictText(cli.output, verdict));
    });
}
