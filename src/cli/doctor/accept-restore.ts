import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatInstant } from '../../core/instant.ts';
import { MemSyncClient } from '../../sdk/client.ts';
import { type Loss, type Reread, rereadLedger } from '../../sdk/restored.ts';
import { type MovedLog, rereadLog } from '../../sdk/restored-log.ts';
import type { Cli } from '../cli.ts';
import { OwnerHome } from '../home.ts';
import { agreedTo } from '../session.ts';
import { withOperator } from './owner-checks.ts';
import { count } from '../words.ts';

interface Asked {
  readonly yes?: true | undefined;
  readonly json?: true | undefined;
  readonly operatorRoot?: string | undefined;
}

/**
 * `memsync doctor --accept-restore`: shows the owner what a service that was restored from a backup has lost of what the owner's folder
 * remembers and, once agreed to, lets the folder begin anew from where the service stands. What was remembered is kept beside.
 * @throws {MemSyncError} `head_not_reached` when no restore accounts for what is missing; `service_lied`, `home_missing`
 */
export async function acceptRestore(cli: Cli, options: Asked): Promise<void> {
  const { home: path, url } = cli.client();
  const home = OwnerHome.open(path);
  const before = home.state();
  // Without the remembered head: it is compared here, event by event.
  const client = new MemSyncClient({ url, token: home.token() });
  const { loss, state } = await rereadLedger(client, before);
  const { moved, log } = await rereadLog(client, withOperator(before.log, options.operatorRoot));
  const found = { remembered: before.head, head: state.head, loss, log: moved };
  if (loss === null && moved === null) {
    home.save({ ...state, log });
    cli.answer(options, { accepted: false, ...found }, () => 'Nothing is missing: there is nothing to accept.');
    return;
  }
  cli.output.note(`${told(loss, moved, state).join('\n')}\n`);
  if (!(await agreedTo(cli, options, 'Go on from where the service stands now?'))) return;
  const kept = { at: formatInstant(cli.clock.now()), ...found, before };
  appendFileSync(join(path, 'restores.jsonl'), `${JSON.stringify(kept)}\n`, { mode: 0o600 });
  home.beginAnew({ ...state, log });
  cli.answer(options, { accepted: true, ...found }, () => next(loss).join('\n'));
}

function told(loss: Loss | null, moved: MovedLog | null, state: Reread['state']): string[] {
  const lines: string[] = [];
  if (loss !== null) {
    const { restore, missing, ownerEvents, grants, collections, unrotated, ownerKeys } = loss;
    lines.push(
      `The service says that it was restored from a backup on ${formatInstant(restore.at)}.`,
      `You have seen ${count(missing.to - missing.from + 1, 'event')} from ${missing.from} on, to ${missing.to}, that ${missing.to === missing.from ? 'is' : 'are'} not there any more; it knows of missing ones up to ${restore.lostTo}.`,
      `Of those, you had signed ${ownerEvents}. What is there, to event ${state.head.seq}, is your own history, every signature checked.`,
      'Every row from before is dormant until you confirm or reinstate it.',
    );
    if (loss.policy) lines.push('Your policy is not the one that you had set last: see `memsync policy`.');
    for (const id of loss.unrevoked) lines.push(`LET IN AGAIN, although you had revoked it: ${id}`);
    if (ownerKeys > 0) lines.push('YOUR OWN KEY is an earlier one again: if you changed it because it was lost, change it again at once.');
    for (const id of unrotated) lines.push(`Under an earlier key again, although you had rotated it: the collection ${id}`);
    for (const id of grants) lines.push(`Gone: the grant ${id}`);
    for (const id of collections) lines.push(`Gone: the collection ${id}, with every row in it`);
  }
  if (moved !== null) {
    lines.push(`The log goes on as ${moved.now}; you know it as ${moved.was}.`);
    lines.push(moved.sameKey ? 'The same key signs both.' : 'ANOTHER KEY signs it: ask the operator why before you agree.');
  }
  return lines;
}

function next(loss: Loss | null): string[] {
  const revoke = (loss?.unrevoked ?? []).map((id) => `Revoke again: memsync revoke ${id}`);
  return ['Accepted. What you remembered before is kept in restores.jsonl in your folder.', ...revoke, 'Look rows over: memsync list'];
}
