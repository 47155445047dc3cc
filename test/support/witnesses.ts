import { systemRandom } from '../../src/core/random.ts';
import { sha256 } from '../../src/crypto/sha256.ts';
import { parsePolicy } from '../../src/log/policy.ts';
import { parseVerifierKey, type VerifierKey } from '../../src/log/verifier-key.ts';
import { postOverHttp } from '../../src/witness/post.ts';
import { TestWitness } from './witness.ts';
import { World } from './world.ts';

/** How long witnesses may take in tests that make them slow. */
const PATIENCE_MS = 300;

/** A world whose log is cosigned by three real witnesses, two of which are enough. */
export class WitnessedWorld {
  readonly world: World;
  readonly witnesses: readonly [TestWitness, TestWitness, TestWitness];

  private constructor(world: World, witnesses: readonly [TestWitness, TestWitness, TestWitness]) {
    this.world = world;
    this.witnesses = witnesses;
  }

  static async open(): Promise<WitnessedWorld> {
    const world = await World.open();
    const now = (): number => world.clock.now();
    const here = new WitnessedWorld(world, [
      await TestWitness.open(11, now),
      await TestWitness.open(12, now),
      await TestWitness.open(13, now),
    ]);
    for (const witness of here.witnesses) witness.logs.set(here.log.name, here.log);
    await here.setUp(here.policy());
    return here;
  }

  /** The log's key. */
  get log(): VerifierKey {
    return parseVerifierKey(this.world.verifierKeys[0] ?? '');
  }

  /** The text of a policy: the first `among` witnesses, `k` of which are to cosign; without URLs as a verifier has it. */
  policy(k: number | 'none' = 2, among = 3, urls = true): string {
    const lines = this.witnesses.slice(0, among).map(({ vkey, url }, i) => `witness w${i + 1} ${vkey}${urls ? ` ${url}` : ''}`);
    const names = lines.map((_, i) => `w${i + 1}`).join(' ');
    return [...lines, ...(k === 'none' ? ['quorum none'] : [`group g ${k} ${names}`, 'quorum g']), ''].join('\n');
  }

  /** Starts anew with another policy. */
  async setUp(policy: string, between?: () => void): Promise<void> {
    this.world.witnesses = { policy: parsePolicy(policy), post: postOverHttp(PATIENCE_MS) };
    await this.world.restart(between);
  }

  /** Adds entries to the log, in one commit. Returns the log's size. */
  async grow(entries = 1): Promise<number> {
    const { writer, log } = this.world.services;
    await writer.enter({
      prepare: () => Promise.resolve(null),
      build: (_, context) => Array.from({ length: entries }, () => context.log(sha256(systemRandom.bytes(16)))),
    });
    return log.size;
  }

  /** Asks whoever is due. */
  ask(): Promise<unknown> {
    const { witnesses } = this.world.services;
    return witnesses === null ? Promise.reject(new Error('nobody is set up')) : witnesses.ask();
  }

  /** What is said of each witness: its size, and why it refuses. */
  async said(): Promise<(string | number | null)[][]> {
    const status = await this.world.services.witnesses?.status();
    return (status?.witnesses ?? []).map(({ witness, size, refusal }) => [witness, size, refusal?.reason ?? null]);
  }

  async close(): Promise<void> {
    await this.world.close();
    for (const witness of this.witnesses) await witness.close();
  }
}
