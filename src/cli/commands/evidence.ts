import type { Cli } from '../cli.ts';
import { readArtifactInput } from '../artifact-input.ts';
import { sheetFor } from '../render/case/sheet.ts';
import { addedText } from '../render/standing/added.ts';
import { readingClient } from '../session.ts';
import { bare, each, verb } from '../verb.ts';

export function evidenceCommand(cli: Cli) {
  return bare('evidence').description('Evidence for what a receipt claims, at any time after it.').addCommand(addCommand(cli));
}

function addCommand(cli: Cli) {
  return verb('add', 'Hand in evidence for one claim of a receipt. It touches no other claim.', [
    'memsync evidence add rcp_… route config.json',
    'memsync evidence add rcp_… mode --kind mode-declaration --set mode=TEE',
    'memsync evidence add rcp_… model --bytes model.onnx',
    'fetch-config | memsync evidence add rcp_… route -',
  ])
    .argument('<receipt>', 'the receipt')
    .argument('<claim>', 'the claim: payment, enclave, exchange, mode, settlement, model, route, external_data')
    .argument('[file]', 'the evidence as JSON; “-” for standard input')
    .option('--kind <kind>', 'in place of a file: what kind of evidence it is')
    .option('--set <name=value>', 'with --kind: a field, as text; name:=value as JSON; several times for several', each)
    .option('--bytes <file>', 'a file whose bytes go along, as a model’s: without --kind, as model-bytes')
    .option('--idempotency-key <key>', 'the same key and request again change nothing')
    .action(async (receipt, claim, file, { kind, set, bytes, idempotencyKey, ...options }) => {
      const artifact = readArtifactInput(file, { kind, set, bytes });
      const key = idempotencyKey === undefined ? {} : { idempotencyKey };
      const reply = await readingClient(cli).addEvidence(receipt, { evidence: { [claim]: artifact } }, key);
      cli.answer(options, reply, () => addedText(sheetFor(cli.output, cli.clock.now(), false), reply));
    });
}
