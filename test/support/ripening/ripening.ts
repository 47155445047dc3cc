import { kindsOf } from '../../../src/claims/all-kinds.ts';
import type { Parts } from '../../../src/app/start.ts';
import { modulesIn } from '../../../src/core/modules-in.ts';

const folder = new URL('./folder/', import.meta.url);

/** Judging by a few claims whose evidence ripens. */
export const RIPENING: NonNullable<Parts['judging']> = { kinds: { all: kindsOf(await modulesIn(folder)), folder } };
