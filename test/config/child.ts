import { join } from 'node:path';
import { hex } from '../../src/core/bytes.ts';
import { withLock } from '../../src/config/file-lock.ts';
import { openKeyFolder } from '../../src/config/key-folder.ts';
import { FileMarks } from '../../src/config/mark-file.ts';
import { systemRandom } from '../../src/core/random.ts';

/** A process beside others on one key folder. What it does, and where, its arguments say; it begins when it is told to on its input. */
const [what = '', folder = '', name = ''] = process.argv.slice(2);

const ACTS: Record<string, () => string> = {
  /** Prints the names of the keys that it has. */
  keys: () => {
    const { logSigner, receiptSigner, foldSecret, deskKey } = openKeyFolder(folder, null, systemRandom);
    return [logSigner.name, hex(receiptSigner.key.publicKey), hex(foldSecret.reveal()), hex(deskKey.reveal())].join(' ');
  },
  /** Raises marks of vaults of its own, and one that everybody raises; each time as a process that has just started. */
  marks: () => {
    for (let seq = 0; seq < 100; seq++) {
      const marks = new FileMarks(join(folder, 'marks.json'));
      marks.raise(`${name}-${seq}`, { seq, hash: new Uint8Array(32) });
      marks.raise('shared', { seq, hash: new Uint8Array(32) });
      marks.flush();
    }
    return 'raised';
  },
  /** Takes the lock and goes without giving it back. */
  leave: () => withLock(join(folder, 'lock'), () => process.exit(0)),
};

process.stdout.write('ready\n');
process.stdin.once('data', () => {
  process.stdout.write(`${ACTS[what]?.() ?? 'nothing'}\n`);
  process.exit(0);
});
