import { read } from 'read';
import { MemSyncError } from '../core/errors.ts';

/** What a person can be asked. */
export interface Questions {
  /** What was typed, without showing it. @throws {MemSyncError} `usage` where nobody is there to be asked */
  hidden(prompt: string): Promise<string>;
  /** Whether the answer is yes. @throws {MemSyncError} `usage` where nobody is there to be asked */
  agreed(prompt: string): Promise<boolean>;
  /** One line, shown as it is typed. @throws {MemSyncError} `usage` where nobody is there to be asked */
  line(prompt: string): Promise<string>;
  /** One key, without Return: a character, in lower case. @throws {MemSyncError} `usage` where nobody is there to be asked, or on Ctrl-C */
  key(prompt: string): Promise<string>;
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
  async line(prompt) {
    requireTerminal('Run this on a terminal.');
    return ask({ prompt });
  },
  async key(prompt) {
    requireTerminal('Run this on a terminal, or hand the rows over with --file.');
    process.stderr.write(prompt);
    const pressed = await onePress();
    process.stderr.write('\n');
    return pressed;
  },
};

function requireTerminal(remedy: string): void {
  if (!process.stdin.isTTY) throw new MemSyncError('usage', `Nobody is there to be asked. ${remedy}`);
}

const CTRL_C = '\u0003';
const CTRL_D = '\u0004';

/** The next key that is pressed. @throws {MemSyncError} `usage` on Ctrl-C, Ctrl-D, or when the terminal goes away */
function onePress(): Promise<string> {
  const { stdin } = process;
  stdin.setRawMode(true);
  stdin.resume();
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      stdin.off('data', pressed);
      stdin.off('end', gone);
      stdin.setRawMode(false);
      stdin.pause();
    };
    const gone = (): void => {
      stop();
      reject(new MemSyncError('usage', 'Stopped before an answer was given.'));
    };
    const pressed = (data: Buffer): void => {
      const key = data.toString('utf8');
      if (key === CTRL_C || key === CTRL_D) {
        gone();
        return;
      }
      stop();
      resolve(key.toLowerCase().charAt(0));
    };
    stdin.on('data', pressed);
    stdin.on('end', gone);
  });
}

async function ask(options: { prompt: string; silent?: boolean }): Promise<string> {
  try {
    return await read({ ...options, input: process.stdin, output: process.stderr });
  } catch (cause) {
    throw new MemSyncError('usage', 'Stopped before an answer was given.', { cause });
  }
}
