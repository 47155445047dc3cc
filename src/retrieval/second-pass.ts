import { isSaidAt } from './asked-dates.ts';
import type { Documents } from './documents.ts';
import { FLAG } from './traits.ts';
import type { FirstPass } from './first-pass.ts';
import type { Near } from './nearest.ts';
import type { Question } from './question.ts';
import type { ThreadsWithin } from './threads.ts';
import { WEIGHT } from './weighing.ts';

/** What made a row's score, before the factors that hold for all of it. */
export interface Parts {
  /** Its own words: what the best passage's count, and part of what those count that it has elsewhere or by another word. */
  own: number;
  /** The turns around it, the document that gave most (−1 for none), and how much that was. */
  neighbours: number;
  neighbour: number;
  most: number;
  thread: number;
  /** That it is near the query in meaning, as far as vectors tell. */
  vector: number;
  speaker: number;
  date: number;
  /** That it has a time, a number or a place where one is asked for, is the assistant's where that is asked for, says what somebody prefers where help is asked for, and speaks in the first person. */
  cues: number;
  /** What all of it is multiplied with. */
  factor: number;
}

/** What the second pass works with. */
export interface Asked {
  readonly documents: Documents;
  readonly threads: ThreadsWithin;
  readonly pass: FirstPass;
  /** What vectors say; null where there are none. */
  readonly near: Near | null;
  /** What a vector in the query's own direction counts of: all words of the query, those among them that no row holds. */
  readonly meant: number;
  readonly question: Question;
  /** By speaker: 1 where the query asks about them. */
  readonly speakers: Uint8Array;
  /** Room for scores in full, by document. */
  readonly totals: Float64Array;
  /** What all words of the query that rows hold count together; where none is held, what `meant` is. */
  readonly whole: number;
}

/** Parts in which there is nothing; one object may be filled again and again. */
export function noParts(): Parts {
  return { own: 0, neighbours: 0, neighbour: -1, most: 0, thread: 0, vector: 0, speaker: 0, date: 0, cues: 0, factor: 1 };
}

/** Scores a document in full, into `parts`. Only what lies within the extent has a say. Returns what it is ranked by. */
export function scoreInFull(asked: Asked, document: number, parts: Parts): number {
  const { documents, pass, near, question, whole } = asked;
  const flags = documents.flags[document] as number;
  const isAssistant = (flags & FLAG.assistant) !== 0;
  parts.own = pass.scores[document] as number;
  parts.neighbours = 0;
  parts.neighbour = -1;
  parts.most = 0;
  parts.thread = 0;
  parts.vector = near === null ? 0 : WEIGHT.vector * asked.meant * (near.shares[document] as number);
  parts.speaker = 0;
  parts.date = 0;
  parts.cues = 0;
  parts.factor = 1;
  if (parts.own > 0) {
    const more = valueOf(pass, pass.bits[document] as number) - parts.own;
    if (more > 0) parts.own += (WEIGHT.covered * more) / (1 + ((documents.words[document] as number) / WEIGHT.ownWords) ** 2);
  }
  const beforeAssistant = addThread(asked, document, flags, parts);
  if (parts.own + parts.neighbours + parts.thread + parts.vector > 0) {
    if (question.dates.length > 0 && isSaidAt(question.dates, documents.time[document] as number)) parts.date = WEIGHT.date * whole;
    const cues = flags & question.cues;
    if ((cues & FLAG.time) !== 0) parts.cues += WEIGHT.time * whole;
    if ((cues & FLAG.dated) !== 0) parts.cues += WEIGHT.dated * whole;
    if ((cues & FLAG.prefers) !== 0 && !isAssistant) parts.cues += WEIGHT.prefers * whole;
    if ((cues & FLAG.assistant) !== 0) parts.cues += WEIGHT.assistant * whole;
    if ((cues & FLAG.number) !== 0) parts.cues += WEIGHT.number * whole;
    if ((cues & FLAG.place) !== 0) parts.cues += WEIGHT.place * whole;
    if ((flags & FLAG.firstPerson) !== 0 && !isAssistant) parts.cues += WEIGHT.firstPerson * whole;
  }
  if ((flags & FLAG.endsAsking) !== 0 && !isAssistant && !beforeAssistant) parts.factor *= WEIGHT.askingFactor;
  const sum = (parts.own + parts.neighbours + parts.thread + parts.vector + parts.date + parts.cues) * parts.factor;
  // The speaker's share is no smaller for a question.
  if (sum > 0 && asked.speakers[documents.speaker[document] as number] === 1) {
    parts.speaker = ((WEIGHT.speakerFactor - 1) * sum + WEIGHT.speaker * whole) / parts.factor;
  }
  if (isAssistant) parts.factor *= WEIGHT.assistantFactor;
  return (parts.own + parts.neighbours + parts.thread + parts.vector + parts.date + parts.cues + parts.speaker) * parts.factor;
}

