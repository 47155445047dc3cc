import type { z } from 'zod';
import type { Case, CaseSummary, DecideReply } from '../../schemas/case.ts';
import type { GatePolicy } from '../../schemas/gate.ts';
import { base64, hex, utf8 } from '../../src/core/bytes.ts';
import type { Clock } from '../../src/core/clock.ts';
import { systemRandom as random } from '../../src/core/random.ts';
import { Redacted } from '../../src/core/redacted.ts';
import { type SigningKey, signingKeyFromSeed } from '../../src/crypto/ed25519.ts';
import { sha256 } from '../../src/crypto/sha256.ts';
import { addReviewer } from '../../src/app/desks/reviewers.ts';
import type { Services } from '../../src/app/services.ts';
import { MemSyncClient } from '../../src/sdk/client.ts';
import { type Decided, decideOn } from '../../src/sdk/decision.ts';

/** The bytes of a model that an app names by their SHA-256. Evidence follows that holds, and that does not. */
const MODEL_BYTES = utf8('the weights of a small model');
export const MODEL_SHA256 = hex(sha256(MODEL_BYTES));
export const GOOD = { model: { kind: 'model-bytes', bytes: base64(MODEL_BYTES) } } as const;
export const BAD = { model: { kind: 'model-bytes', bytes: base64(utf8('other weights')) } } as const;

/** A gate that opens when the artefact is shown to be the one that was named. */
export const GATE: z.input<typeof GatePolicy> = { gate: 'release', version: 1, require: [{ claim: 'model', status: 'verified' }] };

/** A reviewer with their token, their key and a client of their own. */
export class TestReviewer {
  readonly id: string;
  readonly token: string;
  readonly key: SigningKey;
  readonly client: MemSyncClient;
  readonly #clock: Clock;

  private constructor(id: string, token: string, key: SigningKey, client: MemSyncClient, clock: Clock) {
    this.id = id;
    this.token = token;
    this.key = key;
    this.client = client;
    this.#clock = clock;
  }

  static async at(url: string, services: Services, desk: string, name: string, key?: SigningKey): Promise<TestReviewer> {
    const own = key ?? signingKeyFromSeed(new Redacted(random.bytes(32)));
    const { reviewer, token } = await addReviewer(services, desk, name, own.publicKey);
    return new TestReviewer(reviewer.id, token, own, new MemSyncClient({ url, token }), services.clock);
  }

  /** A decision on what is shown, signed and not yet sent. */
  async sign(shown: Case, made: Partial<Decided> & Pick<Decided, 'decision'>) {
    const whole: Decided = { reason: 'because', basis: { claims: ['model'], rows: [] }, override: null, ...made };
    return decideOn(shown, await this.client.desk(), whole, this.key, this.#clock.now(), random);
  }

  /** Looks, signs and sends. */
  async decide(id: string, made: Partial<Decided> & Pick<Decided, 'decision'>): Promise<DecideReply> {
    return this.client.decide(id, await this.sign(await this.client.showCase(id), made));
  }
}

/** An answer by an app: it remembers, asks and has a receipt, whose model names its artefact. Gives the receipt's id. */
export async function answer(client: MemSyncClient, text = 'Keeps bees', thread?: string): Promise<string> {
  await client.remember({ memories: [{ text }] });
  const { id } = await client.retrieve({ query: text });
  const receipt = await client.receipt({
    retrievalId: id,
    model: { label: 'a model', provider: 'a provider', artifact: { sha256: MODEL_SHA256 } },
    output: { text: `You said so [m1].` },
    ...(thread === undefined ? {} : { conversation: { thread, turn: 1 } }),
  });
  return receipt.id;
}

/** An answer with a case over it for a desk. */
export async function answerWithCase(client: MemSyncClient, desk: string, note = 'look at this'): Promise<CaseSummary> {
  return client.openCase({ receipt: await answer(client), gate: GATE, desk, note });
}
