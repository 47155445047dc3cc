import type { SignedKeyStatement } from '../../log/key-history.ts';
import type { KeyStatement } from '../../log/key-statement.ts';
import { base64 } from '../../core/bytes.ts';
import { formatInstant } from '../../core/instant.ts';
import { encodeVerifierKey } from '../../log/verifier-key.ts';
import { facts } from '../render/table.ts';

/** A statement as `--json` has it. */
export function statementJson({ origin, number, at, size, logRoot, log, receipts, root }: KeyStatement | SignedKeyStatement) {
  return {
    number,
    origin,
    at: formatInstant(at),
    size,
    logRoot: base64(logRoot),
    log: encodeVerifierKey(log),
    receipts: encodeVerifierKey(receipts),
    root: encodeVerifierKey(root),
  };
}

/** A statement as it is told to people. */
export function tellStatement(statement: KeyStatement): string {
  const { number, at, size, log, receipts, root } = statement;
  return facts([
    ['statement', `${number} of ${formatInstant(at)}, from ${size} ${size === 1 ? 'entry' : 'entries'} of the log on`],
    ['log', encodeVerifierKey(log)],
    ['receipts', encodeVerifierKey(receipts)],
    ['root', encodeVerifierKey(root)],
  ]);
}
