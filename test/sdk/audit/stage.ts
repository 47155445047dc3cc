import Database from 'better-sqlite3';
import type { EventsReply } from '../../../schemas/owner-event.ts';
import { type Bundle, type ReceiptRequest, type ReceiptStatement, STATEMENT_PAYLOAD_TYPE } from '../../../schemas/receipt.ts';
import { demoteStale } from '../../../src/app/demote-stale.ts';
import { issueReceipt } from '../../../src/app/issue-receipt.ts';
import { logHeads } from '../../../src/app/log-heads.ts';
import { remember } from '../../../src/app/remember.ts';
import { retrieve } from '../../../src/app/retrieve.ts';
import type { Services } from '../../../src/app/services.ts';
import { base64, fromBase64, hex } from '../../../src/core/bytes.ts';
import { parseEnvelope } from '../../../src/crypto/dsse.ts';
import { keyId } from '../../../src/log/verifier-key.ts';
import { type JobEvent, linkHash } from '../../../src/memory/event.ts';
import { buildStatement, keyidOf, parseStatement, receiptEntry, signReceipt } from '../../../src/receipts/statement.ts';
import { Auditor } from '../../support/audited.ts';
import type { TestOwner } from '../../support/owner.ts';
import { Site } from '../../support/site.ts';
import { DAY } from '../../support/world.ts';

/** A service with one vault, its owner’s auditor, and whoever would deceive it. */
export class AuditStage {
  readonly site: Site;
  readonly owner: TestOwner;
  readonly app: string;
  readonly auditor: Auditor;
  #times = 0;

  private constructor(site: Site, owner: TestOwner, app: string, auditor: Auditor) {
    this.site = site;
    this.owner = owner;
    this.app = app;
    this.auditor = auditor;
  }

  static async open(): Promise<AuditStage> {
    const site = await Site.open();
    const owner = await site.owner();
    const app = await owner.grant({ capabilities: ['remember', 'edit', 'retrieve', 'list', 'receipt', 'contest'] });
    return new AuditStage(site, owner, app, new Auditor(site, owner, await owner.device()));
  }

  get services(): Services {
    return this.site.world.services;
  }

  close(): Promise<void> {
    return this.site.close();
  }

  async say(text: string, more: object = {}) {
    const { memories } = await remember(this.services, this.app, { memories: [{ text, ...more }] }, null);
    const [row] = memories;
    if (row === undefined) throw new Error('nothing was remembered');
    return row;
  }

  async receipt(model: ReceiptRequest['model'] = { label: 'm' }) {
    this.site.world.clock.advance(1000);
    const { id } = await retrieve(this.services, this.app, { query: 'hazelnuts' });
    return issueReceipt(this.services, this.app, { retrievalId: id, model, output: { text: 'Yes [m1].' } }, null);
  }

  /** Things that happen to any vault; ends with its head in the log. */
  async history(): Promise<void> {
    this.#times += 1;
    const row = await this.say(`Allergic to hazelnuts, number ${this.#times}`, { category: 'health', claimed: { kind: 'user_stated' } });
    await this.say(`Likes no nuts, then, says number ${this.#times}`, { derivedFrom: [row.id] });
    await this.receipt();
    await logHeads(this.services);
    await this.owner.confirm(row);
    await this.receipt();
    this.site.world.clock.advance(400 * DAY);
    await demoteStale(this.services);
    await this.owner.retract(row);
    const gone = await this.say(`To be erased, number ${this.#times}`);
    await this.owner.post('erased', { scope: 'rows', rows: [gone.id] });
    await this.receipt();
    await logHeads(this.services);
  }

  /** Changes the database under the running service. */
  tamper(sql: string): void {
    const db = new Database(this.site.world.database);
    db.exec(sql);
    db.close();
  }

  /** Has a job write an event, as whoever can write to the ledger without any key can. */
  async job(event: (now: number) => JobEvent): Promise<void> {
    await this.services.writer.submit({
      prepare: async () => ({ tail: (await this.services.vaults.acquire(this.owner.vault)).state }),
      build: (_, { draft }) => void draft.appendJobEvent(event(draft.now)),
    });
    this.services.vaults.forget(this.owner.vault);
  }

  /** An entry of the log by whoever has the log's key. */
  async addEntry(entry: Uint8Array): Promise<number> {
    return this.services.writer.enter({ prepare: async () => null, build: (_, { log }) => log(entry) });
  }

  /** Puts a receipt of another statement, signed and logged by the service’s own keys, in the place of one. */
  async forge(id: string, change: (statement: ReceiptStatement) => void): Promise<void> {
    const { body } = await this.site.as(this.auditor.device).get(`/v1/receipts/${id}/bundle`);
    const bundle = body as Bundle;
    const { name, key } = this.site.world.keys.receiptSigner;
    const statement = parseStatement(parseEnvelope(STATEMENT_PAYLOAD_TYPE, bundle.envelope).payload);
    change(statement);
    const payload = buildStatement({ outputSha256: statement.subject[0]?.digest.sha256 ?? '', predicate: statement.predicate });
    const envelope = signReceipt(key, keyidOf({ name, keyId: keyId(name, key.publicKey) }), payload);
    const index = await this.addEntry(receiptEntry(parseEnvelope(STATEMENT_PAYLOAD_TYPE, envelope)));
    const proof = await this.services.log.prove(index);
    const issuedAt = new Date(statement.predicate.issuedAt).toISOString();
    const before = this.auditor.lie;
    this.auditor.lie = (path, answer) => {
      if (path.startsWith(`/v1/receipts/${id}/bundle`)) return { ...bundle, envelope, proof };
      if (!path.startsWith('/v1/receipts?')) return before(path, answer);
      const list = answer as { receipts: { id: string }[] };
      return { ...list, receipts: list.receipts.map((one) => (one.id === id ? { ...one, logIndex: index, issuedAt } : one)) };
    };
  }

  /** What the ledger looks like with one event put in the place of another, every link worked out anew, as whoever has the database can. */
  rewritten(at: number, change: (stored: Uint8Array) => Uint8Array): void {
    let previous: Uint8Array = new Uint8Array(32);
    const hashes = new Map<number, string>();
    this.auditor.lie = (path, body) => {
      if (!path.includes('/events?')) return undefined;
      const reply = body as EventsReply;
      const events = reply.events.map((event) => {
        const stored = event.seq === at ? change(fromBase64(event.stored)) : fromBase64(event.stored);
        const before = event.seq === 0 ? new Uint8Array(32) : previous;
        previous = linkHash(event.seq, before, stored);
        hashes.set(event.seq, hex(previous));
        return { ...event, stored: base64(stored), hash: hex(previous) };
      });
      return { events, head: { seq: reply.head.seq, hash: hashes.get(reply.head.seq) ?? reply.head.hash } };
    };
  }
}

/** A demotion as the job writes it; `more` is what is different about it. */
export const demoted =
  (row: { id: string; version: number }, more: Partial<Extract<JobEvent, { kind: 'demoted' }>> = {}) =>
  (at: number): JobEvent => ({
    kind: 'demoted',
    at,
    job: 'demote-stale',
    row: row.id,
    version: row.version,
    from: 'active',
    to: 'background',
    reason: 'aged',
    source: null,
    ...more,
  });
