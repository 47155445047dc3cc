import type { Services } from '../services.ts';

/** Has the log in memory reach so far at least: another process may have written the entries of what has just been read. */
export async function reachLog({ log }: Pick<Services, 'log'>, index: number): Promise<void> {
  if (index >= log.size) await log.reload();
}
