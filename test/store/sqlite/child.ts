import { readSync, writeSync } from 'node:fs';
import { openSqliteStore } from '../../../src/store/sqlite/store.ts';
import { change, headAt, logChange, NOW, row, vaultId, version } from '../samples.ts';

/** What the tests run in processes of their own: `child.ts <what> <database> <name>`. Each line on stdout is something that has happened. */

const [, , what, path = '', name = ''] = process.argv;
const say = (line: string): number => writeSync(1, `${line}\n`);
/** Waits until the parent lets all of its children go at once. */
const start = (): number => readSync(0, Buffer.alloc(1));

/** Commits for as long as it lives, and says each head once it is acknowledged. */
async function commitForever(): Promise<void> {
  const store = openSqliteStore({ path });
  const vault = vaultId(name);
  let seq = (await store.head(vault))?.seq ?? null;
  for (;;) {
    const next = (seq ?? -1) + 3;
    const more = { versions: [version(next), version(next, 2)], rows: [row(next, NOW + next)] };
    const size = (await store.log())?.size ?? 0;
    await store.commit({ vaults: [change(vault, seq, next, more)], log: logChange(size, size + 1) });
    say(String(next));
    seq = next;
  }
}

/** Opens the store at the same moment as the others and creates a vault in it. */
async function openTogether(): Promise<void> {
  say('ready');
  start();
  const store = openSqliteStore({ path });
  await store.commit({ vaults: [change(vaultId(name), null, 0)], log: null });
  say('written');
  await store.close();
}

/** Claims fifty ticks and says which it got. */
async function claimAll(): Promise<void> {
  const store = openSqliteStore({ path });
  say('ready');
  start();
  for (let tick = 0; tick < 50; tick += 1) {
    if ((await store.claimTick('demote-stale', tick, name, NOW, 0)) !== null) say(String(tick));
  }
  await store.close();
}

/** Extends one vault ten times by compare-and-set, against others that do the same. */
async function appendTogether(): Promise<void> {
  const store = openSqliteStore({ path });
  const vault = vaultId('shared');
  say('ready');
  start();
  for (let done = 0; done < 10;) {
    const seq = (await store.head(vault))?.seq ?? -1;
    const built = { ...change(vault, seq, seq + 1), expected: seq < 0 ? null : headAt(vault, seq) };
    const written = await store.commit({ vaults: [built], log: null }).then(
      () => true,
      (error: unknown) => {
        if (error instanceof Error && error.name === 'StoreConflict') return false;
        throw error;
      },
    );
    if (written) done += 1;
    say(written ? String(seq + 1) : 'conflict');
  }
  await store.close();
}

const RUNS: Readonly<Record<string, () => Promise<void>>> = { commitForever, openTogether, claimAll, appendTogether };
await RUNS[what ?? '']?.();
