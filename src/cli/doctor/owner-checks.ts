import { LIMITS } from '../../../schemas/limits.ts';
import { isMemSyncError } from '../../core/errors.ts';
import { MemSyncClient } from '../../sdk/client.ts';
import { followChain } from '../../sdk/follow-chain.ts';
import { type Loss, rereadLedger } from '../../sdk/restored.ts';
import { learnOperator } from '../../sdk/follow-keys.ts';
import { rereadLog } from '../../sdk/restored-log.ts';
import { type OwnerState, publicKeysOf, type SeenLog } from '../../sdk/owner-state.ts';
import type { Cli } from '../cli.ts';
import { OwnerHome } from '../home.ts';
import { operatorIn } from '../trust.ts';
import { count, lengthInWords } from '../words.ts';
import { type Finding, finding, ok, skipped } from './finding.ts';

/** The owner's side: the folder, the way to the service, and whether the service is where it was left. */
export async function ownerChecks(cli: Cli, operatorRoot?: string): Promise<Finding[]> {
  const { home: path, url } = cli.client();
  const has = OwnerHome.isTaken(path);
  const service = await serviceChecks(cli, url);
  const reached = service[0]?.status === 'ok';
  return [
    await finding('owner’s folder', () => (has ? folder(path) : skipped(`There is none in ${path}.`))),
    ...service,
    await finding('remembered head', () =>
      has && reached ? remembered(OwnerHome.open(path), url) : skipped('Needs an owner’s folder and the service.'),
    ),
    await finding('log, as remembered', () =>
      has && reached ? rememberedLog(OwnerHome.open(path), url, operatorRoot) : skipped('Needs an owner’s folder and the service.'),
    ),
  ];
}

function folder(path: string): Omit<Finding, 'check'> {
  const home = OwnerHome.open(path);
  publicKeysOf(home.state());
  if (home.isDevice) home.device();
  else home.root();
  home.token();
  const unsafe = home.unsafe();
  if (unsafe.length === 0) return ok(`${path} is whole and private.`);
  return { status: 'failed', detail: `Others can get at ${unsafe.join(', ')}.`, remedy: `chmod 700 ${path} && chmod 600 ${path}/*` };
}

async function serviceChecks(cli: Cli, url: string): Promise<Finding[]> {
  let date: number | null = null;
  const service = await finding('service', async () => {
    const answer = await new MemSyncClient({ url }).health();
    date = answer.date;
    const open = !url.startsWith('https:') && !/^http:\/\/(?:localhost|127\.|\[::1\])/.test(url);
    const said = `${answer.health.build} at ${url}, ${count(answer.health.vaults, 'vault')}.`;
    return open
      ? { status: 'warning', detail: `${said} The way there is not encrypted: tokens can be read on it.`, remedy: 'Use https.' }
      : ok(said);
  });
  return [service, await finding('clock', () => clock(date, cli.clock.now()))];
}

function clock(date: number | null, now: number): Omit<Finding, 'check'> {
  if (date === null) return skipped('The service did not say what time it has.');
  // The service gives its time to the second.
  const apart = Math.max(0, Math.abs(date - now) - 1000);
  if (apart <= 5000) return ok('This clock and the service’s agree.');
  const detail = `This clock is ${lengthInWords(apart / 1000)} ${date > now ? 'behind' : 'ahead of'} the service’s.`;
  return { status: apart > LIMITS.clockSkewMs ? 'failed' : 'warning', detail, remedy: 'Set both clocks.' };
}

async function remembered(home: OwnerHome, url: string): Promise<Omit<Finding, 'check'>> {
  const before = home.state();
  let state: OwnerState;
  try {
    state = await followChain(new MemSyncClient({ url, token: home.token(), head: before.head }), before);
  } catch (error) {
    const loss = isMemSyncError(error, 'head_not_reached') ? await lossOf(home, url) : null;
    if (loss === null) throw error;
    return {
      status: 'failed',
      detail: `The service was restored from a backup: events ${loss.missing.from} to ${loss.missing.to}, which have been seen here, are missing.`,
      remedy: 'See what that comes to: memsync doctor --accept-restore.',
    };
  }
  home.save(state);
  return ok(
    `The vault leads on from event ${before.head.seq}, last seen here, to ${state.head.seq}; every signature in your name is yours.`,
  );
}

/** What a restore that the service owns up to has lost; null where the chain itself is to say. */
async function lossOf(home: OwnerHome, url: string): Promise<Loss | null> {
  try {
    const { loss } = await rereadLedger(new MemSyncClient({ url, token: home.token() }), home.state());
    return loss;
  } catch (error) {
    if (isMemSyncError(error)) return null;
    throw error;
  }
}

/** What is remembered of the log, with the operator's root that the person names in place of the one that is remembered. */
export function withOperator(log: SeenLog | null, operatorRoot: string | undefined): SeenLog | null {
  return log === null || operatorRoot === undefined ? log : { ...log, operator: operatorIn(operatorRoot) };
}

/** What is to be said of the operator's root: that it is new here, and on whose word. */
function aboutRoot({ operator }: SeenLog, before: SeenLog | null, named: string | undefined): string {
  if (operator === null) return ' Its keys are on the service’s word: no root of an operator is known for them.';
  if (named !== undefined) return ` The root that you named has stated its keys: ${operator.root}`;
  if (before?.operator === null)
    return ` The operator’s root ${operator.root} is remembered from now on, taken on trust: compare it with what the operator gives out.`;
  return ' The operator’s root that is remembered here has stated its keys.';
}

async function rememberedLog(home: OwnerHome, url: string, operatorRoot: string | undefined): Promise<Omit<Finding, 'check'>> {
  const state = home.state();
  const client = new MemSyncClient({ url });
  const { moved, log: seen } = await rereadLog(client, withOperator(state.log, operatorRoot));
  if (moved !== null) {
    return {
      status: 'failed',
      detail: `The log goes on as ${moved.now}, as after a restore; here it is known as ${moved.was}.`,
      remedy: 'See what is missing: memsync doctor --accept-restore.',
    };
  }
  const log = operatorRoot === undefined ? await learnOperator(client, seen) : seen;
  home.save({ ...state, log });
  return ok(`The log extends what was last seen of it here.${aboutRoot(log, state.log, operatorRoot)}`);
}
