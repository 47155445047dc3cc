import { statSync } from 'node:fs';
import { STATEMENT_PAYLOAD_TYPE } from '../../schemas/receipt.ts';
import { systemRandom } from '../../src/core/random.ts';
import { Redacted } from '../../src/core/redacted.ts';
import { signPayload } from '../../src/crypto/dsse.ts';
import { signingKeyFromSeed } from '../../src/crypto/ed25519.ts';
import { type Figure, figureOf, type Section } from '../figure.ts';
import { loops, loopsOver, middle, ratio, repeats, type Span, takeTurns } from '../pace.ts';
import { databaseOf, inFolder, tokenIn, withServices } from '../place.ts';
import { RawInserts } from '../raw-inserts.ts';
import type { Standing } from '../standing.ts';
import { Answers } from './answers.ts';

const CALLERS = [1, 32];
const READY = 256;

/** Receipts a second, through the use case `issueReceipt`, and what one adds to an answer. */
export function measureIssuing(span: Span): Promise<Required<Pick<Section, 'text' | 'figures' | 'standings'>>> {
  return inFolder((folder) =>
    withServices(folder, async (services) => {
      const answers = await Answers.open(services, await tokenIn(services));
      const ready = async (): Promise<string> => (await answers.retrieval()).id;
      const { id, context } = await answers.retrieval();
      const first = await answers.receipt(id);
      const statement = Buffer.from(first.bundle.envelope.payload, 'base64');
      const key = signingKeyFromSeed(new Redacted(systemRandom.bytes(32)));
      const signing = repeats(() => signPayload(key, STATEMENT_PAYLOAD_TYPE, statement));
      const bytes = JSON.stringify({ ...first.bundle, proof: '' }).length;
      const raw = new RawInserts(folder);
      const figures: Figure[] = [];
      const standings: Standing[] = [];
      for (const callers of CALLERS) {
        const issuing = loopsOver(callers, READY, ready, (retrieval) => answers.receipt(retrieval));
        const [ours = [], signed = [], inserted = []] = await takeTurns(span, issuing, signing, raw.subject(callers, bytes));
        const figure = figureOf(callers === 1 ? 'issued, 1 caller' : `issued, ${callers} callers`, middle(ours));
        const toSigning = ratio(ours, signed);
        figures.push({ ...figure, floor: { what: 'Ed25519 signing alone', perSecond: middle(signed).perSecond, ratio: toSigning } });
        const what = `${callers} raw insert${callers === 1 ? '' : 's'} a transaction`;
        const perSecond = middle(inserted).perSecond * callers;
        figures.push({ ...figure, floor: { what, perSecond, ratio: ratio(ours, inserted) / callers } });
        if (callers === 1) standings.push(await added(span, answers, figure.p50 ?? Number.NaN));
        else {
          standings.push({
            what: `issuing, ${callers} callers`,
            unit: 'a second',
            here: figure.perSecond,
            beside: { what: 'Ed25519 signing alone', value: middle(signed).perSecond },
            ratio: toSigning,
            must: { of: 'ratio', better: 'more', floor: 0.05, aim: 0.5 },
          });
        }
      }
      raw.close();
      standings.push(
        {
          what: 'a receipt’s bundle',
          unit: 'bytes',
          here: JSON.stringify(first.bundle).length,
          beside: { what: 'its context block', value: context },
        },
        await onDisk(folder, services.store, answers),
      );
      return {
        text:
          'Issuing is the use case `issueReceipt`, in process, for retrievals of ten rows that are made beforehand and not counted: the record opened, tags ' +
          'and lines salted and hashed, the statement signed, everything sealed, its digest entered into the log, and the checkpoint over it signed and on ' +
          'the disk before the answer. Two floors: signing the same statement and nothing else (libsodium, no disk), and bare better-sqlite3 inserts of one ' +
          `blob as large as the receipt with its disclosures (${bytes.toLocaleString('en')} bytes), fsynced, as many to a transaction as there are callers.`,
        figures,
        standings,
      };
    }),
  );
}

/** How long an answer waits for its receipt, beside how long it waited for its rows. */
async function added(span: Span, answers: Answers, receipt: number): Promise<Standing> {
  const [retrieving = []] = await takeTurns(
    span,
    loops(1, () => answers.retrieval()),
  );
  return {
    what: 'a receipt, 1 caller',
    unit: 'milliseconds',
    here: receipt,
    beside: { what: 'its retrieval', value: middle(retrieving).p50 },
  };
}

/** By how much the database grows for a receipt. */
async function onDisk(folder: string, store: { scrub(): Promise<boolean> }, answers: Answers): Promise<Standing> {
  const ready = await Promise.all(Array.from({ length: READY * 4 }, () => answers.retrieval()));
  await store.scrub();
  const before = statSync(databaseOf(folder)).size;
  for (let i = 0; i < ready.length; i += 32) await Promise.all(ready.slice(i, i + 32).map(({ id }) => answers.receipt(id)));
  await store.scrub();
  return { what: 'a receipt on the disk', unit: 'bytes', here: (statSync(databaseOf(folder)).size - before) / ready.length };
}
