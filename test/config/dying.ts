import fs, { readFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { changeKeys, type KeyChange } from '../../src/config/key-change.ts';

/**
 * A process that changes the keys in a folder and, at the n-th thing that it does to a file, is killed or finds that it cannot be done. Prints how
 * many things it did.
 */
const [how = '', folder = '', changeFile = '', at = ''] = process.argv.slice(2);
const change = JSON.parse(readFileSync(changeFile, 'utf8')) as KeyChange;

let done = 0;

function step(): void {
  done += 1;
  if (done !== Number(at)) return;
  if (how === 'kill') process.kill(process.pid, 'SIGKILL');
  throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC', syscall: 'write' });
}

/** Has each of these count, and fail in its turn, before it does anything. */
for (const name of ['openSync', 'writeSync', 'fsyncSync', 'renameSync', 'rmSync', 'chmodSync', 'readFileSync'] as const) {
  const real = fs[name];
  Object.assign(fs, {
    [name]: (...given: unknown[]): unknown => {
      step();
      return Reflect.apply(real, fs, given);
    },
  });
}
syncBuiltinESMExports();

try {
  changeKeys(folder, change);
  process.stdout.write(`${done}\n`);
} catch {
  process.exitCode = 1;
}
