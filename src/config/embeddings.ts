import { Redacted } from '../core/redacted.ts';
import { utf8 } from '../core/bytes.ts';

/** Which service turns texts into vectors. */
export interface EmbeddingSettings {
  /** Where texts are posted to: an OpenAI-compatible `/embeddings`. */
  readonly url: string;
  readonly model: string;
  /** Sent as a bearer token. */
  readonly key: Redacted | null;
  /** How many components a vector is asked for, and has to have; null for whatever the model gives. */
  readonly dimensions: number | null;
  /** How long a query may wait for its vector, in milliseconds. */
  readonly timeoutMs: number;
}

/** What the environment says of it. */
export interface EmbeddingEnvironment {
  readonly url: string | undefined;
  readonly model: string | undefined;
  readonly key: string | undefined;
  readonly dimensions: number | null;
  readonly timeoutMs: number;
}

const LOOPBACK = /^(?:localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])$/;

/** The settings, null where no URL is given; or, as a string, what is wrong with them. */
export function readEmbeddings({ url, model, key, ...rest }: EmbeddingEnvironment): EmbeddingSettings | string | null {
  if (url === undefined) return null;
  const parsed = URL.parse(url);
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) return 'MEMSYNC_EMBEDDINGS_URL: must be an http or https address';
  if (parsed.username !== '' || parsed.password !== '') return 'MEMSYNC_EMBEDDINGS_URL: a secret goes into MEMSYNC_EMBEDDINGS_KEY';
  if (parsed.protocol === 'http:' && !LOOPBACK.test(parsed.hostname))
    return 'MEMSYNC_EMBEDDINGS_URL: must be https: rows and queries would travel in the clear';
  if (model === undefined) return 'MEMSYNC_EMBEDDINGS_MODEL: must name the model that MEMSYNC_EMBEDDINGS_URL is to use';
  return { url: endpoint(parsed), model, key: key === undefined ? null : new Redacted(utf8(key)), ...rest };
}

/** `/embeddings` below the base that is given; a bare host's is `/v1/embeddings`. */
function endpoint(base: URL): string {
  const url = new URL(base);
  const path = url.pathname.replace(/\/+$/, '');
  url.pathname = path.endsWith('/embeddings') ? path : `${path === '' ? '/v1' : path}/embeddings`;
  url.hash = '';
  return url.href;
}
