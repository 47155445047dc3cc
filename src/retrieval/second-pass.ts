import { isSaidAt } from './asked-dates.ts';
import type { Documents } from './documents.ts';
import { FLAG } from './traits.ts';
import type { FirstPass } from './first-pass.ts';
import type { Question } from './question.ts';
import type { ThreadsWithin } from './threads.ts';
import { WEIGHT } from './weighing.ts';

/** What made a row's score, before the factors that hold for all of it. */
export interface Parts {
  /** Its own words. */
  own: number;
  /** The turns around it, and the document that gave most; −1 for none. */
  neighbours: number;
  neighbour: number;
  thread: number;
  speaker: number;
  date: number;
  /** That it has a time, a number or a place where one is asked for, and speaks in the first person. */
  cues: number;
  /** What all of it is multiplied with. */
  factor: number;
}

/** What the second pass works with. */
export interface Asked {
  readonly documents: Documents;
  readonly threads: ThreadsWithin;
  readonly pass: FirstPass;
  readonly question: Question;
  /** By speaker: 1 where the query asks about them. */
  readonly speakers: Uint8Array;
  /** Room for scores in full, by document. */
  readonly totals: Float64Array;
  /** What all words of the query count together. */
  readonly whole: number;
}

/** Scores a document in full. Only what lies within the extent has a say. */
export function scoreInFull(asked: Asked, document: number): Parts {
  const { documents, pass, question, whole } = asked;
  const flags = documents.flags[document] ?? 0;
  const isAssistant = (flags & FLAG.assistant) !== 0;
  const parts: Parts = {
    own: pass.scores[document] ?? 0,
    neighbours: 0,
    neighbour: -1,
    thread: 0,
    speaker: 0,
    date: 0,
    cues: 0,
    factor: 1,
  };
  const beforeAssistant = addThread(asked, document, parts);
  if (parts.own + parts.neighbours + parts.thread > 0) {
    if (question.dates.length > 0 && isSaidAt(question.dates, documents.time[document] ?? 0)) parts.date = WEIGHT.date * whole;
    const cues = flags & question.cues;
    if ((cues & FLAG.time) !== 0) parts.cues += WEIGHT.time * whole;
    if ((cues & FLAG.number) !== 0) parts.cues += WEIGHT.number * whole;
    if ((cues & FLAG.place) !== 0) parts.cues += WEIGHT.place * whole;
    if ((flags & FLAG.firstPerson) !== 0 && !isAssistant) parts.cues += WEIGHT.firstPerson * whole;
  }
  if ((flags & FLAG.endsAsking) !== 0 && !isAssistant && !beforeAssistant) parts.factor *= WEIGHT.askingFactor;
  const sum = (parts.own + parts.neighbours + parts.thread + parts.date + parts.cues) * parts.factor;
  // The speaker's share is no smaller for a question.
  if (sum > 0 && asked.speakers[documents.speaker[document] ?? 0] === 1) {
    parts.speaker = ((WEIGHT.speakerFactor - 1) * sum + WEIGHT.speaker * whole) / parts.factor;
  }
  if (isAssistant) parts.factor *= WEIGHT.assistantFactor;
  return parts;
}

/** What a document is ranked by. */
export function totalOf({ own, neighbours, thread, speaker, date, cues, factor }: Parts): number {
  return (own + neighbours + thread + date + cues + speaker) * factor;
}

/** Adds what the document's thread gives. Returns whether an assistant speaks next. */
function addThread(asked: Asked, document: number, parts: Parts): boolean {
  const around = asked.threads.around(document);
  if (around === null) return false;
  const { documents, pass } = asked;
  const { thread, at } = around;
  const { order } = thread;
  const words = documents.words[document] ?? 0;
  const isAssistant = (number: number | undefined): boolean =>
    number !== undefined && ((documents.flags[number] ?? 0) & FLAG.assistant) !== 0;
  const own = isAssistant(document);
  parts.thread = WEIGHT.thread * thread.score;
  let most = 0;
  const add = (number: number, part: number): void => {
    parts.neighbours += part;
    if (part <= most) return;
    most = part;
    parts.neighbour = number;
  };
  if (thread.hasAssistant) {
    const share = 1 / (1 + (words / WEIGHT.ownWordsReply) ** 2);
    for (let distance = 1; distance <= 3; distance++) {
      const before = order[at - distance];
      const after = order[at + distance];
      if (before !== undefined) add(before, share * (WEIGHT.beforeReply[distance - 1] ?? 0) * (pass.scores[before] ?? 0));
      if (after !== undefined) add(after, share * (WEIGHT.afterReply[distance - 1] ?? 0) * (pass.scores[after] ?? 0));
    }
  } else {
    borrow(asked, document, { order, at }, 1 / (1 + (words / WEIGHT.ownWords) ** 2), add);
  }
  const before = order[at - 1];
  if (before !== undefined && !own && !isAssistant(before) && ((documents.flags[before] ?? 0) & FLAG.asks) !== 0) {
    add(before, WEIGHT.answered * (pass.scores[before] ?? 0));
  }
  return isAssistant(order[at + 1]);
}

/** Words that the document lacks count where a turn near it has them: once each, by the nearest. */
function borrow(
  { pass }: Asked,
  document: number,
  { order, at }: { readonly order: readonly number[]; readonly at: number },
  share: number,
  add: (number: number, part: number) => void,
): void {
  let lacking = ~(pass.bits[document] ?? 0);
  for (let distance = 1; distance <= 3 && lacking !== 0; distance++) {
    for (const [number, weight] of [
      [order[at - distance], WEIGHT.before[distance - 1] ?? 0],
      [order[at + distance], WEIGHT.after[distance - 1] ?? 0],
    ] as const) {
      if (number === undefined) continue;
      let found = (pass.bits[number] ?? 0) & lacking;
      lacking &= ~found;
      let values = 0;
      while (found !== 0) {
        const bit = 31 - Math.clz32(found & -found);
        values += pass.concepts[bit]?.value ?? 0;
        found &= found - 1;
      }
      if (values > 0) add(number, share * weight * values);
    }
  }
}
