import type { Category, Capability } from '../../schemas/vocabulary.ts';
import { fromHex } from '../core/bytes.ts';
import { MemSyncError } from '../core/errors.ts';
import { formatInstant, type Instant } from '../core/instant.ts';
import { nowOf } from './now.ts';
import { sameSecret } from '../crypto/derive.ts';
import { sha256 } from '../crypto/sha256.ts';
import { grantAuthHash, parseToken, type Token } from '../crypto/token.ts';
import type { RowHeader } from '../memory/header.ts';
import type { GrantState, RowState } from '../memory/state.ts';
import type { OpenGrant, OpenRow, OpenVault } from './open-vault.ts';
import { reconcileColumns } from './reconcile.ts';
import { rewrapSoon } from './rewrap.ts';
import type { Services } from './services.ts';
import { unlockGrant } from './unlock-grant.ts';
import { Stale } from './writer.ts';

/** A request's way into a vault: whose grant it is, and what that may see. */
export interface Access {
  readonly vault: OpenVault;
  readonly token: Token;
  readonly grant: OpenGrant;
  readonly state: GrantState;
}

/**
 * Lets a bearer token in: the grant it names must be the owner's, neither revoked nor expired, and its boxes must open to the keys that the
 * owner committed to.
 * @throws {MemSyncError} `token_invalid`, `grant_revoked`, `grant_expired`, `capability_missing`, and what opening a vault throws
 */
export async function enter(services: Services, given: string | Token, capability: Capability | null): Promise<Access> {
  const token = typeof given === 'string' ? parseToken(given) : given;
  const id = await services.vaults.ofGrant(token.grantId);
  if (id === null) throw new MemSyncError('token_invalid', 'No vault here has given such a grant.');
  return services.vaults.inTurn(id, async () => {
    for (;;) {
      const vault = await services.vaults.fresh(id);
      const isThere = (): boolean => services.vaults.open.get(id) === vault;
      try {
        const access = await letIn(services, vault, token, capability);
        if (isThere()) return access;
      } catch (error) {
        if (isThere()) throw error;
      }
      // A commit that failed has put it out of memory while it was opened: what has been opened since is nobody's.
      vault.wipe();
    }
  });
}

async function letIn(services: Services, vault: OpenVault, token: Token, capability: Capability | null): Promise<Access> {
  const state = admit(vault, token, nowOf(services, vault));
  if (capability !== null && !state.body.capabilities.includes(capability)) {
    throw new MemSyncError('capability_missing', `The grant does not allow “${capability}”.`);
  }
  const isNew = !vault.grants.has(token.grantId);
  if (isNew) {
    await unlockGrant(services.store, services.snapshots, vault, token, state);
    await services.embeddings?.load(vault);
    await reconcileColumns(services, vault);
    rewrapSoon(services, vault);
  }
  const grant = vault.grants.get(token.grantId);
  if (grant === undefined) throw new MemSyncError('key_unavailable', 'The grant’s keys are not in memory.');
  // Only who has been let in keeps a vault open: neither a job nor a forged event does.
  grant.lastUsed = services.clock.now();
  vault.lastUsed = grant.lastUsed;
  if (isNew) services.vaults.makeRoom();
  return { vault, token, grant, state };
}

/**
 * Opens the vault before an operation is queued, so that a cold one holds up nobody else's commit. Gives the token, for `enter`.
 * @throws what `enter` throws, where there is anything to open
 */
export async function warm(services: Services, tokenText: string, capability: Capability): Promise<Token> {
  const token = parseToken(tokenText);
  const id = await services.vaults.ofGrant(token.grantId);
  if (id === null || services.vaults.open.get(id)?.grants.has(token.grantId) !== true) await enter(services, token, capability);
  return token;
}

function admit(vault: OpenVault, token: Token, now: Instant): GrantState {
  const state = vault.state.grants.get(token.grantId);
  if (state === undefined || !opens(vault, token, state)) {
    throw new MemSyncError('token_invalid', 'No vault here has given such a grant.');
  }
  if (vault.state.erased !== null) throw new MemSyncError('vault_erased', 'The owner has erased this vault.');
  if (state.revokedAt !== null) throw new MemSyncError('grant_revoked', 'The owner has revoked this grant.');
  requireLasting(state, now);
  return state;
}

function requireLasting({ body }: GrantState, now: Instant): void {
  if (body.expiresAt !== null && now >= body.expiresAt) throw new MemSyncError('grant_expired', 'The grant has run out.');
}

