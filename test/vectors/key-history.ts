import { fromHex, hex } from '../../src/core/bytes.ts';
import { encodeKeyHistory, signKeyStatement, statementHash } from '../../src/log/key-history.ts';
import { encodeKeyStatement } from '../../src/log/key-statement.ts';
import { EMPTY_ROOT } from '../../src/log/merkle.ts';
import { encodeVerifierKey, verifierKey } from '../../src/log/verifier-key.ts';
import { makeSigner } from '../log/signer.ts';
import { LOG_KEY, LOG_NAME, NOON, RECEIPT_KEY, RECEIPT_NAME, run } from './given.ts';
import { log } from './receipts.ts';

/** An operator's root that states the keys in `log`, replaces the log's once there are three entries, and hands over to another root. */
export function keyHistory() {
  const [root, next] = [makeSigner('memsync.example/operator', run(0x65)), makeSigner('memsync.example/operator', run(0x66))];
  const receipts = verifierKey(RECEIPT_NAME, RECEIPT_KEY.publicKey);
  const later = { origin: LOG_NAME, size: 3, logRoot: fromHex(log().root), log: makeSigner(LOG_NAME, run(0x67)).key, receipts };
  const first = {
    ...later,
    number: 0,
    previous: null,
    at: NOON,
    size: 0,
    logRoot: EMPTY_ROOT,
    log: verifierKey(LOG_NAME, LOG_KEY.publicKey),
    root: root.key,
  };
  const note = signKeyStatement(first, root.signer);
  const second = { ...later, number: 1, previous: statementHash(note), at: NOON + 1000, root: root.key };
  const replaced = signKeyStatement(second, root.signer);
  const third = { ...later, number: 2, previous: statementHash(replaced), at: NOON + 2000, root: next.key };
  const handedOver = signKeyStatement(third, root.signer, next.signer);
  return {
    rootSeeds: [hex(run(0x65)), hex(run(0x66))],
    roots: [root.key, next.key].map(encodeVerifierKey),
    newLogSeed: hex(run(0x67)),
    statement: encodeKeyStatement(first),
    statementSha256: hex(statementHash(note)),
    history: encodeKeyHistory([note, replaced, handedOver]),
  };
}
