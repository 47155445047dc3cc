import { rowTokens } from './tokens.ts';

/** Words that belong to a category (DESIGN, "The words"). `private` has none: it is also where rows are that nobody put anywhere. */
const WORDS: Readonly<Record<string, string>> = {
  identity:
    'identity name nickname age birthday birthdate born live home address hometown nationality citizen passport religion faith gender pronoun height language speak native',
  career:
    'career job work profession occupation office boss manager colleague team company employer salary promotion interview role meeting project client business deploy outage incident service server database',
  interests:
    'interest hobby music song band album concert book novel read film movie series game sport team club fan favourite favorite enjoy fun collect play instrument paint art craft garden cook bake weekend',
  relationships:
    'relationship friend wife husband partner spouse mother father mom dad mum parent sister brother sibling son daughter kid child family relative aunt uncle cousin grandmother grandfather wedding anniversary married girlfriend boyfriend neighbour neighbor pet dog cat gift present',
  health:
    'health doctor dentist nurse hospital clinic allergy allergic medicine medication drug pill prescription sick ill illness disease pain ache diet eat food drink blood pressure sleep injury surgery therapy therapist exercise workout weight glasses vaccine vitamin',
  finance:
    'finance financial money bank account pay payment cost price budget save savings rent mortgage loan debt owe salary wage income tax insurance bill invoice spend expense invest stock pension card subscription fine',
  learning:
    'learn study course class school university college degree exam test teacher lesson tutor homework subject topic language practise practice skill certificate grade student',
  travel:
    'travel trip journey flight fly airport plane hotel train bus ferry holiday vacation tour visit abroad country city drive passport visa stay seat luggage suitcase pack itinerary destination',
  productivity:
    'productivity meeting calendar schedule reminder deadline task plan organise organize email note format habit routine morning workflow tool app keyboard editor call slot appointment answer reply',
};

const NONE: readonly string[] = [];
const TABLE = tableOf();

/** The term that stands for a row's category in the index; no text has it. */
export function categoryTerm(category: string): string {
  return `#${category}`;
}

/** The categories that a term belongs to, in a fixed order. */
export function categoriesOf(term: string): readonly string[] {
  return TABLE.get(term) ?? NONE;
}

function tableOf(): ReadonlyMap<string, readonly string[]> {
  const table = new Map<string, string[]>();
  for (const [category, words] of Object.entries(WORDS)) {
    for (const term of new Set(rowTokens(words).map((token) => token.term))) table.set(term, [...(table.get(term) ?? []), category]);
  }
  return table;
}
