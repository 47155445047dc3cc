import type { ReceiptReply } from '../../../schemas/receipt.ts';
import { ReceiptRequest } from '../../../schemas/receipt.ts';
import { MemSyncError } from '../../core/errors.ts';
import { BLOB_ID } from '../../crypto/blob-id-shape.ts';
import type { Cli } from '../cli.ts';
import { readInput, readJson, writeOutput } from '../input.ts';
import { jsonText } from '../plain.ts';
import { claimLines } from '../render/claims.ts';
import { appClient } from '../session.ts';
import { verb } from '../verb.ts';
import { count } from '../words.ts';

type Request = Parameters<ReturnType<typeof appClient>['receipt']>[0];

export function receiptCommand(cli: Cli) {
  return verb('receipt', 'Get the receipt of an answer, as an app with MEMSYNC_TOKEN.', [
    'memsync receipt --retrieval ret_… --model some-model --output answer.txt --out bundle.json',
    'echo "No hazelnuts [m1]." | memsync receipt --retrieval ret_… --model some-model --output -',
  ])
    .requiredOption('--retrieval <id>', 'the retrieval that the answer was given with, within ten minutes')
    .requiredOption('--model <label>', 'what the model is called')
    .requiredOption('--output <file>', 'the answer’s text; “-” for standard input')
    .option('--provider <label>', 'who runs the model')
    .option('--model-sha256 <hex>', 'the SHA-256 of the model’s file')
    .option('--model-blob-id <id>', 'the Walrus blob ID of the model’s file')
    .option('--request <file>', 'what was sent to the model, as JSON: messages, or {"messages": […]}')
    .option('--thread <thread>', 'the conversation, with --turn')
    .option('--turn <turn>', 'the turn in it')
    .option('--app <name@version>', 'the app that asked')
    .option('--out <file>', 'write the bundle there: what `memsync verify` reads')
    .option('--idempotency-key <key>', 'the same key and request again change nothing')
    .action(async (options) => {
      const request: Request = {
        retrievalId: options.retrieval,
        model: {
          label: options.model,
          ...(options.provider === undefined ? {} : { provider: options.provider }),
          ...artefact(options.modelSha256, options.modelBlobId),
        },
        output: { text: readInput(options.output) },
        ...(options.request === undefined ? {} : { request: messagesIn(options.request) }),
        ...conversation(options.thread, options.turn),
        ...(options.app === undefined ? {} : { app: appOf(options.app) }),
      };
      const key = options.idempotencyKey;
      const reply = await appClient(cli).receipt(request, key === undefined ? {} : { idempotencyKey: key });
      if (options.out !== undefined) writeOutput(options.out, `${jsonText(reply.bundle)}\n`);
      cli.answer(options, reply, () => told(reply, options.out ?? null));
    });
}

function messagesIn(path: string): NonNullable<Request['request']> {
  const value = readJson(path);
  const parsed = ReceiptRequest.shape.request.safeParse(Array.isArray(value) ? { messages: value } : value);
  if (!parsed.success || parsed.data === undefined) throw new MemSyncError('input_invalid', `${path} holds no messages.`);
  return parsed.data;
}

function artefact(sha256: string | undefined, blobId: string | undefined): Pick<Request['model'], 'artifact'> {
  // The service takes any text for one, and no bytes would ever be held to have it.
  if (blobId !== undefined && !BLOB_ID.test(blobId))
    throw new MemSyncError('usage', 'A Walrus blob ID is 43 characters of base64url without padding.');
  const names = { ...(sha256 === undefined ? {} : { sha256 }), ...(blobId === undefined ? {} : { blobId }) };
  return Object.keys(names).length === 0 ? {} : { artifact: names };
}

function conversation(thread: string | undefined, turn: string | undefined): Pick<Request, 'conversation'> {
  if (thread === undefined && turn === undefined) return {};
  if (thread === undefined || turn === undefined) throw new MemSyncError('usage', 'A conversation takes --thread and --turn.');
  return { conversation: { thread, turn: /^\d{1,9}$/.test(turn) ? Number(turn) : turn } };
}

function appOf(text: string): { name: string; version: string } {
  const at = text.lastIndexOf('@');
  if (at < 1) throw new MemSyncError('usage', 'An app is written as name@version.');
  return { name: text.slice(0, at), version: text.slice(at + 1) };
}

function told(reply: ReceiptReply, file: string | null): string {
  const cited = reply.rows.filter((row) => row.cited === true).map((row) => row.tag);
  return [
    `Receipt ${reply.id}, issued ${reply.issuedAt}.`,
    `${count(reply.rows.length, 'row')} served${cited.length === 0 ? '' : `; the answer cites ${cited.join(', ')}`}.`,
    '',
    claimLines(reply.claims),
    '',
    file === null
      ? `The bundle: memsync receipts bundle ${reply.id} --out bundle.json`
      : `The bundle is in ${file}. To check it: memsync verify ${file} --key …`,
  ].join('\n');
}
