import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import type { Standing } from '../standing.ts';

const SCRIPT = fileURLToPath(new URL('../index-memory.ts', import.meta.url));
const Said = z.object({ rows: z.number(), process: z.number(), index: z.number() });

/** What one row takes in an index of 100,000: of a process of its own, garbage collected, and by what the index says of itself. */
export function measureMemory(quick: boolean): Standing[] {
  const count = quick ? 20_000 : 100_000;
  const said = Said.parse(JSON.parse(execFileSync(process.execPath, ['--expose-gc', SCRIPT, String(count)], { encoding: 'utf8' })));
  const what = `memory a row, ${said.rows.toLocaleString('en')} rows`;
  return [
    {
      what,
      unit: 'bytes',
      here: said.process / said.rows,
      beside: { what: 'as the index counts it', value: said.index / said.rows },
      must: { of: 'here', better: 'less', floor: 500, aim: 300 },
    },
  ];
}
