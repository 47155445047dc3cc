/** English words for dates, folded. What a month is called in other languages is not read; dates in figures are. */
export const MONTHS: ReadonlyMap<string, number> = new Map(
  [
    'january jan',
    'february feb',
    'march mar',
    'april apr',
    'may',
    'june jun',
    'july jul',
    'august aug',
    'september sept sep',
    'october oct',
    'november nov',
    'december dec',
  ].flatMap((names, i) => names.split(' ').map((name): [string, number] => [name, i + 1])),
);

/** From Sunday, 0. */
export const WEEKDAYS: ReadonlyMap<string, number> = new Map(
  ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'].map((name, i) => [name, i]),
);

/** The first month of three, as the northern half of the world has them. Winter begins in December of the year before. */
export const SEASONS: ReadonlyMap<string, number> = new Map([
  ['spring', 3],
  ['summer', 6],
  ['autumn', 9],
  ['fall', 9],
  ['winter', 0],
]);

/** Days of the year that have a name: month, first and last day. */
export const FEASTS: ReadonlyMap<string, readonly [month: number, first: number, last: number]> = new Map([
  ["new year's day", [1, 1, 1]],
  ["new year's eve", [12, 31, 31]],
  ["valentine's day", [2, 14, 14]],
  ['halloween', [10, 31, 31]],
  ['christmas eve', [12, 24, 24]],
  ['christmas', [12, 24, 26]],
]);

export const COUNTS: ReadonlyMap<string, number> = new Map([
  ['a', 1],
  ['an', 1],
  ['one', 1],
  ['couple of', 2],
  ['a couple of', 2],
  ['two', 2],
  ['three', 3],
  ['few', 3],
  ['a few', 3],
  ['four', 4],
  ['five', 5],
  ['six', 6],
  ['seven', 7],
  ['eight', 8],
  ['nine', 9],
  ['ten', 10],
]);
