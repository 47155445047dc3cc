import { z } from 'zod';
import { CATEGORIES, Category, ORIGIN_KINDS, OriginKind, Tier } from './vocabulary.ts';

const MAX_SECONDS = 100 * 366 * 86_400;
const Duration = z.int().min(0).max(MAX_SECONDS);

/** How long a row of one category and type holds. */
export const Holding = z
  .strictObject({
    activeForSeconds: Duration.meta({ description: 'How long a validation, or a first observation, lets a row steer.' }),
    backgroundForSeconds: Duration.meta({ description: 'How long it then stays in background before it is dormant.' }),
  })
  .meta({ id: 'Holding' });
export type Holding = z.infer<typeof Holding>;

const ByType = z.strictObject({ semantic: Holding, episodic: Holding });

const OriginRule = z.strictObject({
  start: Tier.meta({ description: 'Where an unvalidated row of this origin starts.' }),
  activeForAtMostSeconds: Duration.nullable().meta({ description: 'A shorter limit on being active while unvalidated, or null for none.' }),
});

/** The owner-signed freshness policy: DESIGN, "policy". Every category, type and origin has its rule. */
export const Policy = z
  .strictObject({
    version: z.int().min(1),
    categories: z.record(Category, ByType),
    origins: z.record(OriginKind, OriginRule),
  })
  .meta({ id: 'Policy' });
export type Policy = z.infer<typeof Policy>;

const DAY = 86_400;

function holding(activeDays: number, backgroundDays: number): Holding {
  return { activeForSeconds: activeDays * DAY, backgroundForSeconds: backgroundDays * DAY };
}

/** Days that a fact, then an event, of each category holds: active, then background. What changes often falls due soon. */
const DAYS: Readonly<Record<Category, readonly [number, number, number, number]>> = {
  identity: [180, 540, 180, 540],
  career: [180, 360, 120, 360],
  interests: [180, 360, 90, 270],
  relationships: [180, 360, 90, 270],
  health: [120, 240, 60, 180],
  finance: [90, 180, 60, 180],
  learning: [120, 240, 90, 270],
  travel: [60, 180, 30, 180],
  productivity: [45, 135, 30, 90],
  private: [120, 240, 60, 180],
};

function originRule(kind: OriginKind): z.infer<typeof OriginRule> {
  if (kind === 'user_stated') return { start: 'active', activeForAtMostSeconds: null };
  if (kind === 'app_asserted') return { start: 'active', activeForAtMostSeconds: 30 * DAY };
  return { start: 'background', activeForAtMostSeconds: null };
}

/** The policy that `memsync init` signs: what the user said may steer for a season, an app's own note for a month, the rest only with its age beside it. */
export const DEFAULT_POLICY: Policy = Policy.parse({
  version: 1,
  categories: Object.fromEntries(
    CATEGORIES.map((category) => {
      const [active, background, eventActive, eventBackground] = DAYS[category];
      return [category, { semantic: holding(active, background), episodic: holding(eventActive, eventBackground) }];
    }),
  ),
  origins: Object.fromEntries(ORIGIN_KINDS.map((kind) => [kind, originRule(kind)])),
});
