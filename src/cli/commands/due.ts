import { LIMITS } from '../../../schemas/limits.ts';
import type { Memory } from '../../../schemas/memory.ts';
import { MemSyncError } from '../../core/errors.ts';
import { formatInstant } from '../../core/instant.ts';
import type { Owner } from '../../sdk/owner.ts';
import type { Cli } from '../cli.ts';
import { namedVersions, ownRows, shares } from '../own-rows.ts';
import { dueList } from '../render/due.ts';
import { agreedTo, openOwner, readingClient } from '../session.ts';
import { oneOf, verb, whole } from '../verb.ts';
import { type Decisions, walk } from '../walk.ts';
import { parseWhen, WHEN } from '../when.ts';
import { count } from '../words.ts';

/** Texts of one event stay well under what a request may hold. */
const EDITS_AT_A_TIME = 64;

export function dueCommand(cli: Cli) {
  return verb('due', 'List what falls a tier soon, what steers most answers first: what to confirm next.', [
    'memsync due',
    'memsync due --walk                  # one by one: confirm, edit, retract or skip',
    'memsync due --within 90d --order soonest',
    'memsync due --json | memsync confirm --file - --yes',
  ])
    .option('--within <when>', `how far to look: ${WHEN}`, '30d')
    .option(
      '--order <order>',
      'steering (what was served in most receipts since you confirmed it) or soonest',
      oneOf(['steering', 'soonest']),
    )
    .option('--limit <n>', 'rows at most', whole(1, LIMITS.rows), 50)
    .option('--walk', 'go through them one by one, a key each; all is signed at the end')
    .action(async (options) => {
      const now = cli.clock.now();
      const by = parseWhen(options.within, now);
      const query = { due: formatInstant(by), limit: options.limit, ...(options.order === undefined ? {} : { order: options.order }) };
      const reply = await readingClient(cli).list(query);
      if (options.walk === true && reply.memories.length > 0) {
        if (options.json === true) throw new MemSyncError('usage', '`--walk` asks a person; leave out --json.');
        await walkThrough(cli, reply.memories);
        return;
      }
      cli.answer(options, reply, () => {
        if (reply.memories.length === 0) return `Nothing falls by ${formatInstant(by).slice(0, 10)}.`;
        return `${dueList(cli.output, reply.memories, now)}\n\nGo through them: memsync due --walk`;
      });
    });
}

/** The passphrase is asked for first: what is shown is what the owner's own key opens. */
async function walkThrough(cli: Cli, memories: readonly Memory[]): Promise<void> {
  const owner = await openOwner(cli);
  await owner.refresh();
  const rows = await ownRows(
    cli,
    owner,
    memories.map(({ id }) => id),
  );
  const items = memories.flatMap((memory, i) => {
    const own = rows[i];
    return own === undefined ? [] : [{ memory, own }];
  });
  const decisions = await walk(cli, items);
  const { confirm, correct, retract } = decisions;
  const parts = [
    [confirm.length, 'to confirm'],
    [correct.length, 'to correct'],
    [retract.length, 'to retract'],
  ] as const;
  const said = parts.filter(([many]) => many > 0).map(([many, what]) => `${count(many, 'row')} ${what}`);
  if (said.length === 0) cli.output.out('Nothing was decided, nothing was signed.\n');
  else if (await agreedTo(cli, {}, `Sign? ${said.join(', ')}`)) await sign(cli, owner, decisions);
  owner.wipe();
}

/** One signature a kind; a correction takes a second, for the word behind what is new. */
async function sign(cli: Cli, owner: Owner, { confirm, correct, retract }: Decisions): Promise<void> {
  if (confirm.length > 0) {
    const { seq } = await owner.validate(confirm);
    cli.output.out(`Confirmed ${count(confirm.length, 'row')}, as event ${seq}.\n`);
  }
  for (const share of shares(correct, EDITS_AT_A_TIME)) {
    const { edited, validated } = await owner.correct(share);
    cli.output.out(`Corrected ${count(share.length, 'row')}, as event ${edited.seq}, and stood behind them, as event ${validated.seq}.\n`);
  }
  if (retract.length > 0) {
    const { seq } = await owner.retract(retract);
    cli.output.out(`Retracted ${count(namedVersions(retract).length, 'row')}, as event ${seq}.\n`);
  }
}
