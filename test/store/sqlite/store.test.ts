import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteStore } from '../../../src/store/sqlite/store.ts';
import { storeConformance } from '../conformance.ts';

storeConformance('SQLite', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'memsync-store-'));
  const options = { path: join(folder, 'memsync.sqlite') };
  const store = openSqliteStore(options);
  let current = store;
  return {
    store,
    async reopen() {
      await current.close();
      current = openSqliteStore(options);
      return current;
    },
    async dispose() {
      await current.close();
      rmSync(folder, { recursive: true });
    },
  };
});
