import { isMemSyncError } from '../../src/core/errors.ts';

/** What `run` came to: the code of the error that it threw, or its value. Anything else that it throws goes on. */
export function outcome<Value>(run: () => Value): { readonly code: string } | { readonly value: Value } {
  try {
    return { value: run() };
  } catch (error) {
    if (isMemSyncError(error)) return { code: error.code };
    throw error;
  }
}

/** Whether `text` is refused as malformed, or else written back exactly as it was read. */
export function readsBackOrIsRefused(text: string, rewrite: (text: string) => string): boolean {
  const read = outcome(() => rewrite(text));
  return 'code' in read ? read.code === 'encoding_invalid' : read.value === text;
}

/** `text` with the character at `at` (counted round and round) replaced. */
export function withChar(text: string, at: number, char: string): string {
  const i = at % text.length;
  return text.slice(0, i) + char + text.slice(i + 1);
}
