import type { Memory } from '../../schemas/memory.ts';
import { LIMITS } from '../../schemas/limits.ts';
import type { OwnRow } from '../sdk/own-row.ts';
import type { RowEdit } from '../sdk/owner-version.ts';
import type { Cli } from './cli.ts';
import { quoted } from './plain.ts';
import { dueFacts } from './render/due.ts';
import { wrap } from './render/table.ts';

/** A row to be looked at: as the service lists it, and as the owner's own key opened it. */
export interface WalkItem {
  readonly memory: Memory;
  readonly own: OwnRow;
}

/** What the owner has decided on a walk. */
export interface Decisions {
  readonly confirm: readonly OwnRow[];
  readonly correct: readonly RowEdit[];
  readonly retract: readonly OwnRow[];
}

type Decision = { readonly kind: 'confirm' | 'retract' | 'skip' } | { readonly kind: 'correct'; readonly text: string };

const KEYS = '[c]onfirm  [e]dit  [r]etract  [s]kip  [u]ndo  [q]uit';

/** Shows the rows one by one and takes a key for each; nothing is signed here. What is shown of a row is what the owner's own key opened. */
export async function walk(cli: Cli, items: readonly WalkItem[]): Promise<Decisions> {
  const decisions: Decision[] = [];
  while (decisions.length < items.length) {
    const item = items[decisions.length];
    if (item === undefined) break;
    show(cli, item, decisions.length + 1, items.length);
    const decision = await decide(cli, item);
    if (decision === 'quit') break;
    if (decision === 'undo') decisions.pop();
    else decisions.push(decision);
  }
  const of = (kind: Decision['kind']): OwnRow[] => items.flatMap(({ own }, i) => (decisions[i]?.kind === kind ? [own] : []));
  const correct = items.flatMap(({ own }, i): RowEdit[] => {
    const decision = decisions[i];
    return decision?.kind === 'correct' ? [{ before: own, edit: { text: decision.text } }] : [];
  });
  return { confirm: of('confirm'), correct, retract: of('retract') };
}

function show(cli: Cli, { memory, own }: WalkItem, at: number, of: number): void {
  const facts = dueFacts(memory, cli.clock.now());
  cli.output.note(`\n${at} of ${of}  ${own.header.category}  ${facts}\n${wrap(quoted(own.text), 76).replaceAll(/^/gm, '  ')}\n`);
}

async function decide(cli: Cli, { own }: WalkItem): Promise<Decision | 'undo' | 'quit'> {
  for (;;) {
    switch (await cli.questions.key(`${KEYS} `)) {
      case 'c':
        return { kind: 'confirm' };
      case 'r':
        return { kind: 'retract' };
      case 's':
        return { kind: 'skip' };
      case 'u':
        return 'undo';
      case 'q':
        return 'quit';
      case 'e': {
        const text = (await cli.questions.line('What it should say (empty leaves it): ')).trim();
        if (text === '') break;
        if (text.length <= LIMITS.textLength && text !== own.text) return { kind: 'correct', text };
        cli.output.note(text === own.text ? 'That is what it says.\n' : 'That is too long.\n');
        break;
      }
      default:
        cli.output.note('One of the letters in brackets, please.\n');
    }
  }
}
