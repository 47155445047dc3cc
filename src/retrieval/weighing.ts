/**
 * The constants of ranking. Each is a round number with an effect of the same sign on several kinds of data, and none rests on one of them alone; what
 * each gives is in docs/retrieval.md, measured by `npm run bench -- retrieval`.
 */
export const WEIGHT = {
  /** What another word for the same thing counts beside the word itself, one of the same family, and a thing of the kind beside the kind. */
  synonym: 0.2,
  family: 0.5,
  kind: 0.15,
  /** What it counts that a row is of a category that a word of the query belongs to, beside a word as rare as rows of that category. */
  category: 0.2,
  /** What a word with the same beginning counts for one that nothing has. */
  beginning: 0.5,
  /** What the days that the query names count, where a row speaks of them, or was said on them, beside a word as rare. */
  day: 0.4,
  /** How far a row counts as having a word where it has another for it only, or has it in another passage. */
  covered: 0.5,
  /** What words that only frame a question count: "kind", "many", "mention". */
  frame: 0.5,
  /** What a speaker's name counts as a word: who is meant is weighed by `speaker`. */
  speakerName: 0.5,
  /** In a conversation among people: what a word that the row lacks counts where a neighbour has it, one, two and three turns before. */
  before: [0.6, 0.4, 0.2],
  /** The same for turns after. */
  after: [0.4, 0.2, 0.1],
  /** In a conversation with an assistant: what the scores of turns before and after add. */
  beforeReply: [0.3, 0.15, 0.1],
  afterReply: [0.25, 0.1, 0.1],
  /** Words at which what neighbours add has fallen to half: a long row speaks for itself. */
  ownWords: 100,
  ownWordsReply: 60,
  /** What a question adds to the turn that answers it. */
  answered: 0.5,
  /** What a conversation adds to its turns, of the mean of its best five. */
  thread: 0.5,
  /** Shares of what the whole query weighs: said by whom it asks about; at the time it names; in the first person; with the number, the time (a date more), the place it asks for; by the assistant, where it asks what that said; with a preference, where it asks for help. */
  speaker: 0.15,
  date: 0.4,
  firstPerson: 0.05,
  number: 0.15,
  time: 0.05,
  dated: 0.1,
  place: 0.15,
  assistant: 0.3,
  prefers: 0.1,
  /** What a vector in the query's own direction counts, of what the whole query weighs, words that no row holds with it: as much as all of them. */
  vector: 1,
  /** Factors: said by whom the query asks about; a question that nobody but a person could answer; said by an assistant. */
  speakerFactor: 1.15,
  askingFactor: 0.9,
  assistantFactor: 0.65,
} as const;

/** A conversation counts by the mean of so many of its best turns. */
export const THREAD_BEST = 5;

/** A word counts by its rarity, and a second time adds less: BM25's k₁; b is 0, since long texts are scored by their best passage. */
export const K1 = 0.8;
