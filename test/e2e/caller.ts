import { STATEMENT_PAYLOAD_TYPE } from '../../schemas/receipt.ts';
import { isMemSyncError } from '../../src/core/errors.ts';
import { parseEnvelope } from '../../src/crypto/dsse.ts';
import { leafHash } from '../../src/log/merkle.ts';
import { parseProof } from '../../src/log/proof.ts';
import { receiptEntry } from '../../src/receipts/statement.ts';
import { verifyBundle } from '../../src/receipts/verify.ts';
import { MemSyncClient } from '../../src/sdk/client.ts';
import type { KeptReceipt } from './acknowledged.ts';
import { Household } from './household.ts';
import { LogFollower } from './log-follower.ts';

/** A caller who keeps every receipt that was acknowledged, and holds the service to all of them. */
export class Caller {
  readonly kept: KeptReceipt[] = [];
  readonly refusals = new Map<string, number>();
  readonly #household: Household;
  readonly #follower: LogFollower;
  readonly #keys: string;

  private constructor(household: Household, keys: string) {
    this.#household = household;
    this.#keys = keys;
    this.#follower = new LogFollower(keys);
  }

  static async at(url: string): Promise<Caller> {
    return new Caller(await Household.found(url), await new MemSyncClient({ url }).logKey());
  }

  /** One receipt; whether it was acknowledged. What is refused has to be refused with a code that says that nothing was written. */
  async receipt(url: string): Promise<boolean> {
    const client = new MemSyncClient({ url, token: this.#household.token });
    const number = this.kept.length;
    try {
      const { id: retrievalId } = await client.retrieve({ query: `who counts boats ${number}?` });
      const output = `answer ${number}`;
      const { id, bundle } = await client.receipt({ retrievalId, model: { label: 'm' }, output: { text: output } });
      this.#follower.see(parseProof(bundle.proof).checkpoint);
      this.kept.push({ id, bundle, output });
      return true;
    } catch (error) {
      if (!isMemSyncError(error)) throw error;
      this.refusals.set(error.code, (this.refusals.get(error.code) ?? 0) + 1);
      return false;
    }
  }

  /** Every checkpoint that was handed out is one that the log has grown from; every receipt is in it, served, and verifies offline. @throws otherwise */
  async hold(url: string): Promise<void> {
    const entries = this.kept.map(({ bundle: { envelope, proof } }) => {
      return { index: parseProof(proof).index, leaf: leafHash(receiptEntry(parseEnvelope(STATEMENT_PAYLOAD_TYPE, envelope))) };
    });
    await this.#follower.hold(new MemSyncClient({ url }), 0, entries);
    const client = new MemSyncClient({ url, token: this.#household.token });
    const trust = { verifierKeys: this.#keys.split('\n'), vault: this.#household.owner.vault };
    for (const { id, bundle, output } of this.kept) {
      const again = await client.bundle(id);
      if (JSON.stringify(again.envelope) !== JSON.stringify(bundle.envelope)) throw new Error(`${id} is another receipt now`);
      for (const one of [bundle, again]) {
        const { failures } = verifyBundle(one, trust, Date.now(), { outputText: output });
        if (failures.length > 0) throw new Error(`${id} does not verify: ${JSON.stringify(failures)}`);
      }
    }
  }
}
