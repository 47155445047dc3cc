import { z } from 'zod';
import { MemoryId } from '../../schemas/primitives.ts';
import { MemSyncError } from '../core/errors.ts';
import { readInput } from './input.ts';

const Named = z.object({ id: MemoryId });
const Listed = z.object({ memories: z.array(Named) });

/**
 * The rows that a command is for: those named on its line, and those in its file (`-` for standard input): an id a line, or JSON as
 * `memsync list --json` and `due --json` print it, or JSON Lines with an `id` each. Each row once, in the order named.
 * @throws {MemSyncError} `usage` where there is none, or the file holds something else
 */
export function chosenIds(named: readonly string[], file: string | undefined): string[] {
  const ids = [...new Set([...named, ...(file === undefined ? [] : idsIn(readInput(file), file))])];
  if (ids.length === 0) throw new MemSyncError('usage', 'Name the rows, or a file of them with --file (“-” for standard input).');
  return ids;
}

function idsIn(text: string, file: string): string[] {
  const whole = Listed.safeParse(jsonOf(text));
  if (whole.success) return whole.data.memories.map(({ id }) => id);
  return text.split(/\r?\n/).flatMap((line, i) => {
    const trimmed = line.trim();
    if (trimmed === '') return [];
    const id = trimmed.startsWith('{') ? Named.safeParse(jsonOf(trimmed)).data?.id : MemoryId.safeParse(trimmed).data;
    if (id === undefined)
      throw new MemSyncError('usage', `${file === '-' ? 'Standard input' : file}, line ${i + 1}: there is no row id in it.`);
    return [id];
  });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
