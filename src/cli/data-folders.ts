import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ServiceSettings } from '../config/settings.ts';
import { MemSyncError } from '../core/errors.ts';

/** Whether there is a service's data and keys in the folders. */
export function isThere({ dataFolder, keyFolder }: ServiceSettings): boolean {
  return existsSync(join(dataFolder, 'memsync.db')) && existsSync(keyFolder);
}

/** Opening would make what is missing, in whichever folder this happens to be. @throws {MemSyncError} `not_found` */
export function requireThere(settings: ServiceSettings): void {
  if (isThere(settings)) return;
  throw new MemSyncError(
    'not_found',
    `There is no service in ${settings.dataFolder} and ${settings.keyFolder}: see MEMSYNC_DATA and MEMSYNC_KEYS.`,
  );
}
