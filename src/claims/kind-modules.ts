import { modulesIn } from '../core/modules-in.ts';

/** Every file of `kinds/`, as it is found there. A bundle, which has no folder to look into, has them all named in this file's place (build/). */
export const KIND_MODULES: readonly object[] = await modulesIn(new URL('./kinds/', import.meta.url));