/** Adds what the document's thread gives. Returns whether an assistant speaks next. */
function addThread(asked: Asked, document: number, flags: number, parts: Parts): boolean {
  const around = asked.threads.around(document);
  if (around === null) return false;
  const { documents, pass } = asked;
  const { thread, at } = around;
  const { order } = thread;
  const words = documents.words[document] as number;
  parts.thread = WEIGHT.thread * thread.score;
  if (thread.hasAssistant) addReplies(pass, order, at, 1 / (1 + (words / WEIGHT.ownWordsReply) ** 2), parts);
  else borrow(pass, document, order, at, 1 / (1 + (words / WEIGHT.ownWords) ** 2), parts);
  if (at > 0 && (flags & FLAG.assistant) === 0) {
    const before = order[at - 1] as number;
    const theirs = documents.flags[before] as number;
    if ((theirs & FLAG.asks) !== 0 && (theirs & FLAG.assistant) === 0)
      add(parts, before, WEIGHT.answered * (pass.scores[before] as number));
  }
  return at + 1 < order.length && ((documents.flags[order[at + 1] as number] as number) & FLAG.assistant) !== 0;
}

/** The turns before and after add shares of their scores. */
function addReplies({ scores }: FirstPass, order: readonly number[], at: number, share: number, parts: Parts): void {
  for (let distance = 1; distance <= 3; distance++) {
    const before = at - distance;
    const after = at + distance;
    if (before >= 0) {
      const number = order[before] as number;
      add(parts, number, share * (WEIGHT.beforeReply[distance - 1] as number) * (scores[number] as number));
    }
    if (after < order.length) {
      const number = order[after] as number;
      add(parts, number, share * (WEIGHT.afterReply[distance - 1] as number) * (scores[number] as number));
    }
  }
}

/** Words that the document lacks count where a turn near it has them: once each, by the nearest. */
function borrow(pass: FirstPass, document: number, order: readonly number[], at: number, share: number, parts: Parts): void {
  let lacking = ~(pass.bits[document] as number);
  for (let distance = 1; distance <= 3; distance++) {
    for (let side = -1; side <= 1; side += 2) {
      const place = at + side * distance;
      if (place < 0 || place >= order.length) continue;
      const number = order[place] as number;
      const found = (pass.bits[number] as number) & lacking;
      if (found === 0) continue;
      lacking &= ~found;
      const weight = (side < 0 ? WEIGHT.before : WEIGHT.after)[distance - 1] as number;
      add(parts, number, share * weight * valueOf(pass, found));
    }
  }
}

/** What the words behind some bits count together. */
function valueOf({ concepts }: FirstPass, bits: number): number {
  let value = 0;
  for (let left = bits; left !== 0; left &= left - 1)
    value += (concepts[31 - Math.clz32(left & -left)] as { readonly value: number }).value;
  return value;
}

function add(parts: Parts, number: number, part: number): void {
  parts.neighbours += part;
  if (part <= parts.most) return;
  parts.most = part;
  parts.neighbour = number;
}
