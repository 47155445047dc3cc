import type { GrantReadsReply } from '../../../schemas/keys.ts';
import { MemSyncError } from '../../core/errors.ts';
import type { Owner } from '../../sdk/owner.ts';
import type { Cli } from '../cli.ts';
import { findGrant } from '../grant-name.ts';
import { plain } from '../plain.ts';
import { wrap } from '../render/table.ts';
import { openOwner, ownerClient } from '../session.ts';
import { verb } from '../verb.ts';
import { count } from '../words.ts';

export function revokeCommand(cli: Cli) {
  return verb('revoke', 'Cut an app off, at once and for good.', [
    'memsync revoke "Trip planner"',
    'memsync revoke grt_…',
    'memsync revoke "Trip planner" --rotate',
  ])
    .argument('<grant>', 'its label, or the grant’s id')
    .option('--rotate', 'change the keys that it held, too: of no use to it any more, whatever it has kept')
    .action(async (name, options) => {
      const owner = await openOwner(cli);
      await owner.refresh();
      const { id, label } = await findGrant(owner, name);
      if (id === owner.device) throw new MemSyncError('usage', 'That is the grant that this folder itself reads with.');
      const { seq, head, rotated } = await cutOff(owner, id, options.rotate === true);
      owner.wipe();
      const { client } = ownerClient(cli);
      const { totals } = await client.grantReads(owner.state.vault, id, { limit: 1 });
      cli.answer(options, { grant: id, label, rotated, read: totals, seq, head }, () => told(id, label, rotated, totals));
    });
}

async function cutOff(owner: Owner, id: string, rotate: boolean): Promise<{ seq: number; head: object; rotated: number }> {
  if (!rotate) return { ...(await owner.revoke(id)), rotated: 0 };
  const { made, reply } = await owner.rotate({ revoke: [id] });
  return { ...reply, rotated: made.act.body.collections.length };
}

function told(id: string, label: string, rotated: number, totals: GrantReadsReply['totals']): string {
  const lines = [`“${plain(label)}” is cut off. It keeps what it has read.`];
  if (totals !== null) {
    const { rows, retrievals, receipts } = totals;
    lines.push(
      `It has read ${count(rows, 'row')} in ${count(retrievals, 'retrieval')}, ${receipts} with a receipt; see memsync grants show ${id}`,
    );
  }
  if (rotated > 0) lines.push('The keys that it held are changed; what lies under the old ones is brought along: memsync rotate --status');
  else
    lines.push(
      'Should it have a copy of the service’s disk, its keys still open that: memsync revoke … --rotate, or memsync rotate, changes them.',
    );
  return lines.map((line) => wrap(line, 80)).join('\n');
}
