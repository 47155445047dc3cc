import { readdirSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { playDemo } from '../../src/cli/demo/play.ts';
import { main } from '../../src/cli/main.ts';
import { CapturedOutput } from '../../src/cli/output.ts';
import { systemRandom } from '../../src/core/random.ts';
import { Terminal } from './terminal.ts';

const STEPS = ['vault', 'remember', 'receipt', 'review', 'demote', 'background', 'repeat', 'confirm', 'edit', 'forgery', 'flip', 'revoke'];

const terminal = new Terminal();
afterAll(() => terminal.close());

describe('memsync demo', () => {
  it('tells seven months, every step of which comes out as told, and leaves nothing behind', async () => {
    const { code, stdout, stderr } = await terminal.spawn(['demo']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.match(/✓/g)).toHaveLength(STEPS.length);
    expect(stdout).not.toContain('✗');
    for (const line of [
      '] never confirmed; said by the user just now: "Lives at 12 Quillfeather Lane, Porto"',
      'The case cannot be cleared while its gate is shut',
      'The case is clear.',
      'demoted 3 rows',
      '] never confirmed; said by the user 7 months ago: "Lives at 12 Quillfeather Lane, Porto"',
      'a sighting of the row that is there: background, 7 months old',
      '] confirmed by the owner just now; first said 7 months ago: "I\'m allergic to hazelnuts"',
      '] never confirmed; said by the user 7 months ago: "I\'m allergic to hazelnuts and to walnuts"',
      'The ledger holds an owner event that the owner did not sign',
      '(signature_invalid)',
      'The owner has revoked this grant',
    ]) {
      expect(stdout).toContain(line);
    }
    expect(stdout).not.toMatch(/ms[kr]_[0-9a-f]/);
    expect(readdirSync(terminal.folder)).toEqual([]);
  });

  it('gives the outcome of each step as JSON', async () => {
    const { code, value } = await terminal.json(['demo'], { spawn: true });
    expect(code).toBe(0);
    expect(value).toMatchObject({ ok: true, steps: STEPS.map((step) => ({ step, ok: true, saw: expect.any(String) })) });
  });

  it.each([
    ['revoke', (argv: readonly string[]) => argv[0] === 'revoke'],
    ['review', (argv: readonly string[]) => argv[0] === 'evidence'],
    ['confirm', (argv: readonly string[]) => argv[0] === 'confirm'],
    ['demote', (argv: readonly string[]) => argv[0] === 'jobs'],
  ])('says so when the step “%s” does not come out', async (step, broken) => {
    const output = new CapturedOutput();
    const outcomes = await playDemo(
      async (argv, parts) => {
        if (!broken(argv)) return main(argv, parts);
        parts.output?.out('{"report": {}}');
        return 0;
      },
      systemRandom,
      output,
    );
    expect(outcomes.find((outcome) => outcome.step === step)?.ok).toBe(false);
    expect(outcomes.find((outcome) => outcome.step === 'flip')?.ok).toBe(true);
    expect(output.stdout).toContain('✗ NOT AS TOLD');
  });
});
