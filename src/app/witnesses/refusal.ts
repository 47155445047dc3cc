import type { PostFailure } from '../../witness/face.ts';

/** Why a witness has not cosigned. */
export type RefusalReason =
  | Exclude<PostFailure, 'stopped'>
  /** It has cosigned another root of the size that it was offered, or one that does not lead to it: two logs go by one name. */
  | 'forked'
  /** It has cosigned a larger log than there is here. */
  | 'ahead'
  | 'log_unknown'
  | 'key_refused'
  /** Its size changed each time that it was asked. */
  | 'moving'
  | 'cosignature_invalid'
  | 'clock_ahead'
  | 'answer_unusable'
  /** The policy names logs, and this one is not among them. */
  | 'log_not_in_policy';

interface Meaning {
  readonly says: string;
  readonly remedy: string;
  /** Whether the log's own honesty is in question: nothing that the witness does by itself mends it. */
  readonly grave: boolean;
}

const LATER = 'Nothing to do for a while: it is asked again. If it goes on, ask its operator.';
const FORK = 'Stop the service. If an older database was put in place, or two services sign as this log, see docs/guide.md, “Witnesses”.';

const MEANINGS: Readonly<Record<RefusalReason, Meaning>> = {
  forked: { says: 'has seen another log under this name: what it has cosigned does not lead to this one', remedy: FORK, grave: true },
  ahead: { says: 'has cosigned a larger log than there is here: this one has been rolled back, or has a twin', remedy: FORK, grave: true },
  log_unknown: { says: 'does not know this log', remedy: 'Give its operator the first line of /log/key.', grave: false },
  key_refused: { says: 'does not take this log’s key', remedy: 'Give its operator the first line of /log/key.', grave: false },
  moving: { says: 'has another size each time that it is asked', remedy: LATER, grave: false },
  cosignature_invalid: {
    says: 'has answered without a cosignature of this checkpoint that holds under the key in the policy',
    remedy: 'Compare its key in the policy with the one that its operator gives.',
    grave: false,
  },
  clock_ahead: {
    says: 'dates its cosignature in the future',
    remedy: 'Set this machine’s clock, or tell the witness’s operator.',
    grave: false,
  },
  answer_unusable: { says: 'does not answer as a witness does', remedy: 'Check its URL in the policy.', grave: false },
  redirected: { says: 'sends requests elsewhere, where they do not follow', remedy: 'Check its URL in the policy.', grave: false },
  too_long: { says: 'answers with more than a witness has to say', remedy: 'Check its URL in the policy.', grave: false },
  timeout: { says: 'does not answer in time', remedy: LATER, grave: false },
  unreachable: { says: 'cannot be reached', remedy: LATER, grave: false },
  log_not_in_policy: {
    says: 'is not asked: the policy names logs, and this one is not among them',
    remedy: 'Put “log ” and the first line of /log/key into the policy.',
    grave: false,
  },
};

/** What a refusal comes to, in words: goes on from the witness's name. */
export function meaningOf(reason: RefusalReason): Meaning {
  return MEANINGS[reason];
}

/** The reason that was stored; what an older or newer version wrote reads as an answer that nothing can be made of. */
export function reasonFrom(stored: string): RefusalReason {
  return isReason(stored) ? stored : 'answer_unusable';
}

function isReason(text: string): text is RefusalReason {
  return Object.hasOwn(MEANINGS, text);
}
