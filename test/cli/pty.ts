import { spawn, spawnSync } from 'node:child_process';

/** Whether a command is installed here. */
export function has(command: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${command}`], { stdio: 'ignore' }).status === 0;
}

/** A question as it appears on the terminal, and what is typed at it. */
export type Dialogue = readonly (readonly [question: string, answer: string])[];

/** Runs a command on a terminal of its own (by util-linux's `script`) and types each answer once its question is there. */
export function onTerminal(
  command: readonly string[],
  env: Readonly<Record<string, string>>,
  dialogue: Dialogue,
): Promise<{ readonly code: number; readonly printed: string }> {
  const line = command.map((word) => `'${word.replaceAll("'", String.raw`'\''`)}'`).join(' ');
  const child = spawn('script', ['-qefc', line, '/dev/null'], { env: { ...env, SHELL: '/bin/sh' }, stdio: ['pipe', 'pipe', 'inherit'] });
  let printed = '';
  let seen = 0;
  let next = 0;
  child.stdout.on('data', (chunk: Buffer) => {
    printed += chunk.toString();
    for (let turn = dialogue[next]; turn !== undefined; turn = dialogue[next]) {
      const at = printed.indexOf(turn[0], seen);
      if (at < 0) return;
      seen = at + turn[0].length;
      next += 1;
      child.stdin.write(`${turn[1]}\n`);
    }
  });
  return new Promise((resolve) => {
    child.once('close', (code) => {
      child.stdin.end();
      resolve({ code: code ?? -1, printed });
    });
  });
}
