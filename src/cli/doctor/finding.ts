import { isMemSyncError } from '../../core/errors.ts';

/** What one check of `memsync doctor` came to. */
export interface Finding {
  readonly check: string;
  readonly status: 'ok' | 'warning' | 'failed' | 'skipped';
  readonly detail: string;
  readonly remedy?: string;
}

/** What `check` says; where it throws, that it failed and what to do. */
export async function finding(check: string, look: () => Promise<Omit<Finding, 'check'>> | Omit<Finding, 'check'>): Promise<Finding> {
  try {
    return { check, ...(await look()) };
  } catch (error) {
    if (!isMemSyncError(error))
      return { check, status: 'failed', detail: error instanceof Error ? error.message : 'It could not be looked at.' };
    return { check, status: 'failed', detail: error.message, remedy: error.remedy };
  }
}

export function ok(detail: string): Omit<Finding, 'check'> {
  return { status: 'ok', detail };
}

export function skipped(detail: string): Omit<Finding, 'check'> {
  return { status: 'skipped', detail };
}
