import { MemSyncClient } from '../../src/sdk/client.ts';
import { followChain } from '../../src/sdk/follow-chain.ts';
import { makeVault, type NewVault } from '../../src/sdk/genesis.ts';
import { Owner } from '../../src/sdk/owner.ts';
import type { OwnerState } from '../../src/sdk/owner-state.ts';
import { deriveOwnerKeys, type OwnerKeys } from '../../src/crypto/root.ts';
import { Redacted } from '../../src/core/redacted.ts';
import { systemRandom } from '../../src/core/random.ts';
import type { Site } from '../support/site.ts';

/** What a hostile service does to an answer: the JSON (or text) that comes back in its place. */
export type Bend = (path: string, answer: unknown, body: unknown) => unknown;

/** The owner's side in memory: what an owner's folder would hold, and a way to the site that a test can bend. */
export class Home {
  readonly site: Site;
  readonly root: Redacted;
  readonly keys: OwnerKeys;
  readonly vault: NewVault;
  state: OwnerState;
  token: string;
  bend: Bend | null = null;
  /** What went out, as `GET /log/key`, with its headers. */
  readonly sent: { readonly call: string; readonly headers: Headers; readonly body: unknown }[] = [];

  private constructor(site: Site, root: Redacted, keys: OwnerKeys, vault: NewVault) {
    this.site = site;
    this.root = root;
    this.keys = keys;
    this.vault = vault;
    this.state = vault.state;
    this.token = vault.deviceToken;
  }

  /** A vault of its own on the site, as `memsync init` makes one. */
  static async make(site: Site): Promise<Home> {
    const root = new Redacted(systemRandom.bytes(32));
    const keys = deriveOwnerKeys(root);
    const home = new Home(site, root, keys, makeVault(keys, site.world.clock.now(), systemRandom));
    await home.client(null).createVault(home.vault.request);
    home.state = await followChain(home.client(home.token), home.state);
    return home;
  }

  client(token: string | null): MemSyncClient {
    return new MemSyncClient({ url: this.site.url, token, fetch: (input, init) => this.#fetch(input, init) });
  }

  get app(): MemSyncClient {
    return this.client(this.vault.appToken);
  }

  /** The owner with what this home remembers; two of them are two devices that do not know of each other. */
  owner(): Owner {
    return new Owner({
      keys: deriveOwnerKeys(this.root, this.state.ownerRotations.length),
      generation: (generation) => deriveOwnerKeys(this.root, generation),
      state: this.state,
      deviceToken: this.token,
      connect: (token) => this.client(token),
      clock: this.site.world.clock,
      random: systemRandom,
      save: (state) => (this.state = state),
      saveToken: (token) => (this.token = token),
    });
  }

  async #fetch(input: Parameters<typeof fetch>[0], init?: RequestInit): Promise<Response> {
    const { pathname } = new URL(input instanceof Request ? input.url : input);
    const body: unknown = typeof init?.body === 'string' ? JSON.parse(init.body) : null;
    this.sent.push({ call: `${init?.method ?? 'GET'} ${pathname}`, headers: new Headers(init?.headers), body });
    const response = await fetch(input, init);
    if (this.bend === null || !response.ok || pathname.includes('/tile/')) return response;
    const text = await response.text();
    const answer = (response.headers.get('content-type') ?? '').includes('json') ? (JSON.parse(text) as unknown) : text;
    const bent = this.bend(pathname, answer, body);
    return new Response(typeof bent === 'string' ? bent : JSON.stringify(bent), { status: response.status, headers: response.headers });
  }
}
