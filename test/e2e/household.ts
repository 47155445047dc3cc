import { fromHex } from '../../src/core/bytes.ts';
import { systemClock } from '../../src/core/clock.ts';
import { parseToken } from '../../src/crypto/token.ts';
import { parseProof } from '../../src/log/proof.ts';
import { isMemSyncError } from '../../src/core/errors.ts';
import { MemSyncClient } from '../../src/sdk/client.ts';
import { TestOwner } from '../support/owner.ts';
import { Acknowledged } from './acknowledged.ts';
import type { LogFollower } from './log-follower.ts';
import { MARKER } from './markers.ts';

/** How many callers act at once: one of them is the owner, the others are apps. */
const CALLERS = 32;
const RECEIPT_CALLERS = 6;

/** A vault, its owner and its apps over HTTP, with a note of all that the service has acknowledged to them. */
export class Household {
  readonly kept = new Acknowledged();
  readonly owner: TestOwner;
  readonly token: string;
  readonly device: string;
  #url: string;
  #next = 0;

  private constructor(url: string, owner: TestOwner, token: string, device: string) {
    this.#url = url;
    this.owner = owner;
    this.token = token;
    this.device = device;
  }

  static async found(url: string): Promise<Household> {
    const reach: { household: Household | null } = { household: null };
    const client = (): MemSyncClient => new MemSyncClient({ url: reach.household?.url ?? url });
    const door: ConstructorParameters<typeof TestOwner>[0] = {
      create: (request) => client().createVault(request),
      post: (vault, submission) => client().postEvent(vault, submission),
    };
    const owner = await new TestOwner(door, systemClock).create();
    const token = await owner.grant({ label: `${MARKER} notebook` });
    const device = await owner.device();
    const household = new Household(url, owner, token, device);
    reach.household = household;
    household.kept.events.push(owner.ownerPrev);
    return household;
  }

  get url(): string {
    return this.#url;
  }

  client(token = this.token): MemSyncClient {
    return new MemSyncClient({ url: this.#url, token });
  }

  /** Goes on with the service at another address, after it was killed: the owner asks where the chain stands, and has it contain all that was acknowledged. */
  async moveTo(url: string): Promise<void> {
    this.#url = url;
    const { ownerSeq, ownerHead, head } = await this.client(this.device).vaultHead(this.owner.vault);
    if (ownerSeq < this.owner.ownerSeq) throw new Error(`the owner’s chain is at ${ownerSeq}; ${this.owner.ownerSeq} was acknowledged`);
    Object.assign(this.owner, { ownerSeq, ownerPrev: ownerHead, head });
  }

  /**
   * All callers at once, each until the service is gone; `stopped` says whether it was meant to be by then. Whatever is refused is thrown.
   */
  async live(follower: LogFollower, stopped: () => boolean): Promise<void> {
    const untilGone = async (act: () => Promise<void>): Promise<void> => {
      try {
        for (;;) await act();
      } catch (error) {
        if (!stopped() || !isMemSyncError(error, 'service_unreachable')) throw error;
      }
    };
    const callers = Array.from({ length: CALLERS }, (_, i) => {
      if (i === 0) return untilGone(() => this.#ownerActs());
      const client = this.client();
      return untilGone(i <= RECEIPT_CALLERS ? () => this.#receipt(client, follower) : () => this.#remember(client));
    });
    await Promise.all(callers);
  }

  async #remember(client: MemSyncClient): Promise<void> {
    const number = this.#next++;
    const before = this.kept.rows.at(-1);
    const repeated = number % 10 === 9 && before !== undefined;
    const text = repeated ? before.text : `${MARKER} note ${number}: the lighthouse keeper counts ${number} boats`;
    const { memories, head } = await client.remember({ memories: [{ text }] });
    for (const memory of memories) {
      if (memory.sighting === true) this.kept.sighting(memory.id);
      else this.kept.row(memory);
    }
    this.kept.heads.push(head);
  }

  async #receipt(client: MemSyncClient, follower: LogFollower): Promise<void> {
    const number = this.#next++;
    const { id: retrievalId } = await client.retrieve({
      query: `${MARKER}: who counts boats ${number}?`,
      thread: `${MARKER} talk`,
      limit: 3,
    });
    const output = `${MARKER} answer ${number} [m1]`;
    const conversation = { thread: `${MARKER} talk`, turn: number };
    const { id, bundle } = await client.receipt({
      retrievalId,
      model: { label: `${MARKER}-model` },
      output: { text: output },
      conversation,
    });
    follower.see(parseProof(bundle.proof).checkpoint);
    this.kept.receipts.push({ id, bundle, output });
  }

  async #ownerActs(): Promise<void> {
    const { kept, owner } = this;
    const turn = kept.events.length;
    const row = kept.rows.at(-1 - (turn % 5));
    if (row === undefined || turn % 4 === 3) {
      const { token, grantId, body, boxes } = owner.grantParts({ label: `${MARKER} guest` });
      await this.#noted(owner.post('granted', body, { boxes }));
      await this.client(token).retrieve({ query: 'boats' });
      await this.#noted(owner.post('revoked', { grant: grantId }));
      kept.revoked.push(grantId);
    } else if (turn % 4 === 2 && !kept.retracted.includes(row.id)) {
      await this.#noted(owner.retract(row));
      kept.retracted.push(row.id);
    } else if (!kept.retracted.includes(row.id)) {
      await this.#noted(owner.confirm(row));
      kept.confirmed.push(row.id);
    } else {
      await owner.addCollection(`${MARKER}-${turn}`);
      kept.events.push(owner.ownerPrev);
    }
  }

  async #noted(reply: Promise<{ head: { seq: number; hash: string } }>): Promise<void> {
    const { head } = await reply;
    this.kept.heads.push(head);
    this.kept.events.push(this.owner.ownerPrev);
  }

  /** The secrets that this household has, by what they are. */
  secrets(): { what: string; bytes: Uint8Array }[] {
    const tokens = [this.token, this.device].map((token) => ({ what: 'a token’s secret', bytes: parseToken(token).secret.reveal() }));
    const keys = [...this.owner.collections].map(([name, { key }]) => ({ what: `the key of ${name}`, bytes: key.reveal() }));
    const own = [this.owner.keys.signing.secretKey, this.owner.keys.box.secretKey].map((key) => ({
      what: 'an owner’s key',
      bytes: key.reveal().subarray(0, 32),
    }));
    return [...tokens, ...keys, ...own];
  }

  /** Salts that open the commitments of receipts that were handed out. */
  receiptSalts(): Uint8Array[] {
    return this.kept.receipts.flatMap(({ bundle: { disclosures } }) => {
      const salts = [disclosures.query?.salt, ...disclosures.tags.map((tag) => tag?.salt)];
      for (const segment of disclosures.segments) if ('salt' in segment) salts.push(segment.salt);
      return salts.filter((salt) => salt !== undefined).map(fromHex);
    });
  }
}
