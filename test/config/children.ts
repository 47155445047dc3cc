import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const CHILD = fileURLToPath(new URL('./child.ts', import.meta.url));

/** Starts processes that all do the same at once, and resolves with what each printed; one that failed has its error in that. */
export async function together(what: string, folder: string, names: readonly string[]): Promise<string[]> {
  const children = names.map((name) => {
    const child = spawn(process.execPath, [CHILD, what, folder, name], { stdio: ['pipe', 'pipe', 'pipe'] });
    let said = '';
    const ready = new Promise<void>((resolve) => {
      child.stdout.on('data', (chunk: Buffer) => {
        said += chunk.toString();
        resolve();
      });
      child.once('close', () => resolve());
    });
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const ended = new Promise<string>((resolve) => child.once('close', () => resolve(said.replace(/^ready\n/, '').trim())));
    return { child, ready, ended };
  });
  await Promise.all(children.map(({ ready }) => ready));
  for (const { child } of children) child.stdin.end('go');
  return Promise.all(children.map(({ ended }) => ended));
}
