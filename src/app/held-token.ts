import { sameSecret } from '../crypto/derive.ts';
import { sha256 } from '../crypto/sha256.ts';
import { parseToken, type Token } from '../crypto/token.ts';
import type { Services } from './services.ts';

/**
 * The grant that a token is known to be good for, because it let somebody in before and the grant has been open since; null for any other
 * text. Opens nothing and reads no ledger, so that it can be asked of every request before anything else is done for it.
 */
export async function heldGrant(services: Services, text: string): Promise<string | null> {
  const token = read(text);
  if (token === null) return null;
  const vault = await services.vaults.ofGrant(token.grantId);
  const held = vault === null ? undefined : services.vaults.open.get(vault)?.grants.get(token.grantId);
  return held !== undefined && sameSecret(sha256(token.secret.reveal()), held.tokenHash) ? token.grantId : null;
}

function read(text: string): Token | null {
  try {
    return parseToken(text);
  } catch {
    return null;
  }
}
