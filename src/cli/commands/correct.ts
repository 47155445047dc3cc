import { z } from 'zod';
import { LIMITS } from '../../../schemas/limits.ts';
import { MemoryId, text } from '../../../schemas/primitives.ts';
import { Category } from '../../../schemas/vocabulary.ts';
import { MemSyncError } from '../../core/errors.ts';
import type { RowEdit } from '../../sdk/owner-version.ts';
import type { Cli } from '../cli.ts';
import { readInput } from '../input.ts';
import { namedVersions, ownRows, shares } from '../own-rows.ts';
import { quoted } from '../plain.ts';
import { agreedTo, openOwner } from '../session.ts';
import { verb } from '../verb.ts';
import { count } from '../words.ts';

const Correction = z.strictObject({ id: MemoryId, text: text(LIMITS.textLength), category: Category.optional() });
type Correction = z.infer<typeof Correction>;

/** Texts of one event stay well under what a request may hold. */
const ROWS_AT_A_TIME = 64;

export function correctCommand(cli: Cli) {
  return verb('correct', 'Put rows right, and stand behind what they say now. What they said before stays in their history.', [
    'memsync correct mem_… --text "Lives in Lisbon"',
    'memsync correct --file corrections.jsonl   # {"id":"mem_…","text":"…"} a line',
  ])
    .argument('[id]', 'the row')
    .option('--text <text>', 'what it says from now on')
    .option('--file <file>', 'many at once: JSON Lines with id and text; “-” for standard input')
    .option('--yes', 'do not ask')
    .action(async (id, options) => {
      const wanted = corrections(id, options.text, options.file);
      const owner = await openOwner(cli);
      await owner.refresh();
      const rows = await ownRows(
        cli,
        owner,
        wanted.map((one) => one.id),
      );
      const edits = wanted.map((one, i): RowEdit => {
        const before = rows[i];
        if (before === undefined) throw new MemSyncError('memory_unknown', `There is no row ${one.id}.`);
        const { id: _, ...edit } = one;
        return { before, edit: { text: edit.text, ...(edit.category === undefined ? {} : { category: edit.category }) } };
      });
      for (const { before, edit } of edits)
        cli.output.note(`${before.row}\n  was ${quoted(before.text)}\n  now ${quoted(edit.text ?? before.text)}\n`);
      if (!(await agreedTo(cli, options, `Correct ${count(edits.length, 'row')}, and stand behind what is new?`))) return;
      const seqs: number[] = [];
      for (const share of shares(edits, ROWS_AT_A_TIME)) {
        const { edited, validated } = await owner.correct(share);
        seqs.push(edited.seq, validated.seq);
      }
      const now = await owner.rows(wanted.map((one) => one.id));
      owner.wipe();
      cli.answer(
        options,
        { corrected: namedVersions(now), seqs },
        () => `Corrected ${count(edits.length, 'row')}, as event ${seqs.join(', ')}.`,
      );
    });
}

function corrections(id: string | undefined, said: string | undefined, file: string | undefined): Correction[] {
  const given = [...(id === undefined && said === undefined ? [] : [{ id, text: said }]), ...(file === undefined ? [] : linesOf(file))];
  if (given.length === 0) throw new MemSyncError('usage', 'Name a row and its new --text, or a --file of corrections.');
  const parsed = given.map((one, i) => {
    const correction = Correction.safeParse(one);
    if (!correction.success) throw new MemSyncError('usage', `Correction ${i + 1} does not have an id and a text as rows have them.`);
    return correction.data;
  });
  if (new Set(parsed.map((one) => one.id)).size < parsed.length) throw new MemSyncError('usage', 'A row is corrected twice.');
  return parsed;
}

function linesOf(file: string): unknown[] {
  const lines = readInput(file)
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '');
  return lines.map((line, i): unknown => {
    try {
      return JSON.parse(line);
    } catch (cause) {
      throw new MemSyncError('json_invalid', `${file === '-' ? 'Standard input' : file}, line ${i + 1} is not JSON.`, { cause });
    }
  });
}
