import { parentPort, workerData } from 'node:worker_threads';
import { z } from 'zod';
import { KINDS, kindsOf } from '../../claims/all-kinds.ts';
import { judgeArtifact } from '../../claims/judge.ts';
import { isMemSyncError } from '../../core/errors.ts';
import { modulesIn } from '../../core/modules-in.ts';
import type { JudgingAnswer, JudgingTask, ThreadMessage } from './messages.ts';

// A thread of the pool: judges what it is sent, one after another. It is given nothing but the evidence: no environment, no keys, no database.

const { folder } = z.object({ folder: z.string().nullable() }).parse(workerData);
const kinds = folder === null ? KINDS : kindsOf(await modulesIn(new URL(folder)));

async function answer({ claim, given, trust, at }: JudgingTask): Promise<JudgingAnswer> {
  const kind = kinds.find(({ text }) => text.claim === claim) ?? null;
  try {
    return { judgement: await judgeArtifact(kind, given, trust, at) };
  } catch (error) {
    // The only other errors that come out of judging are these two: the thread ends on what is neither, and another takes its place.
    if (!isMemSyncError(error) || (error.code !== 'evidence_malformed' && error.code !== 'evidence_misplaced')) throw error;
    return { code: error.code, detail: error.message, issues: error.issues ?? [] };
  }
}

function say(message: ThreadMessage): void {
  parentPort?.postMessage(message, []);
}

parentPort?.on('message', (task: JudgingTask) => void answer(task).then(say));
say('ready');
