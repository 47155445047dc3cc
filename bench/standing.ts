/** Units of a standing's numbers. `share` is from 0 to 1. */
export type Unit = 'share' | 'milliseconds' | 'bytes' | 'a second' | 'count';

/** A figure with what it is held against. */
export interface Standing {
  readonly what: string;
  readonly unit: Unit;
  readonly here: number;
  /** What it is compared with, measured in the same run, in the same unit. */
  readonly beside?: { readonly what: string; readonly value: number };
  /** The figure over what is beside it. */
  readonly ratio?: number;
  /** Where the ratio, or the figure itself where `of` says so, must stand at least or, where less is better, at most. */
  readonly must?: {
    readonly of: 'here' | 'ratio';
    readonly better: 'more' | 'less';
    readonly floor: number;
    readonly aim: number;
  };
}

/** Standings as a table of Markdown. */
export function tableOf(standings: readonly Standing[]): string[] {
  if (standings.length === 0) return [];
  const head = ['', 'here', 'beside it', '', 'ratio', 'floor', 'aim', 'stands'];
  const rule = ['---', '---:', '---', '---:', '---:', '---:', '---:', '---'];
  return [...[head, rule, ...standings.map(cellsOf)].map((cells) => `| ${cells.join(' | ')} |`), ''];
}

function cellsOf({ what, unit, here, beside, ratio, must }: Standing): string[] {
  const limit = (value: number): string => (must?.of === 'ratio' ? `${shown(value)} ×` : valued(value, unit));
  return [
    what,
    valued(here, unit),
    ...(beside === undefined ? ['', ''] : [beside.what, valued(beside.value, unit)]),
    ratio === undefined ? '' : `${shown(ratio)} ×`,
    ...(must === undefined ? ['', '', ''] : [limit(must.floor), limit(must.aim), verdict({ here, ratio, must })]),
  ];
}

function verdict({ here, ratio, must }: Pick<Standing, 'here' | 'must'> & { ratio: number | undefined }): string {
  if (must === undefined) return '';
  const value = must.of === 'ratio' ? (ratio ?? Number.NaN) : here;
  const reaches = (limit: number): boolean => (must.better === 'more' ? value >= limit : value <= limit);
  if (reaches(must.aim)) return 'at the aim';
  return reaches(must.floor) ? 'above the floor' : '**below the floor**';
}

function valued(value: number, unit: Unit): string {
  if (unit === 'share') return `${(value * 100).toFixed(1)} %`;
  if (unit === 'milliseconds') return `${shown(value)} ms`;
  if (unit === 'bytes') return bytesOf(value);
  const whole = Math.round(value).toLocaleString('en');
  return unit === 'a second' ? `${whole}/s` : whole;
}

function bytesOf(value: number): string {
  if (value >= 1e6) return `${shown(value / 1e6)} MB`;
  return value >= 1e4 ? `${shown(value / 1e3)} KB` : `${Math.round(value)} B`;
}

function shown(value: number): string {
  return value < 10 ? value.toFixed(2) : value.toFixed(value < 100 ? 1 : 0);
}
