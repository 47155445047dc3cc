import { CommanderError } from 'commander';
import type { Problem } from '../../schemas/problem.ts';
import { isMemSyncError, MemSyncError } from '../core/errors.ts';
import { exitCodeOf } from './exit-code.ts';
import type { Output } from './output.ts';
import { jsonText, plain } from './plain.ts';

/** What was thrown, as an error with a code. */
function codedError(error: unknown): MemSyncError {
  if (isMemSyncError(error)) return error;
  if (error instanceof CommanderError)
    return new MemSyncError('usage', capital(error.message.replace(/^error: /, '').replaceAll('\n', ' ')), { cause: error });
  const what = error instanceof Error ? `${error.name}: ${error.message}` : 'An error of no known kind.';
  return new MemSyncError('internal', what, { cause: error });
}

/** An error as RFC 9457 has it. */
function problemOf(error: MemSyncError): Problem {
  return {
    type: `urn:memsync:problem:${error.code}`,
    title: error.title,
    status: error.status,
    code: error.code,
    detail: error.message,
    remedy: error.remedy,
    ...(error.issues === undefined ? {} : { issues: error.issues.map(({ path, message }) => ({ path, message })) }),
    ...(error.context === undefined ? {} : { context: { ...error.context } }),
  };
}

/** Says what went wrong and what can be done: in words on standard error, or as the one JSON document. Returns the exit code. */
export function printFailure(output: Output, thrown: unknown, json: boolean): number {
  const error = codedError(thrown);
  if (json) output.out(`${jsonText(problemOf(error))}\n`);
  else {
    const said = [error.title, ...(error.message === `${error.title}.` ? [] : [error.message])].join(': ');
    const issues = (error.issues ?? []).filter(({ message }) => !error.message.includes(message));
    const lines = issues.map(({ path, message }) => `  ${path === '' ? '' : `${plain(path)}: `}${plain(message)}\n`).join('');
    output.note(`memsync: ${plain(said)}\n${lines}What to do: ${error.remedy}\n`);
  }
  return exitCodeOf(error.code);
}

function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
