import { CaseStatus, type CasesReply, type CaseSummary } from '../../../schemas/case.ts';
import { LIMITS } from '../../../schemas/limits.ts';
import type { MemSyncClient } from '../../sdk/client.ts';
import type { Cli } from '../cli.ts';
import { casesTable } from '../render/case/list.ts';
import { oneOf, verb, whole } from '../verb.ts';
import { caseClient } from './client.ts';

const DEFAULT_LIMIT = 50;

type Query = NonNullable<Parameters<MemSyncClient['cases']>[0]>;

export function listCommand(cli: Cli) {
  return verb('list', 'List cases, the newest first: your desk’s, or those over your vault.', [
    'memsync case list --state hold --assigned me',
    'memsync case list --decided-before-proof',
    'memsync case list --receipt rcp_… --json',
  ])
    .option('--state <state>', 'only those on hold, or those that are clear', oneOf(CaseStatus.options))
    .option('--receipt <id>', 'only those over this answer')
    .option('--desk <desk>', 'only those of this desk, by name or id')
    .option('--assigned <reviewer>', 'only those that this reviewer has: “me”, or their id')
    .option('--decided-before-proof', 'only those that were decided before what that called for was proved')
    .option('--reopened', 'only those that were clear, and were reopened by evidence that failed')
    .option('--limit <n>', 'cases on a page (default: 50)', whole(1, LIMITS.rows))
    .option('--cursor <cursor>', 'go on where a page ended')
    .action(async ({ json, limit = DEFAULT_LIMIT, decidedBeforeProof, reopened, ...where }) => {
      const query = { ...where, decidedBeforeProof: yes(decidedBeforeProof), reopened: yes(reopened) };
      const reply = await gather(caseClient(cli), query, limit);
      cli.answer({ json }, reply, () => {
        if (reply.cases.length === 0 && reply.cursor === null) return 'No cases.';
        const more = reply.cursor === null ? '' : `\n\nThere is more: --cursor ${reply.cursor}`;
        return `${casesTable(cli.output, reply.cases, cli.clock.now())}${more}`;
      });
    });
}

function yes(asked: true | undefined): 'true' | undefined {
  return asked === true ? 'true' : undefined;
}

/** As many cases as were asked for, where there are so many: a page of the service may be short of that. */
async function gather(client: MemSyncClient, query: Query, limit: number): Promise<CasesReply> {
  const cases: CaseSummary[] = [];
  let { cursor } = query;
  for (;;) {
    const page = await client.cases({ ...query, cursor, limit: String(limit - cases.length) });
    cases.push(...page.cases);
    if (page.cursor === null || cases.length >= limit) return { cases, cursor: page.cursor };
    cursor = page.cursor;
  }
}
