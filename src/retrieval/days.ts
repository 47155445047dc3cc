/** Days are whole numbers since 1970-01-01, in UTC and the Gregorian calendar. Nothing here reads a zone, a locale or a clock. */
const DAY = 86_400_000;

/** From one day to another, both counted. */
export type DaySpan = readonly [first: number, last: number];

/** The last day that spans reach, in the year 9999. */
export const LAST_DAY = 2_932_896;

/** The day that an instant (milliseconds) falls on. */
export function dayOf(instant: number): number {
  return Math.floor(instant / DAY);
}

/** The day of a date; months from 1. Days past the end of the month run on into the next. */
export function dayOfDate(year: number, month: number, day: number): number {
  const moved = month <= 2 ? year - 1 : year;
  const era = Math.floor(moved / 400);
  const yearOfEra = moved - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468;
}

/** Year, month (from 1) and day of the month of a day. */
export function dateOfDay(day: number): { readonly year: number; readonly month: number; readonly day: number } {
  const shifted = day + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1,
  };
}

/** 0 for Sunday to 6 for Saturday. */
export function weekdayOf(day: number): number {
  return (((day + 4) % 7) + 7) % 7;
}

/** All of a month; months outside 1 to 12 run on into other years. */
export function monthSpan(year: number, month: number): DaySpan {
  const months = year * 12 + month - 1;
  return [firstOfMonth(months), firstOfMonth(months + 1) - 1];
}

/** The first day of a month, counted from January of the year 0. */
function firstOfMonth(months: number): number {
  const year = Math.floor(months / 12);
  return dayOfDate(year, months - 12 * year + 1, 1);
}

export function yearSpan(year: number): DaySpan {
  return [dayOfDate(year, 1, 1), dayOfDate(year, 12, 31)];
}
