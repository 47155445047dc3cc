import { type ErrorIssue, MemSyncError } from '../core/errors.ts';

const MOST_ISSUES = 20;
const MOST_LETTERS = 300;

interface SchemaIssue {
  readonly code?: string;
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly keys?: readonly string[];
}

/** What a zod schema is to those who only check with it. */
export interface Schema<T> {
  safeParse(value: unknown): { success: true; data: T } | { success: false; error: { issues: readonly SchemaIssue[] } };
}

/**
 * The value as the schema reads it. `what` names it for people: “body”, “query”, or a parameter of the path.
 * @throws {MemSyncError} `input_invalid` with JSON pointers to what is wrong, twenty at most
 */
export function validate<T>(schema: Schema<T>, value: unknown, what: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.flatMap(toIssues);
  const detail =
    issues.length > MOST_ISSUES ? `The ${what} has ${issues.length} faults; the first are listed.` : `The ${what} does not fit its schema.`;
  throw new MemSyncError('input_invalid', detail, { issues: issues.slice(0, MOST_ISSUES) });
}

/** A field that nobody asked for is pointed at itself, not at the object that it lies in. */
function toIssues(issue: SchemaIssue): ErrorIssue[] {
  if (issue.code === 'unrecognized_keys' && issue.keys !== undefined) {
    return issue.keys.map((key) => ({ path: pointer([...issue.path, key]), message: 'is not a field here' }));
  }
  return [{ path: pointer(issue.path), message: issue.message.slice(0, MOST_LETTERS) }];
}

/** RFC 6901. */
function pointer(path: readonly PropertyKey[]): string {
  return path.map((step) => `/${String(step).slice(0, MOST_LETTERS).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
