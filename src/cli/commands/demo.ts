import type { Cli } from '../cli.ts';
import type { RunCommand } from '../demo/stage.ts';
import { verb } from '../verb.ts';

/** `run` is the command line itself, which the demo goes through. */
export function demoCommand(cli: Cli, run: RunCommand) {
  return verb('demo', 'Watch seven months go by in seconds, on data and a clock of its own.', [
    'memsync demo',
    'memsync demo --json',
  ]).action(async (options) => {
    const { playDemo } = await import('../demo/play.ts');
    const steps = await playDemo(run, cli.random, options.json === true ? null : cli.output);
    const ok = steps.every((step) => step.ok);
    if (!ok) cli.exitCode = 1;
    cli.answer(options, { ok, steps }, () => (ok ? '\nAll of it came out as told.' : '\nNot all of it came out as told.'));
  });
}
