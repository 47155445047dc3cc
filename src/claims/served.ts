import type { Check } from '../../schemas/receipt.ts';
import type { AtIssue } from './kind.ts';
import { type RequestSent, requestHolds } from './request.ts';

/** One retrieval as it was served: the block, the same cut into its lines, and on which line each row's tag stands. */
export interface Served {
  readonly context: string;
  /** In order; one after another they are to be exactly `context`. */
  readonly segments: readonly string[];
  readonly tags: readonly { readonly tag: string; readonly segment: number }[];
}

/**
 * The claim `memory` as it stands at issue. Its status is that of the check `served`; `injected` stands beside it and is never mixed in.
 * `request` is what the app says that it sent to the model, or undefined.
 */
export function memoryAtIssue(served: Served, request: RequestSent | undefined): AtIssue {
  const check = servedCheck(served);
  return { status: check.status, checks: [check, injectedCheck(served.context, request)], evidence: [] };
}

function servedCheck({ context, segments, tags }: Served): Check {
  const whole = segments.join('') === context;
  const placed = tags.every(({ tag, segment }) => segments[segment]?.startsWith(`[${tag}] `) === true);
  if (whole && placed)
    return { check: 'served', status: 'verified', detail: 'Tags and context are what this service served for the retrieval.' };
  return { check: 'served', status: 'failed', detail: 'Tags, segments and context block do not fit one another.' };
}

function injectedCheck(context: string, request: RequestSent | undefined): Check {
  const [status, detail] = injection(context, request);
  return { check: 'injected', status, detail };
}

function injection(context: string, request: RequestSent | undefined): [Check['status'], string] {
  if (context === '') return ['absent', 'The context block is empty: there was nothing to send.'];
  if (request === undefined) return ['absent', 'Nothing was handed in of what was sent to the model.'];
  if ('sha256' in request) return ['asserted', 'The app gave the request’s digest alone; it was not looked through.'];
  if (!requestHolds(request, context))
    return ['failed', 'None of the messages that the app handed in has the context block as it was served.'];
  return ['asserted', 'A message that the app handed in has the context block as it was served; that it was sent is the app’s word.'];
}

/**
 * Whether one row reached the model, as far as anybody says: by its own line (with or without its newline), so that a block cut short by
 * the app shows row by row. `asserted` is the most that it can be here.
 */
export function rowInjected(line: string, request: RequestSent | undefined): 'absent' | 'asserted' | 'failed' {
  if (request === undefined) return 'absent';
  if ('sha256' in request) return 'asserted';
  return requestHolds(request, line.replace(/\n$/, '')) ? 'asserted' : 'failed';
}
