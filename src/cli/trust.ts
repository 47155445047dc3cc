import { existsSync } from 'node:fs';
import { MemSyncError } from '../core/errors.ts';
import type { Trust } from '../receipts/trust.ts';
import { pinRoot } from '../sdk/follow-keys.ts';
import type { SeenOperator } from '../sdk/owner-state.ts';
import { readInput } from './input.ts';

/** What a verifier may say of whom it trusts; the first two as a file or as the text itself. */
interface TrustOptions {
  readonly key?: string | undefined;
  readonly root?: string | undefined;
  readonly keyHistory?: string | undefined;
}

/** Whose keys count, as the options say. @throws {MemSyncError} `usage` when they say too little, or a file cannot be read */
export function trustIn({ key, root, keyHistory }: TrustOptions): Pick<Trust, 'verifierKeys' | 'root' | 'keyHistory'> {
  if ((root === undefined) !== (keyHistory === undefined))
    throw new MemSyncError('usage', '--root and --key-history go together: the history of keys is believed by the root that signed it.');
  if (key === undefined && root === undefined)
    throw new MemSyncError('usage', 'Say whom you trust: --key with the service’s keys, or --root with --key-history.');
  return {
    verifierKeys:
      key === undefined
        ? undefined
        : textOf(key)
            .split(/\s+/)
            .filter((line) => line !== ''),
    root: root === undefined ? undefined : textOf(root).trim(),
    keyHistory: keyHistory === undefined ? undefined : readInput(keyHistory),
  };
}

/** Reviewers' public keys, each option a key or a file of some. @throws {MemSyncError} `usage` */
export function reviewersIn(options: readonly string[]): string[] {
  const keys = options.flatMap((option) => textOf(option).split(/\s+/)).filter((key) => key !== '');
  if (keys.length === 0 || keys.some((key) => !/^[0-9a-f]{64}$/.test(key)))
    throw new MemSyncError('usage', 'A reviewer’s key is 64 lower-case hexadecimal digits, as memsync reviewer init prints it.');
  return keys;
}

/** The operator's root that an option names, to be remembered; `none` for forgetting it. @throws {MemSyncError} `usage` */
export function operatorIn(option: string): SeenOperator | null {
  return option === 'none' ? null : pinRoot(textOf(option));
}

function textOf(fileOrText: string): string {
  return existsSync(fileOrText) ? readInput(fileOrText) : fileOrText;
}