/** Whether it is the grant's token: by the hash that the owner signed, or, once that has been checked, by one that is quicker to make. */
function opens(vault: OpenVault, token: Token, state: GrantState): boolean {
  const known = vault.grants.get(token.grantId);
  if (known !== undefined) return sameSecret(sha256(token.secret.reveal()), known.tokenHash);
  return sameSecret(grantAuthHash(token), fromHex(state.body.authHash));
}

/**
 * To be asked first while a commit is being built, whose events are stamped `now`: whether the grant is still open, or something earlier in
 * the same commit has cut it off.
 * @throws {Stale} then
 * @throws {MemSyncError} `grant_expired` where it has run out since it was let in
 */
export function requireOpen(access: Access, now: Instant): void {
  requireLasting(access.state, now);
  if (access.vault.grants.get(access.grant.id) !== access.grant) throw new Stale();
}

/** Whether a row lies within what a grant may see. */
export function inScope(access: Access, row: OpenRow): boolean {
  return mayReadVersion(access, row.header);
}

/** Whether one version of a row lies within what a grant may see: a row may have had another category before. */
export function mayReadVersion(access: Access, header: Pick<RowHeader, 'collection' | 'category'>): boolean {
  if (!access.grant.collections.has(header.collection)) return false;
  const { categories } = access.grant.details;
  return categories === null || categories.includes(header.category);
}

/**
 * Whether a row in scope is shown by name and in lists: what the owner has retracted is for the owner's devices alone, and for an app that
 * wrote every version of it.
 */
export function isShown(access: Access, row: OpenRow): boolean {
  return inScope(access, row) && !isWithdrawn(access, row.state);
}

/** Whether the owner has retracted a row, and it is hidden from this grant. */
export function isWithdrawn(access: Access, { retractedSeq, versions }: RowState): boolean {
  if (retractedSeq === null || access.state.body.role === 'device') return false;
  return !versions.every(({ grantId }) => grantId === access.grant.id);
}

/** As `rowInScope`, where the row is shown. @throws {MemSyncError} as `rowInScope`; `memory_unknown` also where it is retracted and hidden */
export function visibleRow(access: Access, id: string): OpenRow {
  const row = rowInScope(access, id);
  if (!isShown(access, row)) throw unknownRow(id);
  return row;
}

function unknownRow(id: string): MemSyncError {
  return new MemSyncError('memory_unknown', `There is no row ${id} in your scope.`);
}

/** The row, where it exists and lies in scope. @throws {MemSyncError} `memory_unknown`; the code that says why where the row does not open */
export function rowInScope(access: Access, id: string): OpenRow {
  const row = access.vault.rows.get(id);
  if (row !== undefined && inScope(access, row)) return row;
  const damaged = access.vault.damaged.get(id);
  const state = access.vault.state.rows.get(id);
  if (state !== undefined && state.erased !== null && access.grant.collections.has(state.collection)) {
    throw new MemSyncError('memory_erased', `Row ${id} was erased at ${formatInstant(state.erased.at)}.`);
  }
  if (damaged !== undefined && state !== undefined && access.grant.collections.has(state.collection)) {
    throw new MemSyncError('row_unopenable', `Row ${id} does not open (${damaged}).`);
  }
  throw unknownRow(id);
}

/** The id of a collection by the name that callers use. @throws {MemSyncError} `collection_unknown` */
export function collectionByName(access: Access, name: string): string {
  const id = access.vault.ids.get(name);
  if (id === undefined || !access.grant.collections.has(id))
    throw new MemSyncError('collection_unknown', `There is no collection “${name}” in your scope.`);
  return id;
}

/** Where a row goes that names no collection: `default`, or the grant's only one. @throws {MemSyncError} `collection_unknown` */
export function defaultCollection(access: Access): string {
  const id = access.vault.ids.get('default');
  if (id !== undefined && access.grant.collections.has(id)) return id;
  const named = [...access.grant.collections].filter((collection) => access.vault.names.has(collection));
  const [only] = named;
  if (only === undefined || named.length > 1)
    throw new MemSyncError('collection_unknown', 'Name the collection: the grant has no “default”.');
  return only;
}

/** @throws {MemSyncError} `scope_exceeded` when the grant is limited to other categories. */
export function requireCategory(access: Access, category: Category): void {
  const { categories } = access.grant.details;
  if (categories !== null && !categories.includes(category))
    throw new MemSyncError('scope_exceeded', `The grant does not reach the category “${category}”.`);
}
