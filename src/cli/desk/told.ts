import type { showDesk } from '../../app/desks/reviewers.ts';
import { hex } from '../../core/bytes.ts';
import { formatInstant } from '../../core/instant.ts';
import { sha256 } from '../../crypto/sha256.ts';
import { plain } from '../plain.ts';
import { table } from '../render/table.ts';

/** A desk with everybody who has been a reviewer there. */
type Shown = Awaited<ReturnType<typeof showDesk>>;
type Reviewer = Shown['reviewers'][number];

/** A desk as `--json` has it. */
export function deskJson({ id, name, createdAt }: Shown['desk']) {
  return { id, name, createdAt: formatInstant(createdAt) };
}

/** A reviewer as `--json` has them, with their key and with its hash, as the API states it; nothing of their token. */
export function reviewerJson({ id, name, key, addedAt, removedAt }: Reviewer) {
  return {
    id,
    name,
    key: hex(key),
    keySha256: hex(sha256(key)),
    addedAt: formatInstant(addedAt),
    removedAt: removedAt === null ? null : formatInstant(removedAt),
  };
}

/** Desks, a line each. */
export function desksTable(desks: readonly Shown[]): string {
  const lines = desks.map(({ desk, reviewers }) => [
    desk.id,
    String(reviewers.filter(({ removedAt }) => removedAt === null).length),
    plain(desk.name),
  ]);
  return lines.length === 0 ? 'No desks. To make one: memsync desk make NAME' : table([['ID', 'REVIEWERS', 'NAME'], ...lines]);
}

/** Reviewers, two lines each: their key whole, since it is what people compare. */
export function reviewersTable(reviewers: readonly Reviewer[]): string {
  if (reviewers.length === 0) return 'No reviewers. To add one: memsync desk add DESK --reviewer NAME --key KEY';
  return reviewers
    .map(({ id, name, key, addedAt, removedAt }) => {
      const until = removedAt === null ? '' : `, REMOVED ${formatInstant(removedAt).slice(0, 10)}`;
      return `${plain(name)}  ${id}, since ${formatInstant(addedAt).slice(0, 10)}${until}\n  key ${hex(key)}`;
    })
    .join('\n');
}
