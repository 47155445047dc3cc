import type { Parts } from '../../../src/app/start.ts';
import { kindsOf } from '../../../src/claims/all-kinds.ts';
import { modulesIn } from '../../../src/core/modules-in.ts';

const folder = new URL('./folder/', import.meta.url);

/** Judging by a few generated claims, whose evidence comes to what it says of itself. */
export const STUBBED: NonNullable<Parts['judging']> = { kinds: { all: kindsOf(await modulesIn(folder)), folder } };
