import type { OriginKind } from '../../schemas/vocabulary.ts';
import { ago } from './age.ts';

export interface Freshness {
  /** The effective origin: never what a caller merely claims. */
  readonly origin: OriginKind;
  /** The instant that the row's age counts from. */
  readonly basisAt: number;
  /** When the owner last stood behind this version; null if never. */
  readonly lastValidatedAt: number | null;
  readonly standing: 'live' | 'contested';
}

const FROM: Readonly<Record<OriginKind, (age: string) => string>> = {
  user_stated: (age) => `said by the user ${age}`,
  app_asserted: (age) => `an app's note from ${age}`,
  model_inferred: (age) => `a model's inference from ${age}`,
  tool_output: (age) => `a tool's output from ${age}`,
  external_data: (age) => `from an outside source ${age}`,
  imported: (age) => `imported, dating from ${age}`,
};

/** How fresh a row is, in words that are all ours, none a caller's: `never confirmed; an app's note from 8 months ago`. */
export function freshnessWords({ origin, basisAt, lastValidatedAt, standing }: Freshness, now: number): string {
  const age = ago(basisAt, now);
  const doubt = standing === 'contested' ? 'disputed; ' : '';
  if (lastValidatedAt === null) return `${doubt}never confirmed; ${FROM[origin](age)}`;
  const first = origin === 'user_stated' ? `first said ${age}` : FROM[origin](age);
  return `${doubt}confirmed by the owner ${ago(lastValidatedAt, now)}; ${first}`;
}
