import type { Case, DecideReply, DeskReply } from '../../../schemas/case.ts';
import { DecisionKind } from '../../../schemas/decision.ts';
import type { Envelope } from '../../../schemas/owner-event.ts';
import { isMemSyncError, MemSyncError } from '../../core/errors.ts';
import { readDecision } from '../../review/decision.ts';
import type { MemSyncClient } from '../../sdk/client.ts';
import { type Decided, decideOn, requireAsShown } from '../../sdk/decision.ts';
import type { Cli } from '../cli.ts';
import { plain } from '../plain.ts';
import { toBeSigned } from '../render/case/to-be-signed.ts';
import { sheetFor } from '../render/case/sheet.ts';
import { openReviewerKey } from '../reviewer/key.ts';
import { agreedTo } from '../session.ts';
import { oneOf, several, verb } from '../verb.ts';
import { caseClient } from './client.ts';
import { movedSince } from './moved.ts';

const ABOUT = `
What is signed is what was shown: how each claim stood, the gate, and how far
the log was. If any of that has changed by then, nothing is decided.

An override clears a case although its gate is shut. It takes two reviewers: the
first signs with --override, the second with --override --second and the first
one's decision. It does not open the gate, and its reason stays on the case.`;

interface DecideOptions {
  readonly reason: string;
  readonly claims?: string[] | undefined;
  readonly rows?: string[] | undefined;
  readonly override?: true | undefined;
  readonly second?: string | undefined;
}

export function decideCommand(cli: Cli) {
  return verb('decide', 'Decide on a case: see what you sign, then sign it with your own key.', [
    'memsync case decide cse_… hold --reason "The payment is not settled."',
    'memsync case decide cse_… clear --reason "Settled, and m1 is fresh." --claims settlement --rows m1',
    'memsync case decide cse_… clear --reason "The fair opens today." --override',
  ])
    .argument('<case>', 'the case')
    .argument('<decision>', DecisionKind.options.join(', '), oneOf(DecisionKind.options))
    .requiredOption('--reason <text>', 'why; it stays on the case')
    .option('--claims <names>', 'the claims that you rely on, with commas between them', several)
    .option('--rows <rows>', 'the rows that you rely on, by tag or id, with commas between them', several)
    .option('--override', 'clear it although its gate is shut; of no effect until a second reviewer signs the same')
    .option('--second <decision>', 'with --override: the first reviewer’s decision, which you complete')
    .option('--yes', 'do not ask')
    .addHelpText('after', ABOUT)
    .action(async (id, decision, options) => {
      const client = caseClient(cli);
      const [shown, desk] = [await client.showCase(id), await client.desk()];
      requireAsShown(shown);
      const made: Decided = { decision, ...madeOf(shown, decision, options) };
      tell(cli, shown, desk, made);
      if (!(await agreedTo(cli, options, `Sign this as ${plain(nameOf(desk))}?`))) return;
      const key = await openReviewerKey(cli);
      const envelope = decideOn(shown, desk, made, key, cli.clock.now(), cli.random);
      key.secretKey.wipe();
      const reply = await handIn(client, shown, envelope);
      cli.answer(options, reply, () => {
        const { payload, effective } = reply.decision;
        if (!effective) return `Signed: ${payload.decisionId}. It takes effect once a second reviewer signs --override --second with it.`;
        return `Signed: ${payload.decisionId}. The case is ${reply.case.state === 'clear' ? 'clear' : 'on hold'}.`;
      });
    });
}

/** Hands the decision in. @throws {MemSyncError} `case_moved`, saying what has changed since the reviewer looked */
async function handIn(client: MemSyncClient, shown: Case, envelope: Envelope): Promise<DecideReply> {
  try {
    return await sentTwice(client, shown.id, envelope);
  } catch (error) {
    if (!isMemSyncError(error, 'case_moved')) throw error;
    throw new MemSyncError('case_moved', `${movedSince(shown, await client.showCase(shown.id))} Nothing was decided.`, { cause: error });
  }
}

/**
 * Sends it, and once more where no answer came: opening the key takes a while, in which a service may have closed a connection that was idle.
 * Under one idempotency key it counts once.
 */
async function sentTwice(client: MemSyncClient, id: string, envelope: Envelope): Promise<DecideReply> {
  const options = { idempotencyKey: readDecision(envelope).decisionId };
  try {
    return await client.decide(id, envelope, options);
  } catch (error) {
    if (!isMemSyncError(error, 'service_unreachable')) throw error;
    return client.decide(id, envelope, options);
  }
}

function tell(cli: Cli, shown: Case, desk: DeskReply, made: Decided): void {
  const sheet = sheetFor(cli.output, cli.clock.now(), true);
  cli.output.note(`${toBeSigned(sheet, shown, nameOf(desk), made)}\n`);
}

function nameOf({ me, reviewers }: DeskReply): string {
  return reviewers.find(({ id }) => id === me)?.name ?? me;
}

/** What the options say. @throws {MemSyncError} `usage` for claims and rows that the case does not have, or an override of nothing */
function madeOf(shown: Case, decision: DecisionKind, options: DecideOptions): Omit<Decided, 'decision'> {
  const { reason, override, second, claims = [], rows = [] } = options;
  if (second !== undefined && override !== true) throw new MemSyncError('usage', '--second goes with --override.');
  if (override === true && decision !== 'clear') throw new MemSyncError('usage', 'Only a clear can override the gate.');
  const strange = claims.find((name) => !shown.claims.some(({ claim }) => claim === name));
  if (strange !== undefined) throw new MemSyncError('usage', `The case has no claim “${strange}”.`);
  return {
    reason,
    basis: { claims, rows: rows.map((name) => rowOf(shown, name)) },
    override: override === true ? { second: second ?? null } : null,
  };
}

function rowOf({ rows }: Case, name: string): string {
  const found = rows.find(({ tag, row }) => tag === name || row === name);
  if (found === undefined) throw new MemSyncError('usage', `The answer leaned on no row “${name}”.`);
  return found.row;
}
