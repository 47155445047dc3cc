import { readCheckpoint, readKeyStatements, readLogKeys } from '../log-reads.ts';
import type { Services } from '../services.ts';
import { publishMirror } from './publish.ts';

/**
 * Publishes the log to its mirror. Returns counts: `mirrors` there are, none or one, and what `publishMirror` says of it.
 * @throws {MemSyncError} as `publishMirror`
 */
export async function publishLog(
  services: Pick<Services, 'store' | 'log' | 'receiptSigner' | 'history' | 'mirror'>,
): Promise<Readonly<Record<string, number>>> {
  const { store, mirror } = services;
  if (mirror === null) return { mirrors: 0 };
  // The checkpoint first: the log only grows, so what is read of it afterwards has all that the checkpoint needs.
  const checkpoint = await readCheckpoint(services);
  const log = {
    size: (await store.log())?.size ?? 0,
    checkpoint,
    texts: new Map([
      ['key', readLogKeys(services)],
      ...(services.history === null ? [] : [['keys', readKeyStatements(services)] as const]),
    ]),
    tile: (level: number, index: number) => store.tile(level, index),
  };
  return { mirrors: 1, ...(await publishMirror(log, mirror)) };
}
