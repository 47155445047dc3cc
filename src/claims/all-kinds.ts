import type { ClaimKind } from './kind.ts';
import { KIND_MODULES } from './kind-modules.ts';

/** Every claim that there is a file of in `kinds/`, in the order in which they are always shown. */
export const KINDS: readonly ClaimKind[] = kindsOf(KIND_MODULES);

/** The claims that modules export, in their order. @throws {TypeError} for a module that exports none, and for two of one name */
export function kindsOf(modules: readonly object[]): ClaimKind[] {
  const kinds = modules.map(kindOf).toSorted((a, b) => a.order - b.order);
  const names = new Set(kinds.map(({ text }) => text.claim));
  if (names.size < kinds.length) throw new TypeError('two files of kinds/ are of one claim');
  return kinds;
}

function kindOf(module: object): ClaimKind {
  if (!('kind' in module) || !isKind(module.kind)) throw new TypeError('a file of kinds/ exports no `kind`');
  return module.kind;
}

function isKind(value: unknown): value is ClaimKind {
  return typeof value === 'object' && value !== null && 'text' in value && 'order' in value && 'artifacts' in value;
}
