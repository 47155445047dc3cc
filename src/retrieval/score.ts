import { K1 } from './weighing.ts';

/** Weights are kept in quarters of one occurrence in the text, so that sums are exact. */
const QUARTERS = 4;

/** What one occurrence of a word weighs, in quarters, by the field that it stands in. A speaker's name on every line says little. */
export const FIELD_WEIGHT = { text: QUARTERS, subject: QUARTERS, attribute: QUARTERS, speaker: 2, category: QUARTERS } as const;

/** The most that a word may weigh in a passage, in quarters: what fits a byte. */
const HEAVIEST = 255;

/** A passage holds at most this many indexed words; a row's score is its best passage's. */
const PASSAGE = 30;

/** By weight in quarters, 0 to 255: what is multiplied with a word's rarity. */
const SATURATION = Float64Array.from({ length: HEAVIEST + 1 }, (_, weight) => ((weight / QUARTERS) * (K1 + 1)) / (weight / QUARTERS + K1));

/** What one word of the query adds to a passage that holds it with `weight` quarters. */
export function contribution(rarity: number, weight: number): number {
  return rarity * (SATURATION[weight] ?? 0);
}

/** How much a word tells: above zero, and the more the fewer of the scope's passages hold it. */
export function rarityOf(holding: number, passages: number): number {
  return Math.log(1 + (passages - holding + 0.5) / (holding + 0.5));
}

/** Scores are served, signed and replayed: six decimals, so that the last bit of a sum never shows. */
export function rounded(score: number, decimals = 6): number {
  const scale = 10 ** decimals;
  return Math.round(score * scale) / scale;
}

/** Cuts a row's words into passages of about equal length, at least one, none longer than thirty words. */
export function passagesOf<T>(words: readonly T[]): readonly (readonly T[])[] {
  const count = Math.max(1, Math.ceil(words.length / PASSAGE));
  const size = Math.ceil(words.length / count);
  return Array.from({ length: count }, (_, i) => words.slice(i * size, (i + 1) * size));
}
