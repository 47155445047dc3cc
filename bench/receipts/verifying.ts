import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundle as bundled } from '../../build/bundle.ts';
import type { Bundle } from '../../schemas/receipt.ts';
import { utf8 } from '../../src/core/bytes.ts';
import { parseEnvelope, preAuthEncoding } from '../../src/crypto/dsse.ts';
import { verifyBytes } from '../../src/crypto/ed25519.ts';
import { parseNote } from '../../src/log/note.ts';
import { parseProof } from '../../src/log/proof.ts';
import { encodeVerifierKey, parseVerifierKey, verifierKey } from '../../src/log/verifier-key.ts';
import { verifyGenesis } from '../../src/memory/owner-chain.ts';
import { verifyBundle } from '../../src/receipts/verify.ts';
import type { Services } from '../../src/app/services.ts';
import { type Figure, figureOf, type Section } from '../figure.ts';
import { middle, ratio, repeats, type Span, takeTurns } from '../pace.ts';
import { inFolder, tokenIn, withServices } from '../place.ts';
import { Answers } from './answers.ts';

/** A signature that a verdict has to check. */
export interface Check {
  readonly key: Uint8Array;
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
}

/** The verifier keys that a service has at `/log/key`. */
export function keysOf({ log, receiptSigner }: Services): [log: string, receipts: string] {
  return [
    encodeVerifierKey(verifierKey(log.origin, log.publicKey)),
    encodeVerifierKey(verifierKey(receiptSigner.name, receiptSigner.key.publicKey)),
  ];
}

/** The signatures on a bundle: the receipt's, the checkpoint's, the genesis's. */
export function checksOf(bundle: Bundle, keys: readonly string[]): Check[] {
  const [log, receipts] = keys.map((line) => parseVerifierKey(line).publicKey);
  const { genesis } = bundle.disclosures;
  if (log === undefined || receipts === undefined || genesis === undefined) throw new Error('that bundle has not everything');
  const note = parseNote(parseProof(bundle.proof).checkpoint);
  const { payload: owner } = verifyGenesis(parseEnvelope(genesis.payloadType, genesis));
  const checks = [
    checkOf(receipts, bundle.envelope),
    ...note.signatures.map(({ signature }) => ({ key: log, message: utf8(note.text), signature })),
    checkOf(Buffer.from(owner.body.ownerKey, 'hex'), genesis),
  ];
  if (!checks.every(({ key, message, signature }) => verifyBytes(key, message, signature))) throw new Error('a signature does not hold');
  return checks;
}

function checkOf(key: Uint8Array, envelope: Bundle['envelope']): Check {
  const { payload, signature } = parseEnvelope(envelope.payloadType, envelope);
  return { key, message: preAuthEncoding(envelope.payloadType, payload), signature };
}

/** Verdicts a second: in Node, and by the portable library; each beside the signatures alone. */
export function measureVerifying(span: Span): Promise<Required<Pick<Section, 'text' | 'figures' | 'standings'>>> {
  return inFolder((folder) =>
    withServices(folder, async (services) => {
      const answers = await Answers.open(services, await tokenIn(services));
      const { bundle } = await answers.receipt((await answers.retrieval()).id);
      const keys = keysOf(services);
      const text = JSON.stringify(bundle);
      const at = services.clock.now() + 1000;
      const checks = checksOf(bundle, keys);
      const portable = await portableVerifier();
      const here = repeats(() => verified(verifyBundle(text, { verifierKeys: keys }, at)));
      const there = repeats(() => verified(portable(text, { verifierKeys: keys }, at)));
      const bare = repeats(() => checks.every(({ key, message, signature }) => verifyBytes(key, message, signature)));
      const [ours = [], theirs = [], alone = []] = await takeTurns(span, here, there, bare);
      const floor = { what: `its ${checks.length} Ed25519 signatures alone`, perSecond: middle(alone).perSecond };
      const figures: Figure[] = [
        { ...figureOf('verified, in Node', middle(ours)), floor: { ...floor, ratio: ratio(ours, alone) } },
        { ...figureOf('verified, by `memsync/verify`', middle(theirs)), floor: { ...floor, ratio: ratio(theirs, alone) } },
      ];
      return {
        text:
          'Verifying is `verifyBundle`, from the bundle’s JSON to the verdict, everything disclosed; its floor is libsodium checking the same signatures ' +
          '(receipt, checkpoint, genesis). `memsync/verify` brings its own Ed25519 and SHA-256 in JavaScript.',
        figures,
        standings: [
          {
            what: 'verifying, in Node',
            unit: 'a second',
            here: middle(ours).perSecond,
            beside: { what: floor.what, value: floor.perSecond },
            ratio: ratio(ours, alone),
            must: { of: 'ratio', better: 'more', floor: 0.3, aim: 0.8 },
          },
        ],
      };
    }),
  );
}

function verified(verdict: { readonly ok: boolean }): void {
  if (!verdict.ok) throw new Error('the bundle does not verify');
}

type Verify = (bundle: unknown, trust: { readonly verifierKeys: readonly string[] }, at: number) => { readonly ok: boolean };

/** `verifyBundle` of the library as it is shipped. */
async function portableVerifier(): Promise<Verify> {
  const folder = mkdtempSync(join(tmpdir(), 'memsync-verify-'));
  try {
    const file = join(folder, 'index.mjs');
    writeFileSync(file, (await bundled('src/verify/index.ts', { format: 'esm', minify: false })).code);
    const library = (await import(pathToFileURL(file).href)) as { verifyBundle: Verify };
    return library.verifyBundle;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
