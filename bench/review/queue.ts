import Database from 'better-sqlite3';
import type { CasesQuery } from '../../schemas/case.ts';
import { listCases } from '../../src/app/cases/list.ts';
import { makeDesk } from '../../src/app/desks/make.ts';
import { addReviewer } from '../../src/app/desks/reviewers.ts';
import type { Services } from '../../src/app/services.ts';
import { systemRandom } from '../../src/core/random.ts';
import type { CaseChange } from '../../src/store/cases.ts';
import { median } from '../pace.ts';
import { databaseOf, inFolder, withServices } from '../place.ts';
import type { Standing } from '../standing.ts';

const PAGE = 50;
const BATCH = 5000;
const SEALED = 4096;
/** Where a page stands, wherever in the queue it lies: in milliseconds, in the middle of all tries. */
const MUST = { of: 'here', better: 'less', floor: 25, aim: 10 } as const;
const hex = (n: number, length = 32): string => n.toString(16).padStart(length, '0');
/** Of every case but each tenth, which is another desk's. */
const isOurs = (n: number): boolean => n % 10 !== 9;

interface Desk {
  readonly id: string;
  readonly token: string;
  /** Its one reviewer. */
  readonly me: string;
}

interface Asked {
  readonly what: string;
  readonly query: CasesQuery;
  /** How many cases the page must have at least. */
  readonly cases: number;
}

/** How long a page of a queue of so many cases takes. */
export function measureQueue(count: number, quick: boolean): Promise<Standing[]> {
  return inFolder((folder) =>
    withServices(folder, async (services) => {
      const desk = await deskIn(services, 'claims');
      const other = await deskIn(services, 'returns');
      for (let from = 0; from < count; from += BATCH) {
        const cases = Array.from({ length: Math.min(BATCH, count - from) }, (_, i) => opened(from + i, isOurs(from + i) ? desk : other));
        await services.store.commit({ vaults: [], log: null, cases });
      }
      const db = new Database(databaseOf(folder), { readonly: true });
      const standings: Standing[] = [];
      for (const asked of questions(count)) standings.push(await timesOf(services, db, desk.token, asked, quick ? 100 : 400));
      db.close();
      return standings;
    }),
  );
}

async function deskIn(services: Services, name: string): Promise<Desk> {
  const { id } = await makeDesk(services, name);
  const { token, reviewer } = await addReviewer(services, name, 'Ada', systemRandom.bytes(32));
  return { id, token, me: reviewer.id };
}

function opened(n: number, { id, me }: Desk): CaseChange {
  const next = {
    id: `cse_${hex(n)}`,
    desk: id,
    vault: hex(n % 100, 64),
    receipt: `rcp_${hex(n)}`,
    openedAt: n,
    state: n % 4 === 0 ? ('clear' as const) : ('hold' as const),
    assigned: n % 20 === 1 ? me : null,
    decidedBeforeProof: n % 50 === 2,
    // Never where a case is assigned: the two filters have nothing in common.
    reopened: n % 20 === 4 ? 1 : 0,
    revision: 1,
    sealed: systemRandom.bytes(SEALED),
  };
  return { expected: null, next, events: [] };
}

function questions(count: number): Asked[] {
  const at = (share: number): string => `cse_${hex(Math.floor(count * share))}`;
  const everywhere = (what: string, query: CasesQuery): Asked[] => [
    { what: `${what}, first page`, query, cases: PAGE },
    { what: `${what}, from the middle`, query: { ...query, cursor: at(0.5) }, cases: PAGE },
    { what: `${what}, last page`, query: { ...query, cursor: at(0.001) }, cases: 1 },
  ];
  return [
    ...everywhere('all', {}),
    ...everywhere('on hold', { state: 'hold' }),
    ...everywhere('clear', { state: 'clear' }),
    ...everywhere('mine', { assigned: 'me' }),
    ...everywhere('decided before proof', { decidedBeforeProof: true }),
    ...everywhere('reopened', { reopened: true }),
    ...everywhere('on hold, decided before proof', { state: 'hold', decidedBeforeProof: true }),
    { what: 'over a receipt', query: { receipt: `rcp_${hex(Math.floor(count / 2))}` }, cases: 1 },
    { what: 'mine and reopened, which none is', query: { assigned: 'me', reopened: true }, cases: 0 },
  ];
}

async function timesOf(
  services: Services,
  db: Database.Database,
  token: string,
  { what, query, cases }: Asked,
  tries: number,
): Promise<Standing> {
  const one = db.prepare<[Buffer], unknown[]>('SELECT * FROM cases WHERE id = ?').raw();
  const times: number[] = [];
  const bare: number[] = [];
  for (let i = 0; i < tries; i += 1) {
    const began = performance.now();
    const page = await listCases(services, token, { ...query, limit: PAGE });
    times.push(performance.now() - began);
    if (page.cases.length < cases) throw new Error(`${what}: ${page.cases.length} cases`);
    const keys = page.cases.map(({ id }) => Buffer.from(id.slice(4), 'hex'));
    const raw = performance.now();
    for (const key of keys) one.get(key);
    bare.push(performance.now() - raw);
  }
  const [here, floor] = [median(times), median(bare)];
  const beside = cases === 0 ? {} : { beside: { what: 'the same rows, raw', value: floor }, ratio: here / floor };
  return { what: `queue: ${what}, p50`, unit: 'milliseconds', here, ...beside, must: MUST };
}
