import type { SeenLog } from '../../src/sdk/owner-state.ts';
import { auditVault, type AuditReport } from '../../src/sdk/audit/audit.ts';
import { type AuditProgress, freshProgress } from '../../src/sdk/audit/progress.ts';
import type { AuditSource } from '../../src/sdk/audit/source.ts';
import { clientSource, deviceHeaders } from '../../src/cli/audit/client-source.ts';
import { MemSyncClient } from '../../src/sdk/client.ts';
import { learnVault } from '../../src/sdk/learn-vault.ts';
import type { Head } from '../../schemas/primitives.ts';
import type { TestOwner } from './owner.ts';
import type { Site } from './site.ts';

/** Changes what the service answers on its way to the client: JSON as its value, anything else as bytes. Undefined leaves it as it is. */
export type Lie = (path: string, answer: unknown) => unknown;

/** Audits one vault over HTTP, with whatever stands in between. */
export class Auditor {
  readonly site: Site;
  readonly owner: TestOwner;
  readonly device: string;
  remembered: { head: Head | null; log: SeenLog | null } = { head: null, log: null };
  lie: Lie = () => undefined;
  /** How many requests have been made, and after how many the line is dead. */
  asked = 0;
  patience = Number.POSITIVE_INFINITY;
  progress: AuditProgress;

  constructor(site: Site, owner: TestOwner, device: string) {
    this.site = site;
    this.owner = owner;
    this.device = device;
    this.progress = freshProgress(owner.vault);
  }

  get client(): MemSyncClient {
    return new MemSyncClient({ url: this.site.url, token: this.device, fetch: (input, init) => this.#fetch(input, init) });
  }

  /** Audits from the beginning, or with `on` from where the last one ended. */
  async audit(on = false, bend: (source: AuditSource) => AuditSource = (source) => source): Promise<AuditReport> {
    if (!on) this.progress = freshProgress(this.owner.vault);
    const { client } = this;
    return auditVault({
      source: bend(clientSource(client)),
      vault: this.owner.vault,
      remembered: this.remembered,
      progress: this.progress,
      now: this.site.world.clock.now(),
      headers: async () => deviceHeaders(client, this.device, await learnVault(client, this.owner.vault)),
      save: (progress) => (this.progress = progress()),
      done: (progress) => (this.progress = progress),
    });
  }

  /** Remembers what is there now, as an owner's folder does. */
  async remember(): Promise<void> {
    const { head } = await this.client.vaultHead(this.owner.vault);
    this.remembered = { head, log: { key: await this.client.logKey(), checkpoint: await this.client.checkpoint(), operator: null } };
  }

  async #fetch(input: Parameters<typeof fetch>[0], init?: RequestInit): Promise<Response> {
    this.asked += 1;
    if (this.asked > this.patience) throw new Error('The line is dead.');
    const response = await fetch(input, init);
    const { pathname, search } = new URL(input instanceof Request ? input.url : input);
    if (!response.ok) return response;
    const bytes = new Uint8Array(await response.arrayBuffer());
    const isJson = response.headers.get('content-type')?.includes('json') === true;
    const told = this.lie(`${pathname}${search}`, isJson ? (JSON.parse(new TextDecoder().decode(bytes)) as unknown) : bytes);
    const body = told === undefined ? bytes : told instanceof Uint8Array ? told : JSON.stringify(told);
    return new Response(body, { status: response.status, headers: response.headers });
  }
}

/** The codes that an audit found, each once, sorted. */
export function codesOf({ findings }: AuditReport): string[] {
  return [...new Set(findings.map(({ code }) => code))].toSorted();
}
