import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { base64, equalBytes } from '../../src/core/bytes.ts';
import { isMemSyncError } from '../../src/core/errors.ts';
import { verifyCheckpoint } from '../../src/log/checkpoint.ts';
import { encodeCosignerKey } from '../../src/log/cosigner-key.ts';
import { verifyConsistency } from '../../src/log/merkle.ts';
import { encodeNote, type NoteSignature, parseNote } from '../../src/log/note.ts';
import type { VerifierKey } from '../../src/log/verifier-key.ts';
import { type AddCheckpoint, parseAddCheckpoint } from '../../src/log/witness-call.ts';
import { type Cosigner, makeCosigner } from '../log/cosigner.ts';
import { verify } from '../log/signer.ts';

/** How the witness behaves. */
export type WitnessMood =
  | 'well'
  | 'slow'
  | 'dead'
  | 'failing'
  | 'redirecting'
  | 'endless'
  /** Signs with another key, in its own name. */
  | 'forging'
  /** Answers with a good cosignature of another checkpoint. */
  | 'of another'
  /** Answers with others' signature lines alone. */
  | 'of others'
  /** Dates what it signs an hour ahead. */
  | 'hasty'
  | 'timeless'
  /** Says that it has seen a larger log. */
  | 'ahead'
  /** Says another size each time. */
  | 'restless'
  /** Finds every proof wrong. */
  | 'stubborn'
  | 'HTML'
  | 'not UTF-8';

/** What a witness has cosigned last of a log. */
interface Seen {
  readonly size: number;
  readonly root: Uint8Array;
}

/** A real witness over HTTP on loopback, as C2SP tlog-witness has it, as well or as badly as it is told. */
export class TestWitness {
  mood: WitnessMood = 'well';
  /** The logs that it knows, by their origin. */
  readonly logs = new Map<string, VerifierKey>();
  /** What it has cosigned last, by the log's origin. */
  readonly seen = new Map<string, Seen>();
  readonly asked: AddCheckpoint[] = [];
  /** How many requests it is answering, and the most that there were at once. */
  busy = 0;
  busiest = 0;
  /** What came to where a redirect would have led. */
  followed = 0;
  /** What it waits for before it answers. */
  gate: Promise<void> = Promise.resolve();
  readonly #cosigner: Cosigner;
  readonly #server: Server;
  readonly #now: () => number;

  private constructor(cosigner: Cosigner, server: Server, now: () => number) {
    this.#cosigner = cosigner;
    this.#server = server;
    this.#now = now;
  }

  /** Opens a witness of a key of its own for each `seed`; `now` is its clock, in milliseconds. */
  static async open(seed: number, now: () => number): Promise<TestWitness> {
    const server = createServer();
    const witness = new TestWitness(makeCosigner(`witness${seed}.example/w`, seed), server, now);
    server.on('request', (request, response) => void witness.#serve(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return witness;
  }

  get name(): string {
    return this.#cosigner.key.name;
  }

  /** Its submission prefix. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/prefix`;
  }

  /** Its verifier key. */
  get vkey(): string {
    return encodeCosignerKey(this.#cosigner.key);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.busy += 1;
    this.busiest = Math.max(this.busiest, this.busy);
    try {
      let text = '';
      for await (const chunk of request) text += String(chunk);
      await this.gate;
      if (request.url === '/elsewhere') this.followed += 1;
      else if (request.method !== 'POST' || request.url !== '/prefix/add-checkpoint') response.writeHead(404).end();
      else this.#answer(text, response);
    } finally {
      this.busy -= 1;
    }
  }

  #answer(text: string, response: ServerResponse): void {
    const { mood } = this;
    if (mood === 'dead') return void response.destroy();
    let call: AddCheckpoint;
    try {
      call = parseAddCheckpoint(text);
    } catch {
      return void response.writeHead(400).end();
    }
    this.asked.push(call);
    if (mood === 'slow') return;
    if (mood === 'failing') return void response.writeHead(503).end('busy\n');
    if (mood === 'redirecting') return void response.writeHead(307, { location: '/elsewhere' }).end();
    if (mood === 'endless') return endlessly(response);
    if (mood === 'HTML') return void response.writeHead(200, { 'content-type': 'text/html' }).end('<html></html>\n');
    if (mood === 'not UTF-8') return void response.writeHead(200).end(Uint8Array.of(0xe2, 0x80, 0x94, 0x20, 0xff, 0x0a));
    if (mood === 'stubborn') return void response.writeHead(422).end();
    if (mood === 'ahead') return conflict(response, 1_000_000);
    if (mood === 'restless') return conflict(response, call.old === 1 ? 2 : 1);
    this.#judge(call, response);
  }

  /** As the protocol has it. */
  #judge({ old, proof, checkpoint }: AddCheckpoint, response: ServerResponse): void {
    const { text } = parseNote(checkpoint);
    const origin = text.split('\n')[0] ?? '';
    const key = this.logs.get(origin);
    if (key === undefined) return void response.writeHead(404).end();
    let signed: Seen;
    try {
      signed = verifyCheckpoint(checkpoint, key, verify);
    } catch (error) {
      return void response.writeHead(isMemSyncError(error) ? 403 : 500).end();
    }
    const last = this.seen.get(origin) ?? { size: 0, root: new Uint8Array(0) };
    if (old !== last.size) return conflict(response, last.size);
    if (old === signed.size && old > 0 && !equalBytes(signed.root, last.root)) return conflict(response, last.size);
    try {
      if (old > 0) verifyConsistency(old, signed.size, proof, last.root, signed.root);
    } catch {
      return void response.writeHead(422).end();
    }
    this.seen.set(origin, { size: signed.size, root: signed.root });
    const lines = encodeNote({ text, signatures: this.#lines(text) }).slice(text.length + 1);
    response.writeHead(200, { 'content-type': 'text/plain' }).end(lines);
  }

  #lines(text: string): NoteSignature[] {
    const time = Math.floor(this.#now() / 1000);
    const { key } = this.#cosigner;
    const own = this.#cosigner.cosign(text, time);
    // As public witnesses do that have a key of a newer type as well.
    const other = { name: key.name, keyId: Uint8Array.of(6, 6, 6, 6), signature: new Uint8Array(2428).fill(7) };
    if (this.mood === 'forging') return [{ ...makeCosigner('thief', 99).cosign(text, time), name: key.name, keyId: key.cosignerId }, other];
    if (this.mood === 'of another')
      return [this.#cosigner.cosign(text.replace(/\n\d+\n/, '\n1\n').replace(/\n[^\n]+\n$/, `\n${base64(new Uint8Array(32))}\n`), time)];
    if (this.mood === 'of others') return [other, makeCosigner('stranger.example', 98).cosign(text, time)];
    if (this.mood === 'hasty') return [this.#cosigner.cosign(text, time + 3600)];
    if (this.mood === 'timeless') return [{ ...own, signature: new Uint8Array(72) }];
    return [other, own];
  }
}

function conflict(response: ServerResponse, size: number): void {
  response.writeHead(409, { 'content-type': 'text/x.tlog.size' }).end(`${size}\n`);
}

/** Writes until nobody reads any more. */
function endlessly(response: ServerResponse): void {
  const chunk = '\u2014 a b\n'.repeat(8192);
  const more = (): void => {
    while (!response.destroyed && response.write(chunk));
    if (!response.destroyed) response.once('drain', more);
  };
  response.writeHead(200, { 'content-type': 'text/plain' });
  more();
}
