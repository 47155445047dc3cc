import fs, { writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

/**
 * Loaded before a command: kills its process at the n-th thing that it does by name to a file in a folder (`DIE_AT`, `DIE_IN`), or, with 0, writes into
 * the file `DIE_COUNT` how many there were.
 */
const { DIE_AT = '0', DIE_IN = '', DIE_COUNT = '' } = process.env;
let done = 0;

function step(path: unknown): void {
  if (typeof path !== 'string' || !path.startsWith(DIE_IN)) return;
  done += 1;
  if (done === Number(DIE_AT)) process.kill(process.pid, 'SIGKILL');
}

for (const name of ['openSync', 'renameSync', 'rmSync', 'chmodSync', 'readFileSync', 'readdirSync', 'existsSync'] as const) {
  const real = fs[name];
  Object.assign(fs, {
    [name]: (...given: unknown[]): unknown => {
      step(given[0]);
      return Reflect.apply(real, fs, given);
    },
  });
}
syncBuiltinESMExports();

if (DIE_AT === '0') process.on('exit', () => writeFileSync(DIE_COUNT, String(done)));
