import { MemSyncClient } from '../../sdk/client.ts';
import type { Cli } from '../cli.ts';
import { readingClient } from '../session.ts';

/** What a reviewer's token begins with. */
const REVIEWER = 'msr_';

/** A client for cases: a reviewer's where MEMSYNC_TOKEN is one, the owner's or an app's otherwise. @throws {MemSyncError} `home_missing` */
export function caseClient(cli: Cli): MemSyncClient {
  const { url, token } = cli.client();
  return token?.startsWith(REVIEWER) === true ? new MemSyncClient({ url, token }) : readingClient(cli);
}
