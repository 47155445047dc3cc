/** What a measurement came to: operations a second, and how long one took, in milliseconds. */
export interface Pace {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
}

/** How long one stretch of a measurement runs after a warm-up, in milliseconds, and how many stretches there are. */
export interface Span {
  readonly warm: number;
  readonly run: number;
  readonly rounds: number;
}

/** Something that can be measured for so many milliseconds. */
export type Subject = (ms: number) => Promise<Pace>;

/** `once` from `callers` loops side by side. */
export function loops(callers: number, once: () => Promise<unknown>): Subject {
  return async (ms) => {
    const times: number[] = [];
    const started = performance.now();
    const loop = async (): Promise<void> => {
      for (let at = performance.now(); at - started < ms;) {
        await once();
        const now = performance.now();
        times.push(now - at);
        at = now;
      }
    };
    await Promise.all(Array.from({ length: callers }, loop));
    return paceOf(times, performance.now() - started);
  };
}

/** `once`, over and over, where it ends before it returns. */
export function repeats(once: () => unknown): Subject {
  return async (ms) => {
    const times: number[] = [];
    const started = performance.now();
    for (let at = performance.now(); at - started < ms;) {
      once();
      const now = performance.now();
      times.push(now - at);
      at = now;
    }
    return paceOf(times, performance.now() - started);
  };
}

/**
 * `once` from `callers` loops side by side, for what needs something made ready beforehand: `ready` makes `many` of it at a time, while the clock
 * stands.
 */
export function loopsOver<T>(callers: number, many: number, ready: () => Promise<T>, once: (made: T) => Promise<unknown>): Subject {
  return async (ms) => {
    const times: number[] = [];
    let spent = 0;
    while (spent < ms) {
      const waiting = await Promise.all(Array.from({ length: many }, ready));
      const started = performance.now();
      const loop = async (): Promise<void> => {
        for (let made = waiting.pop(); made !== undefined; made = waiting.pop()) {
          const at = performance.now();
          await once(made);
          times.push(performance.now() - at);
        }
      };
      await Promise.all(Array.from({ length: callers }, loop));
      spent += performance.now() - started;
    }
    return paceOf(times, spent);
  };
}

/**
 * Measures subjects side by side: stretch about, in turn, so that whatever else the machine is doing falls on all of them alike. Gives each one's
 * stretches in order.
 */
export async function takeTurns(span: Span, ...subjects: readonly Subject[]): Promise<Pace[][]> {
  for (const subject of subjects) await subject(span.warm);
  const paces = subjects.map((): Pace[] => []);
  for (let round = 0; round < span.rounds; round += 1) {
    for (const [i, subject] of subjects.entries()) paces[i]?.push(await subject(span.run));
  }
  return paces;
}

/** The middle of a measurement's stretches, number by number. */
export function middle(paces: readonly Pace[]): Pace {
  return {
    perSecond: median(paces.map(({ perSecond }) => perSecond)),
    p50: median(paces.map(({ p50 }) => p50)),
    p99: median(paces.map(({ p99 }) => p99)),
  };
}

/** The middle of the ratios of stretches that were measured one after the other. */
export function ratio(of: readonly Pace[], to: readonly Pace[]): number {
  return median(of.map(({ perSecond }, i) => perSecond / (to[i]?.perSecond ?? Number.NaN)));
}

export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  const upper = sorted[half] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[half - 1] ?? Number.NaN)) / 2;
}

function paceOf(times: number[], ms: number): Pace {
  times.sort((a, b) => a - b);
  const at = (share: number): number => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? Number.NaN;
  return { perSecond: (times.length / ms) * 1000, p50: at(0.5), p99: at(0.99) };
}
