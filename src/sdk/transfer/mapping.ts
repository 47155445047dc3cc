import { z } from 'zod';
import { LIMITS } from '../../../schemas/limits.ts';
import { CollectionName, text } from '../../../schemas/primitives.ts';
import { Category, MemoryType } from '../../../schemas/vocabulary.ts';

/** Where a record has something: a field's name, or for JSON a way into it with dots (`metadata.created_at`, `messages.0.content`). */
const Path = z.string().min(1).max(LIMITS.labelLength);
/** One place, or several of which the first that a record has counts. */
const Field = z.union([Path, z.array(Path).min(1).max(16)]);
export type Field = z.infer<typeof Field>;

/**
 * How the records of another product's JSON Lines or CSV become rows. There is no field for a validation: only the owner's signature is one,
 * whatever a record says of itself. `constants` holds for the rows that say nothing of their own.
 */
export const Mapping = z.strictObject({
  text: Field,
  /** Of several times that a record has, the earliest counts: nothing grows young by being imported. */
  observedAt: Field.optional(),
  validUntil: Field.optional(),
  category: Field.optional(),
  type: Field.optional(),
  subject: Field.optional(),
  attribute: Field.optional(),
  collection: Field.optional(),
  ref: Field.optional(),
  url: Field.optional(),
  constants: z
    .strictObject({
      category: Category.optional(),
      type: MemoryType.optional(),
      subject: text(LIMITS.labelLength).optional(),
      attribute: text(LIMITS.labelLength).optional(),
      collection: CollectionName.optional(),
      ref: text(LIMITS.refLength).optional(),
      url: text(LIMITS.refLength * 2).optional(),
    })
    .optional(),
});
export type Mapping = z.infer<typeof Mapping>;

/**
 * The names that are common enough to guess. An `updated_at` is not among them: it says when something was stored again, which is neither when
 * it was true nor that anybody stood behind it.
 */
export const DEFAULT_MAPPING: Mapping = {
  text: ['text', 'memory', 'content', 'data'],
  observedAt: ['observedAt', 'observed_at', 'created_at', 'createdAt', 'date', 'timestamp'],
  category: ['category', 'categories'],
};

/** What a record has at the places of `field` that are not empty (null, or a text of blanks), in their order. */
export function valuesAt(record: object, field: Field | undefined): unknown[] {
  if (field === undefined) return [];
  return [field]
    .flat()
    .map((path) => valueAt(record, path))
    .filter((value) => !isEmpty(value));
}

function valueAt(record: object, path: string): unknown {
  if (Object.hasOwn(record, path)) return own(record, path);
  let value: unknown = record;
  for (const key of path.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = own(value, key);
  }
  return value;
}

function own(value: object, key: string): unknown {
  return Object.getOwnPropertyDescriptor(value, key)?.value;
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
}
