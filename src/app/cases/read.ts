import type { Case } from '../../../schemas/case.ts';
import { nowOf } from '../now.ts';
import type { Services } from '../services.ts';
import { enterReviewer, findCase } from './enter.ts';
import { loadCase } from './loaded.ts';
import { People } from './people.ts';
import { renderCase } from './render.ts';
import { rowsBehind } from './rows-now.ts';
import { lookedAt, onceViewed, screenOf } from './screen.ts';
import { latest, writeStep } from './write.ts';

/**
 * A case whole, for a reviewer of its desk (API, `GET /v1/cases/{id}`). That they looked goes into the log with what was on the screen,
 * durable before the answer; once for as long as the case shows the same.
 * @throws {MemSyncError} `case_unknown`, `capability_missing`, `row_unopenable`, `vault_erased`, and what a commit throws
 */
export async function readCase(services: Services, token: string, id: string): Promise<Case> {
  const desk = await enterReviewer(services, token);
  const { reviewer } = desk;
  const prepare = async () => {
    // They may have been removed while this waited.
    await enterReviewer(services, token);
    const loaded = await loadCase(services, await findCase(services, { by: 'reviewer', desk }, id));
    return { loaded, behind: await rowsBehind(services, loaded.stored.vault, loaded.dossier.rows) };
  };
  const people = new People(services);
  await people.meet(reviewer.desk);
  const before = await prepare();
  const shown = screenOf(before.loaded, before.behind, nowOf(services, before.behind.vault), services.log.size);
  if (lookedAt(shown, reviewer.id) !== null) return renderCase(shown, people);
  const viewed = await services.writer.submit({
    prepare: async () => {
      const prepared = await prepare();
      return { ...prepared, tail: prepared.behind.vault.state };
    },
    build: ({ loaded, behind }, context) => {
      const { now } = context.draft;
      const screen = screenOf(latest(context, loaded), behind, now, services.log.size);
      if (lookedAt(screen, reviewer.id) !== null) return screen;
      const seen = onceViewed(screen.seen);
      const after = writeStep(services, context, screen.loaded, {
        happening: { by: reviewer.id, happened: { kind: 'viewed', screen: seen } },
        news: { kind: 'viewed', case: id },
      });
      return { ...screen, loaded: after, seen };
    },
  });
  return renderCase(viewed, people);
}
