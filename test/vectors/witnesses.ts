import { hex } from '../../src/core/bytes.ts';
import { cosignatureMessage } from '../../src/log/cosignature.ts';
import { encodeCosignerKey } from '../../src/log/cosigner-key.ts';
import { encodeNote, parseNote } from '../../src/log/note.ts';
import { parsePolicy, quorumMet } from '../../src/log/policy.ts';
import { encodeAddCheckpoint } from '../../src/log/witness-call.ts';
import { makeCosigner } from '../log/cosigner.ts';
import { NOON, run, text } from './given.ts';
import { log } from './receipts.ts';

/** A witness's word for the checkpoint in `log`: what it is asked with from nothing, what it signs, and the note that comes of it. */
export function cosignature() {
  const { checkpoint } = log();
  const note = parseNote(checkpoint);
  const witness = makeCosigner('witness.example/w1', 0x63);
  const other = makeCosigner('witness.example/w2', 0x64);
  const time = NOON / 1000;
  const line = witness.cosign(note.text, time);
  const keys = [witness, other].map(({ key }) => encodeCosignerKey(key));
  const policy = `witness w1 ${keys[0]}\nwitness w2 ${keys[1]}\ngroup two all w1 w2\ngroup one any two\nquorum one\n`;
  return {
    seeds: [hex(run(0x63)), hex(run(0x64))],
    verifierKeys: keys,
    request: encodeAddCheckpoint({ old: 0, proof: [], checkpoint }),
    time,
    message: text(cosignatureMessage(note.text, time)),
    signature: hex(line.signature),
    checkpoint: encodeNote({ text: note.text, signatures: [...note.signatures, line] }),
    policy,
    quorumMet: { byFirst: quorumMet(parsePolicy(policy), new Set(['w1'])), byBoth: quorumMet(parsePolicy(policy), new Set(['w1', 'w2'])) },
  };
}
