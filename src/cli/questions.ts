import { read } from 'read';
import { MemSyncError } from '../core/errors.ts';

/** What a person can be asked. */
export interface Questions {
  /** What was typed, without showing it. @throws {MemSyncError} `usage` where nobody is there to be asked */
  hidden(prompt: string): Promise<string>;
  /** Whether the answer is yes. @throws {MemSyncError} `usage` where nobody is there to be asked */
  agreed(prompt: string): Promise<boolean>;
}

/** Asks on the terminal; what is printed in asking goes to standard error, so that standard output holds the answer alone. */
export const terminalQuestions: Questions = {
  async hidden(prompt) {
    requireTerminal('Set MEMSYNC_PASSPHRASE, or run this on a terminal.');
    const answer = await ask({ prompt, silent: true });
    process.stderr.write('\n');
    return answer;
  },
  async agreed(prompt) {
    requireTerminal('Say --yes, or run this on a terminal.');
    const answer = await ask({ prompt: `${prompt} [y/N] ` });
    return /^y(?:es)?$/i.test(answer.trim());
  },
};

function requireTerminal(remedy: string): void {
  if (!process.stdin.isTTY) throw new MemSyncError('usage', `Nobody is there to be asked. ${remedy}`);
}

async function ask(options: { prompt: string; silent?: boolean }): Promise<string> {
  try {
    return await read({ ...options, input: process.stdin, output: process.stderr });
  } catch (cause) {
    throw new MemSyncError('usage', 'Stopped before an answer was given.', { cause });
  }
}
