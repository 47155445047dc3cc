import { LIMITS } from '../../schemas/limits.ts';
import type { ModelRun, ModelsQuery, ModelsReply } from '../../schemas/claims.ts';
import { countArtifacts, modelRuns, type ModelSighting, namesAny, type RunOfModel, sightingOf } from '../claims/model-runs.ts';
import { MemSyncError } from '../core/errors.ts';
import { isId } from '../core/ids.ts';
import { formatInstant } from '../core/instant.ts';
import { enterForEvidence, reviewsAll } from './evidence/access.ts';
import { openChain } from './evidence/chain.ts';
import { standingOf } from './evidence/standing.ts';
import { labelTag } from './label-tag.ts';
import { readsAllReceipts } from './receipts.ts';
import type { Services } from './services.ts';

const DEFAULT_LIMIT = 50;

/** How many pieces of evidence a page opens, and those of one receipt more. */
const PIECES = 2000;

/**
 * Which artefacts a label has stood for over time, newest first, a page at a time: an app learns it of its own receipts, a device or a
 * reviewer of all of the vault’s. Evidence that came late counts for the receipt that it is for; a page ends where it comes to `most` pieces.
 * @throws {MemSyncError} `input_invalid` for a cursor of another list, `capability_missing`, `row_unopenable`, and what `enter` throws
 */
export async function readModels(
  services: Services,
  token: string,
  { label, cursor, limit }: ModelsQuery,
  most = PIECES,
): Promise<ModelsReply> {
  const access = await enterForEvidence(services, token);
  if (cursor !== undefined && !isId('receipt', cursor)) throw new MemSyncError('input_invalid', 'The cursor is not one of ours.');
  const { vault } = access;
  const grant = readsAllReceipts(access) || reviewsAll(access) ? null : access.grant.id;
  const page = await services.store.addenda.labelled(
    vault.vault,
    labelTag(vault, label),
    grant,
    cursor ?? null,
    Math.min(limit ?? DEFAULT_LIMIT, LIMITS.rows),
  );
  const sightings: ModelSighting[] = [];
  let { next } = page;
  let pieces = 0;
  for (const id of page.receipts) {
    if (pieces >= most) {
      next = sightings.at(-1)?.receipt ?? next;
      break;
    }
    const stored = await services.store.receipt(vault.vault, id);
    if (stored === null) continue;
    const chain = await openChain(services, vault, stored);
    pieces += chain.links.length;
    sightings.push(
      sightingOf(
        chain.issued.receipt,
        standingOf(chain).find(({ claim }) => claim === 'model'),
      ),
    );
    // Others are served between one receipt and the next.
    await new Promise((resolve) => setImmediate(resolve));
  }
  const runs = modelRuns(sightings);
  return { label, runs: runs.map(render), artifacts: countArtifacts(runs), cursor: next };
}

function render({ names, status, first, last, receipts, providers }: RunOfModel): ModelRun {
  return {
    artifact: namesAny(names) ? { blobId: names.blobId ?? null, sha256: names.sha256 ?? null } : null,
    status,
    from: formatInstant(first.at),
    to: formatInstant(last.at),
    receipts,
    first: first.receipt,
    last: last.receipt,
    providers: [...providers],
  };
}
