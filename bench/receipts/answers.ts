import type { ReceiptReply } from '../../schemas/receipt.ts';
import { issueReceipt } from '../../src/app/issue-receipt.ts';
import { remember } from '../../src/app/remember.ts';
import { retrieve } from '../../src/app/retrieve.ts';
import type { Services } from '../../src/app/services.ts';
import { queryOf, textOf } from '../texts.ts';

const ROWS = 200;

/** An app whose answers are to have receipts. */
export class Answers {
  readonly #services: Services;
  readonly token: string;
  #next = 0;

  private constructor(services: Services, token: string) {
    this.#services = services;
    this.token = token;
  }

  static async open(services: Services, token: string): Promise<Answers> {
    await remember(services, token, { memories: Array.from({ length: ROWS }, (_, i) => ({ text: textOf(i) })) }, null);
    return new Answers(services, token);
  }

  /** A retrieval of ten rows, for one receipt; the bytes of its context block. */
  async retrieval(): Promise<{ id: string; context: number }> {
    const { id, context } = await retrieve(this.#services, this.token, { query: queryOf(this.#next++) });
    return { id, context: Buffer.byteLength(context) };
  }

  receipt(retrievalId: string): Promise<ReceiptReply> {
    const request = { retrievalId, model: { label: 'bench-model' }, output: { text: 'They met by the river, see [m1] and [m3].' } };
    return issueReceipt(this.#services, this.token, request, null);
  }
}
