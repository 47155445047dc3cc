import type { Check } from '../../schemas/receipt.ts';
import { hex, utf8 } from '../core/bytes.ts';
import { sha256 } from '../crypto/sha256.ts';
import type { AtIssue } from './kind.ts';

/** The output in full, or its digest alone. */
export type OutputGiven = { readonly text: string } | { readonly sha256: string };

/** SHA-256 of the output's UTF-8, or the digest as given: 64 hexadecimal digits. @throws {MemSyncError} `text_not_unicode` */
export function outputSha256(output: OutputGiven): string {
  return 'sha256' in output ? output.sha256 : hex(sha256(utf8(output.text)));
}

/** The claim `output` as it stands at issue: its status is that of the check `digest`. @throws {MemSyncError} `text_not_unicode` */
export function outputAtIssue(output: OutputGiven): AtIssue {
  const digest: Check =
    'text' in output
      ? { check: 'digest', status: 'verified', detail: 'The service had the text and computed its digest.' }
      : { check: 'digest', status: 'asserted', detail: 'The app gave the digest alone; the service did not see the text.' };
  const evidence = [{ kind: 'output', sha256: outputSha256(output) }];
  return { status: digest.status, checks: [digest, PRODUCTION], evidence };
}

const PRODUCTION: Check = { check: 'production', status: 'absent', detail: 'Nothing here shows that a model produced the output.' };
