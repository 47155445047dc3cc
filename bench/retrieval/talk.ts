/**
 * Made-up talk to measure speed and memory on, the same in every run: threads of twenty turns between two of a dozen people, a turn each few
 * minutes, the threads over some years. A turn has six to some eighty words, more short ones than long: half of them English words of grammar, the
 * others drawn from 30,000 made-up words as words are in speech (Zipf), some with an ending; in one of four it names whom it speaks to. A question
 * asks for four of the words of one turn and a common one, and may name who said it, or a month. About one row in eight holds some word of a
 * question, those of grammar aside, as it is with LoCoMo's questions and rows: that is what a search has to go through.
 */
export interface Turn {
  readonly text: string;
  readonly thread: string;
  readonly speaker: string;
  /** Milliseconds. */
  readonly observedAt: number;
}

const VOCABULARY = 30_000;
/** How far down the list of a language's words the first that is no word of grammar stands. */
const SHIFT = 7;
/** So many of the words count as common. */
const COMMON = 40;
const THREAD = 20;
const QUESTIONS = 500;
const FIRST = Date.UTC(2022, 0, 3, 9);
const MINUTE = 60_000;
const DAY = 1440 * MINUTE;

const PEOPLE = 'Ana Ben Chloe Dmitri Elif Farid Greta Hugo Ines Joon Kaya Liam'.split(' ');
const MONTHS = 'January February March April May June July August September October November December'.split(' ');
const GRAMMAR =
  'the and to of a in i it is that you was for on are with they be at have this from or had by but we what all were when'.split(' ');
const SYLLABLES = 'ba re lin to ska mi dor ven pa lu ter no gra fi con del sa vor ny ash ell ock ur ling'.split(' ');
const ENDINGS = ['', '', '', '', '', 's', 's', 'ed', 'ing'];

/** What a turn of this number says: the same always. */
export function turnOf(number: number): Turn {
  const roll = dice(number);
  const words = contentOf(number).flatMap((word) => [pick(GRAMMAR, roll()), word]);
  const thread = Math.floor(number / THREAD);
  const pair = dice(thread + 7_000_000);
  const first = Math.floor(pair() * PEOPLE.length);
  const second = (first + 1 + Math.floor(pair() * (PEOPLE.length - 1))) % PEOPLE.length;
  const [speaker, other] = number % 2 === 0 ? [first, second] : [second, first];
  return {
    text: `${roll() < 0.25 ? `${PEOPLE[other]}, ` : ''}${words.join(' ')}${roll() < 0.2 ? '?' : '.'}`,
    thread: `thread-${thread}`,
    speaker: PEOPLE[speaker] ?? '',
    observedAt: FIRST + thread * (DAY / 8) + (number % THREAD) * 3 * MINUTE,
  };
}

/** A question of this number, that a turn below `rows` answers. */
function questionOf(number: number, rows: number): string {
  const roll = dice(number + 90_000_000);
  const at = Math.floor(roll() * rows);
  const words = contentOf(at);
  const rarer = words.toSorted((a, b) => b.length - a.length);
  const asked = new Set([pick(words, roll()), pick(rarer.slice(0, 3), roll()), pick(words, roll()), pick(words, roll())]);
  const { speaker, observedAt } = turnOf(at);
  const who = roll() < 0.6 ? speaker : 'they';
  const when = roll() < 0.15 ? ` in ${MONTHS[new Date(observedAt).getUTCMonth()]}` : '';
  return `What did ${who} ${wordOf(Math.floor(COMMON * roll()))} about the ${[...asked].join(' and ')}${when}?`;
}

/** Gives one question after another, over and over. */
export function questionsInTurn(rows: number): () => string {
  const questions = questionsOf(rows);
  let next = 0;
  return () => questions[next++ % questions.length] ?? '';
}

/** The questions that so many rows are asked. */
export function questionsOf(rows: number): string[] {
  return Array.from({ length: QUESTIONS }, (_, number) => questionOf(number, rows));
}

function contentOf(number: number): string[] {
  const roll = dice(number + 40_000_000);
  const count = 3 + Math.floor(40 * roll() ** 3);
  return Array.from({ length: count }, () => wordOf(rankOf(roll())) + pick(ENDINGS, roll()));
}

/** The rank of a word, 0 for the most frequent, where chances fall as 1 / (rank + SHIFT). */
function rankOf(chance: number): number {
  return Math.min(VOCABULARY - 1, Math.floor(SHIFT * ((VOCABULARY + SHIFT) / SHIFT) ** chance) - SHIFT);
}

/** The word of a rank; those more often used are shorter. */
function wordOf(rank: number): string {
  let word = '';
  for (let left = rank + SYLLABLES.length; left > 0; left = Math.floor(left / SYLLABLES.length)) word += SYLLABLES[left % SYLLABLES.length];
  return word;
}

function pick(from: readonly string[], chance: number): string {
  return from[Math.floor(chance * from.length)] ?? '';
}

/** Numbers from 0 up to 1, as if at random, the same for the same seed (mulberry32). */
export function dice(seed: number): () => number {
  let state = Math.imul(seed + 1, 0x9e37_79b1);
  return () => {
    state = (state + 0x6d2b_79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
