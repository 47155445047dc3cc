import { LIMITS } from '../../../schemas/limits.ts';
import { MemSyncClient } from '../../sdk/client.ts';
import { followChain } from '../../sdk/follow-chain.ts';
import { followLog } from '../../sdk/follow-log.ts';
import { publicKeysOf } from '../../sdk/owner-state.ts';
import type { Cli } from '../cli.ts';
import { OwnerHome } from '../home.ts';
import { count, lengthInWords } from '../words.ts';
import { type Finding, finding, ok, skipped } from './finding.ts';

/** The owner's side: the folder, the way to the service, and whether the service is where it was left. */
export async function ownerChecks(cli: Cli): Promise<Finding[]> {
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
      has && reached ? rememberedLog(OwnerHome.open(path), url) : skipped('Needs an owner’s folder and the service.'),
    ),
  ];
}

function folder(path: string): Omit<Finding, 'check'> {
  const home = OwnerHome.open(path);
  publicKeysOf(home.state());
  home.root();
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
  const state = await followChain(new MemSyncClient({ url, token: home.token(), head: before.head }), before);
  home.save(state);
  return ok(
    `The vault leads on from event ${before.head.seq}, last seen here, to ${state.head.seq}; every signature in your name is yours.`,
  );
}

async function rememberedLog(home: OwnerHome, url: string): Promise<Omit<Finding, 'check'>> {
  const state = home.state();
  home.save({ ...state, log: await followLog(new MemSyncClient({ url }), state.log) });
  return ok('The log extends what was last seen of it here.');
}
