import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { EmbeddingOptions } from '../../src/embed/service.ts';

/** Words that mean about the same, for the toy: some of them are nobody’s, so that no list of synonyms has them. */
const CONCEPTS = [
  ['quindle', 'florrin', 'wexham', 'ostrel'],
  ['cello', 'tarvik'],
  ['lives', 'home', 'address', 'dwells', 'resides'],
  ['hazelnuts', 'nuts', 'filberts', 'allergic', 'allergy'],
  ['tea', 'beverage', 'brew'],
];
const HASHED = 11;
const STOP = new Set(['the', 'a', 'an', 'is', 'at', 'to', 'what', 'which', 'who', 'does', 'my', 'i', 'in', 'of']);

/** How the service behaves. */
export type Mood =
  | 'well'
  | 'slow'
  | 'dead'
  | 'failing'
  | 'redirecting'
  | 'longer'
  | 'fewer'
  | 'twice the same'
  | 'NaN'
  | 'null'
  | 'infinite'
  | 'zeros'
  | 'huge'
  | 'endless'
  | 'no JSON'
  | 'another shape';

/** What every mood but the first gives no vector in. */
export const BAD_MOODS: readonly Mood[] = [
  'slow',
  'dead',
  'failing',
  'redirecting',
  'fewer',
  'twice the same',
  'NaN',
  'null',
  'infinite',
  'zeros',
  'huge',
  'endless',
  'no JSON',
  'another shape',
];

interface Asked {
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: { readonly model: string; readonly input: readonly string[]; readonly dimensions?: number };
}

/** A vector of the toy model: how much of each concept a text holds, and of each bucket of other words. */
export function toyVector(text: string, dimensions = CONCEPTS.length + HASHED): number[] {
  const vector: number[] = Array.from({ length: dimensions }, () => 0);
  for (const word of text.toLowerCase().match(/\p{L}+/gu) ?? []) {
    if (STOP.has(word)) continue;
    const concept = CONCEPTS.findIndex((words) => words.includes(word));
    const at =
      concept >= 0 ? concept : CONCEPTS.length + (Array.from(word).reduce((sum, one) => sum * 31 + (one.codePointAt(0) ?? 0), 7) % HASHED);
    vector[at % dimensions] = (vector[at % dimensions] ?? 0) + 1;
  }
  if (Math.max(...vector) === 0) vector[0] = 1e-3;
  return vector;
}

/** A real HTTP service on loopback that makes toy vectors, as well or as badly as it is told. */
export class ToyEmbeddings {
  mood: Mood = 'well';
  /** Which texts it does not take. */
  refuses: (text: string) => boolean = () => false;
  dimensions = CONCEPTS.length + HASHED;
  readonly asked: Asked[] = [];
  readonly #server: Server;
  /** Where a redirect would lead: what comes there has followed it. */
  followed = 0;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async open(): Promise<ToyEmbeddings> {
    const server = createServer();
    const toy = new ToyEmbeddings(server);
    server.on('request', (request, response) => void toy.#serve(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return toy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** What makes a service talk to it: no rest between two tries. */
  options(more: Partial<EmbeddingOptions> = {}): EmbeddingOptions {
    const url = `${this.url}/v1/embeddings`;
    return { url, model: 'toy', key: null, dimensions: null, timeoutMs: 400, rowsMs: 400, retryMs: 1, ...more };
  }

  /** Every text that has come. */
  get texts(): string[] {
    return this.asked.flatMap(({ body }) => body.input);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { url = '', headers } = request;
    if (url === '/elsewhere') this.followed += 1;
    let text = '';
    for await (const chunk of request) text += String(chunk);
    const body = JSON.parse(text) as Asked['body'];
    this.asked.push({ path: url, authorization: headers.authorization, body });
    if (this.mood === 'slow') return;
    if (this.mood === 'dead') return void request.socket.destroy();
    if (this.mood === 'failing') return answer(response, 503, '{}');
    if (this.mood === 'redirecting') return void response.writeHead(307, { location: '/elsewhere' }).end();
    if (this.mood === 'endless') return endlessly(response);
    if (this.mood === 'no JSON') return answer(response, 200, '<html>');
    if (this.mood === 'another shape') return answer(response, 200, '{"embeddings":[[1,2,3]]}');
    if (body.input.some((one) => this.refuses(one))) return answer(response, 400, '{"error":"no"}');
    answer(response, 200, `${' '.repeat(this.mood === 'huge' ? 20_000_000 : 0)}${this.#vectors(body)}`);
  }

  #vectors({ input, dimensions = this.dimensions }: Asked['body']): string {
    const data = input.map((text, index) => ({ object: 'embedding', index, embedding: toyVector(text, dimensions) }));
    if (this.mood === 'longer') for (const one of data) one.embedding.push(1);
    if (this.mood === 'fewer') data.pop();
    if (this.mood === 'twice the same') for (const one of data) one.index = 1;
    if (this.mood === 'zeros') for (const one of data) one.embedding.fill(0);
    const json = JSON.stringify({ object: 'list', model: 'toy', data: data.toReversed() });
    if (this.mood === 'NaN') return json.replace(/"embedding":\[[^,\]]*/, '"embedding":[NaN');
    if (this.mood === 'null') return json.replace(/"embedding":\[[^,\]]*/, '"embedding":[null');
    if (this.mood === 'infinite') return json.replace(/"embedding":\[[^,\]]*/, '"embedding":[1e999');
    return json;
  }
}

function answer(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(body);
}

/** Writes until nobody reads any more. */
function endlessly(response: ServerResponse): void {
  const chunk = ' '.repeat(65_536);
  const more = (): void => {
    while (!response.destroyed && response.write(chunk));
    if (!response.destroyed) response.once('drain', more);
  };
  response.writeHead(200, { 'content-type': 'application/json' });
  more();
}
