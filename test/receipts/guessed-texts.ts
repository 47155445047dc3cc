export const ALLERGY = 'Allergic to hazelnuts';
export const HOME = 'Lives at 12 Quillfeather Lane, Porto';
export const QUERY = 'Which nuts can I eat at home in Porto?';
export const SENT = `Answer briefly. ${QUERY}`;

const WHO = [
  'Allergic to',
  'Lives in',
  'Works for',
  'Married to',
  'Afraid of',
  'Born in',
  'Pays rent to',
  'Takes pills against',
  'Votes for',
  'Owes money to',
];
const WHAT = [
  'hazelnuts',
  'walnuts',
  'Porto',
  'Lisbon',
  'a bank',
  'Maria',
  'spiders',
  'gluten',
  'Dr Almeida',
  'asthma',
  'the landlord',
  'bees',
];

/** Texts as somebody would put them on a list, all different; those that are really there are among them, here and there. */
export function* texts(count: number): Generator<string> {
  const real = [ALLERGY, HOME, QUERY, SENT];
  const step = Math.floor(count / real.length);
  for (let i = 0; i < count; i += 1) {
    const true_ = i % step === step - 1 ? real[Math.floor(i / step)] : undefined;
    const number = Math.floor(i / (WHO.length * WHAT.length));
    yield true_ ?? `${WHO[i % WHO.length]} ${WHAT[Math.floor(i / WHO.length) % WHAT.length]}${number === 0 ? '' : ` ${number}`}`;
  }
}
