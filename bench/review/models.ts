import { hash } from 'node:crypto';
import type { ReceiptFacts } from '../../src/claims/kind.ts';
import type { ModelBytes } from '../../src/claims/model-artifact.ts';
import { judgeModelBytes } from '../../src/claims/model-bytes.ts';
import { base64 } from '../../src/core/bytes.ts';
import { walrusBlobId } from '../../src/crypto/blob-id.ts';
import { loops, middle, repeats, ratio, type Span, takeTurns } from '../pace.ts';
import type { Standing } from '../standing.ts';

const MB = 1_000_000;
/** As large as a body holds, about. */
const LARGE = 6 * MB;

const RECEIPT: ReceiptFacts = {
  receipt: `rcp_${'0'.repeat(32)}`,
  vault: '0'.repeat(64),
  issuedAt: 0,
  model: { label: 'a-model' },
  conversation: null,
  app: null,
  tools: [],
  entry: '0'.repeat(64),
  outputSha256: '0'.repeat(64),
  requestSha256: null,
  context: null,
};

/** What judging the bytes of a model costs: by their SHA-256 beside node:crypto's own, and by their Walrus blob ID, where size hardly counts. */
export async function measureModels(span: Span): Promise<Standing[]> {
  const [judged = [], bare = []] = await takeTurns(
    span,
    loops(1, () => judge(LARGE, {})),
    repeats(() => hash('sha256', filled(LARGE))),
  );
  const blobIds: Standing[] = [];
  for (const size of [MB, LARGE]) {
    const blobId = (await walrusBlobId(filled(size))) ?? '';
    const started = performance.now();
    for (let round = 0; round < span.rounds; round += 1) await judge(size, { blobId });
    blobIds.push({
      what: `${size / MB} MB of a model judged by their blob ID`,
      unit: 'milliseconds',
      here: (performance.now() - started) / span.rounds,
    });
  }
  const perMegabyte = (paces: typeof judged): number => 1000 / middle(paces).perSecond / (LARGE / MB);
  return [
    {
      what: 'a MB of a model judged by its SHA-256, base64 included',
      unit: 'milliseconds',
      here: perMegabyte(judged),
      beside: { what: 'SHA-256 by node:crypto', value: perMegabyte(bare) },
      ratio: 1 / ratio(judged, bare),
    },
    ...blobIds,
  ];
}

const made = new Map<number, Uint8Array>();
function filled(size: number): Uint8Array {
  const bytes = made.get(size) ?? new Uint8Array(size).fill(7);
  made.set(size, bytes);
  return bytes;
}

const spelt = new Map<number, Pick<ModelBytes, 'kind' | 'bytes' | 'sha256'>>();
async function judge(size: number, more: Pick<ModelBytes, 'blobId'>): Promise<void> {
  const artifact = spelt.get(size) ?? { kind: 'model-bytes', bytes: base64(filled(size)), sha256: hash('sha256', filled(size)) };
  spelt.set(size, artifact);
  const { status } = await judgeModelBytes({ artifact: { ...artifact, ...more }, gathered: undefined, receipt: RECEIPT });
  if (status !== 'verified') throw new Error(`a model of ${size} bytes came to ${status}`);
}
