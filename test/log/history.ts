import { sha256 } from '../../src/crypto/sha256.ts';
import { utf8 } from '../../src/core/bytes.ts';
import { signKeyStatement, statementHash } from '../../src/log/key-history.ts';
import type { KeyStatement } from '../../src/log/key-statement.ts';
import { EMPTY_ROOT } from '../../src/log/merkle.ts';
import type { NoteSigner } from '../../src/log/note.ts';
import { makeSigner } from './signer.ts';

export const ORIGIN = 'memsync.example/log';
const ROOT_NAME = 'memsync.example/operator';
export const NOON = Date.UTC(2026, 10, 21, 12);

/** A root of a name and a seed. */
export const rootOf = (seed: number) => makeSigner(ROOT_NAME, seed);
export const logOf = (seed: number, origin = ORIGIN) => makeSigner(origin, seed);
export const receiptsOf = (seed: number) => makeSigner(`${ORIGIN}/receipts`, seed);

/** The root of a log of that size, as far as these tests are concerned. */
export function rootAt(size: number): Uint8Array {
  return size === 0 ? EMPTY_ROOT : sha256(utf8(`root of ${size}`));
}

/** What one statement is to say; seeds stand for keys. */
export interface Stated {
  readonly size: number;
  readonly log: number;
  readonly receipts: number;
  readonly origin?: string;
  /** The seed of the root that signs from here on. */
  readonly root?: number;
  readonly at?: number;
  /** Alters what would be stated. */
  readonly change?: Partial<KeyStatement>;
  /** Who signs, in place of the roots whose turn it is. */
  readonly signers?: readonly NoteSigner[];
}

/** The notes of a history, each following on the one before. */
export function historyOf(...stated: readonly Stated[]): string[] {
  const notes: string[] = [];
  let root = 100;
  for (const [number, { size, log, receipts, origin, at, change, signers, ...one }] of stated.entries()) {
    const before = notes.at(-1);
    const to = one.root ?? root;
    const statement: KeyStatement = {
      origin: origin ?? ORIGIN,
      number,
      previous: before === undefined ? null : statementHash(before),
      at: at ?? NOON + number,
      size,
      logRoot: rootAt(size),
      log: logOf(log, origin).key,
      receipts: receiptsOf(receipts).key,
      root: rootOf(to).key,
      ...change,
    };
    const own = number > 0 && to !== root ? [rootOf(root).signer, rootOf(to).signer] : [rootOf(to).signer];
    notes.push(signKeyStatement(statement, ...(signers ?? own)));
    root = to;
  }
  return notes;
}
