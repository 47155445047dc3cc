import { type ReceiptReply, STATEMENT_PAYLOAD_TYPE } from '../schemas/receipt.ts';
import { issueReceipt } from '../src/app/issue-receipt.ts';
import { remember } from '../src/app/remember.ts';
import { retrieve } from '../src/app/retrieve.ts';
import type { Services } from '../src/app/services.ts';
import { systemRandom } from '../src/core/random.ts';
import { Redacted } from '../src/core/redacted.ts';
import { signPayload } from '../src/crypto/dsse.ts';
import { signingKeyFromSeed } from '../src/crypto/ed25519.ts';
import { type Figure, figureOf, type Section } from './figure.ts';
import { loopsOver, middle, ratio, repeats, type Span, takeTurns } from './pace.ts';
import { inFolder, tokenIn, withServices } from './place.ts';
import { RawInserts } from './raw-inserts.ts';
import { queryOf, textOf } from './texts.ts';

const ROWS = 200;
const CALLERS = [1, 32];
const READY = 256;

/** Receipts a second, through the use case `issueReceipt`. */
export function measureReceipts(span: Span): Promise<Section> {
  return inFolder((folder) => withServices(folder, (services) => measure(folder, services, span)));
}

async function measure(folder: string, services: Services, span: Span): Promise<Section> {
  const token = await tokenIn(services);
  await remember(services, token, { memories: Array.from({ length: ROWS }, (_, i) => ({ text: textOf(i) })) }, null);
  let next = 0;
  const ready = async (): Promise<string> => (await retrieve(services, token, { query: queryOf(next++) })).id;
  const first = await issue(services, token, await ready());
  const statement = Buffer.from(first.bundle.envelope.payload, 'base64');
  const key = signingKeyFromSeed(new Redacted(systemRandom.bytes(32)));
  const signing = repeats(() => signPayload(key, STATEMENT_PAYLOAD_TYPE, statement));
  const bytes = JSON.stringify({ ...first.bundle, proof: '' }).length;
  const raw = new RawInserts(folder);
  const figures: Figure[] = [];
  for (const callers of CALLERS) {
    const issuing = loopsOver(callers, READY, ready, (retrieval) => issue(services, token, retrieval));
    const [ours = [], signed = [], inserted = []] = await takeTurns(span, issuing, signing, raw.subject(callers, bytes));
    const figure = figureOf(callers === 1 ? '1 caller' : `${callers} callers`, middle(ours));
    figures.push({ ...figure, floor: { what: 'Ed25519 signing alone', perSecond: middle(signed).perSecond, ratio: ratio(ours, signed) } });
    figures.push({
      ...figure,
      floor: {
        what: `${callers} raw insert${callers === 1 ? '' : 's'} a transaction`,
        perSecond: middle(inserted).perSecond * callers,
        ratio: ratio(ours, inserted) / callers,
      },
    });
  }
  raw.close();
  return {
    title: 'Issuing receipts',
    unit: 'receipts',
    text:
      'The use case `issueReceipt`, in process, for retrievals of ten rows that are made beforehand and not counted: the record opened, tags and lines ' +
      'salted and hashed, the statement signed, everything sealed, its digest entered into the log, and the checkpoint over it signed and on the disk ' +
      'before the answer. Two floors: signing the same statement and nothing else (libsodium, no disk), and bare better-sqlite3 inserts of one blob as ' +
      `large as the receipt with its disclosures (${bytes.toLocaleString('en')} bytes), fsynced, as many to a transaction as there are callers.`,
    figures,
  };
}

function issue(services: Services, token: string, retrievalId: string): Promise<ReceiptReply> {
  const request = { retrievalId, model: { label: 'bench-model' }, output: { text: 'They met by the river, see [m1] and [m3].' } };
  return issueReceipt(services, token, request, null);
}
