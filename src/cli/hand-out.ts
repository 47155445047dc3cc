import type { Cli } from './cli.ts';
import { writeOutput } from './input.ts';
import { jsonText } from './plain.ts';

/** Hands a bundle out: into the file that was named, saying so and how to check it, or else printed as it is. `about` names what it is of. */
export function handOut(
  cli: Cli,
  options: Parameters<Cli['answer']>[0] & { readonly out?: string | undefined },
  bundle: unknown,
  about: { readonly id: object; readonly title: string },
): void {
  const { out } = options;
  if (out === undefined) {
    cli.answer({ json: true }, bundle, () => '');
    return;
  }
  writeOutput(out, `${jsonText(bundle)}\n`);
  cli.answer(options, { ...about.id, file: out }, () => `${about.title} is in ${out}. To check it: memsync verify ${out} --key …`);
}
