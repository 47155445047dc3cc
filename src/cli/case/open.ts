import { parseGate } from '../../review/gate.ts';
import type { Cli } from '../cli.ts';
import { readJson } from '../input.ts';
import { named } from '../render/case/sheet.ts';
import { verb } from '../verb.ts';
import { caseClient } from './client.ts';

export function openCommand(cli: Cli) {
  return verb('open', 'Put an answer on hold before a gate, by its receipt.', [
    'memsync case open rcp_… --gate release.json',
    'memsync case open rcp_… --gate release.json --desk releases --note "Goes out on Friday."',
  ])
    .argument('<receipt>', 'the receipt of the answer')
    .requiredOption('--gate <file>', 'what has to be known before it moves on: a gate policy as JSON; “-” for standard input')
    .option('--desk <desk>', 'whose case it is, by name or id (default: the only desk there is)')
    .option('--note <text>', 'what the reviewers should know')
    .option('--idempotency-key <key>', 'the same key and request again change nothing')
    .action(async (receipt, { gate: file, desk, note, idempotencyKey, ...options }) => {
      const gate = parseGate(readJson(file));
      const request = { receipt, gate, ...(desk === undefined ? {} : { desk }), ...(note === undefined ? {} : { note }) };
      const opened = await caseClient(cli).openCase(request, idempotencyKey === undefined ? {} : { idempotencyKey });
      cli.answer(options, opened, () =>
        [
          `Case ${opened.id}, on ${opened.state}, at the desk “${named(opened.desk.name)}”.`,
          `Whether its gate is open: memsync case gate ${opened.id}`,
        ].join('\n'),
      );
    });
}
