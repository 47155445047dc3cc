import { DEFAULT_POLICY, type Holding, type Policy } from '../../../schemas/policy.ts';
import { CATEGORIES, ORIGIN_KINDS } from '../../../schemas/vocabulary.ts';
import { MemSyncClient } from '../../sdk/client.ts';
import { followChain } from '../../sdk/follow-chain.ts';
import type { Cli } from '../cli.ts';
import { OwnerHome } from '../home.ts';
import { table } from '../render/table.ts';
import { bare, verb } from '../verb.ts';
import { lengthInWords } from '../words.ts';

export function policyCommand(cli: Cli) {
  return bare('policy').description('How long what holds.').addCommand(showCommand(cli), { isDefault: true });
}

function showCommand(cli: Cli) {
  return verb('show', 'Show the freshness policy that you signed.', ['memsync policy show']).action(async (options) => {
    const { home: path, url } = cli.client();
    const home = OwnerHome.open(path);
    const before = home.state();
    const state = await followChain(new MemSyncClient({ url, token: home.token(), head: before.head }), before);
    home.save(state);
    const policy = state.policy ?? DEFAULT_POLICY;
    cli.answer(options, { signed: state.policy !== null, policy }, () => told(policy));
  });
}

function told(policy: Policy): string {
  const holdings = CATEGORIES.map((category) => {
    const { semantic, episodic } = policy.categories[category];
    return [category, ...lengths(semantic), ...lengths(episodic)];
  });
  const origins = ORIGIN_KINDS.map((kind) => {
    const { start, activeForAtMostSeconds } = policy.origins[kind];
    return [kind, start, activeForAtMostSeconds === null ? '-' : lengthInWords(activeForAtMostSeconds)];
  });
  return [
    `Policy, version ${policy.version}. How long a row is active, then background:`,
    '',
    table([['CATEGORY', 'FACT', '', 'EVENT', ''], ...holdings]),
    '',
    'Where a row starts that nobody has confirmed:',
    '',
    table([['ORIGIN', 'STARTS', 'ACTIVE AT MOST'], ...origins]),
  ].join('\n');
}

function lengths({ activeForSeconds, backgroundForSeconds }: Holding): string[] {
  return [lengthInWords(activeForSeconds), lengthInWords(backgroundForSeconds)];
}
