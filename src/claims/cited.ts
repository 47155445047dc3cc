/** The tags out of `tags` that the output cites as `[m1]`, to the letter, in the order of `tags`. A citation says nothing of influence. */
export function citedTags(outputText: string, tags: readonly string[]): string[] {
  const cited = new Set(Array.from(outputText.matchAll(/\[(m[1-9]\d{0,3})\]/g), ([, tag]) => tag));
  return tags.filter((tag) => cited.has(tag));
}
