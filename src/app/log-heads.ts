import { equalBytes } from '../core/bytes.ts';
import { headEntry } from '../log/head-leaf.ts';
import type { UnloggedHead } from '../store/heads.ts';
import type { Services } from './services.ts';

/** Heads that go into the log in one commit. */
const BATCH = 500;
/** Commits of one run; what is left, the next one does. */
const COMMITS = 20;

/** What a run came to. */
export interface LoggedHeadsReport {
  readonly logged: number;
  /** Vaults that do not stand where they are remembered to have stood: of those nothing goes into the log. */
  readonly behind: number;
}

/**
 * Puts a salted leaf into the log for every vault whose head has moved since its last one, the longest standing first. No key is needed. Twice, or
 * by two processes at once, it does no more: each head is compared and set.
 * @throws {MemSyncError} what the writer throws
 */
export async function logHeads(services: Services): Promise<LoggedHeadsReport> {
  const { store, writer, random } = services;
  let [logged, behind] = [0, 0];
  let after: UnloggedHead | null = null;
  for (let i = 0; i < COMMITS; i += 1) {
    const from: UnloggedHead | null = after;
    const done = await writer.enter({
      prepare: async () => {
        const found = await store.heads.unlogged(from, BATCH);
        const sound: UnloggedHead[] = [];
        for (const head of found) if (await standsAsMarked(services, head)) sound.push(head);
        return { found, sound };
      },
      build: ({ found, sound }, { log, keepHead, now }) => {
        for (const { vault, seq, hash } of sound) {
          const salt = random.bytes(32);
          keepHead({ vault, seq, hash, salt, at: now, logIndex: log(headEntry(vault, seq, hash, salt)) });
        }
        return { found: found.length, logged: sound.length, last: found.at(-1) ?? null };
      },
    });
    logged += done.logged;
    behind += done.found - done.logged;
    after = done.last;
    if (done.found < BATCH) break;
  }
  return { logged, behind };
}

/** Whether a vault has come at least as far as is remembered of it, by the same way: a rolled back one is not to be vouched for. */
async function standsAsMarked({ marks, store }: Services, { vault, seq, hash }: UnloggedHead): Promise<boolean> {
  const mark = marks.get(vault);
  if (mark === null) return true;
  if (mark.seq > seq) return ((await store.head(vault))?.seq ?? seq) >= mark.seq;
  const there = mark.seq === seq ? hash : await store.eventHash(vault, mark.seq);
  return there !== null && equalBytes(there, mark.hash);
}
