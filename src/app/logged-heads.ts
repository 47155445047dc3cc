import type { HeadsQuery, LoggedHead, LoggedHeadReply, LoggedHeadsReply } from '../../schemas/heads.ts';
import { hex } from '../core/bytes.ts';
import { MemSyncError } from '../core/errors.ts';
import { formatInstant } from '../core/instant.ts';
import type { LoggedHead as StoredLoggedHead } from '../store/heads.ts';
import { type Access, enter } from './access.ts';
import { renderHead } from './render.ts';
import type { Services } from './services.ts';

const DEFAULT_LIMIT = 100;

/** A page of the vault's heads that the log has leaves of, for any grant of the vault: whoever is answered is told heads anyway. */
export async function readLoggedHeads(services: Services, token: string, vault: string, query: HeadsQuery): Promise<LoggedHeadsReply> {
  const access = await enterAny(services, token, vault);
  const limit = query.limit ?? DEFAULT_LIMIT;
  const page = await services.store.heads.page(vault, query.from ?? 0, limit + 1);
  const heads = page.slice(0, limit).map(render);
  return { heads, next: page[limit]?.seq ?? null, head: renderHead(access.vault.state) };
}

/** One of them, or the last, with the proof that its leaf is in the log. @throws {MemSyncError} `not_found` where the log has none there */
export async function readLoggedHead(services: Services, token: string, vault: string, seq: number | 'latest'): Promise<LoggedHeadReply> {
  const access = await enterAny(services, token, vault);
  const { heads } = services.store;
  const found = seq === 'latest' ? await heads.latest(vault) : ((await heads.page(vault, seq, 1))[0] ?? null);
  if (found === null || (seq !== 'latest' && found.seq !== seq))
    throw new MemSyncError(
      'not_found',
      seq === 'latest' ? 'The log has no head of this vault yet.' : `The log has no leaf of event ${seq}.`,
    );
  // Another process may have put it there.
  if (found.logIndex >= services.log.size) await services.log.reload();
  return { logged: render(found), proof: await services.log.prove(found.logIndex), head: renderHead(access.vault.state) };
}

async function enterAny(services: Services, token: string, vault: string): Promise<Access> {
  const access = await enter(services, token, null);
  if (access.vault.vault !== vault) throw new MemSyncError('vault_unknown', 'The token is for another vault.');
  return access;
}

function render({ seq, hash, salt, at, logIndex }: StoredLoggedHead): LoggedHead {
  return { seq, hash: hex(hash), at: formatInstant(at), salt: hex(salt), logIndex };
}
