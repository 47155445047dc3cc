import { describeCode } from '../../core/errors.ts';
import { meaningOf, type RefusalReason } from './refusal.ts';

/** Something about witnesses that has begun or ended. */
export type WitnessNews =
  | { readonly kind: 'refused'; readonly witness: string; readonly reason: RefusalReason }
  | { readonly kind: 'cosigns again'; readonly witness: string }
  | { readonly kind: 'quorum missing'; readonly size: number; readonly witnessed: number; readonly quorum: string }
  | { readonly kind: 'quorum met again'; readonly size: number };

/** News as a log line has it. */
export interface ToldNews {
  readonly level: 'warn' | 'error';
  readonly fields: Readonly<Record<string, string | number>>;
  readonly message: string;
}

/** How news is told: what questions the log's own honesty as an error, with its code. */
export function tellNews(news: WitnessNews): ToldNews {
  if (news.kind === 'refused') {
    const { witness, reason } = news;
    const { says, remedy, grave } = meaningOf(reason);
    const fields = { witness, reason, remedy };
    return grave
      ? { level: 'error', fields: { ...fields, code: 'log_forked', title: describeCode('log_forked').title }, message: `a witness ${says}` }
      : { level: 'warn', fields, message: `a witness does not cosign: it ${says}` };
  }
  if (news.kind === 'cosigns again') return { level: 'warn', fields: { witness: news.witness }, message: 'a witness cosigns again' };
  const { kind, ...fields } = news;
  return {
    level: 'warn',
    fields,
    message: kind === 'quorum missing' ? 'too few witnesses have cosigned the newest checkpoint' : 'enough witnesses cosign again',
  };
}
