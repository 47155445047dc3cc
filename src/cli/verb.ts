import { Command as PlainCommand, InvalidArgumentError } from 'commander';
import type { Command } from '@commander-js/extra-typings';

/** A command by that name, typed by its own options, with `--json` and help that ends in examples. */
export function verb(name: string, description: string, examples: readonly string[]) {
  return bare(name)
    .description(description)
    .option('--json', 'answer with one JSON document and nothing else')
    .addHelpText('after', examples.length === 0 ? '' : `\nExamples:\n${examples.map((line) => `  ${line}`).join('\n')}`);
}

/** A command that only holds others. */
export function bare(name: string): Command {
  return new PlainCommand(name) as Command;
}

/** Reads an option's value as one of a few words. */
export function oneOf<T extends string>(values: readonly T[]): (value: string) => T {
  return (value) => {
    const found = values.find((one) => one === value);
    if (found === undefined) throw new InvalidArgumentError(`It is one of: ${values.join(', ')}.`);
    return found;
  };
}

/** Reads an option that can be given several times, or with several words between commas. */
export function severalOf<T extends string>(values: readonly T[]): (value: string, previous: T[] | undefined) => T[] {
  const one = oneOf(values);
  return (value, previous = []) => [...previous, ...value.split(',').map((word) => one(word.trim()))];
}

/** As `severalOf`, of any words. */
export function several(value: string, previous: string[] | undefined): string[] {
  return [...(previous ?? []), ...value.split(',').map((word) => word.trim())];
}

/** Reads an option that can be given several times, each time as it stands. */
export function each(value: string, previous: string[] | undefined): string[] {
  return [...(previous ?? []), value];
}

/** Reads an option's value as a whole number. */
export function whole(min: number, max: number): (value: string) => number {
  return (value) => {
    const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
    if (!(number >= min && number <= max)) throw new InvalidArgumentError(`It is a whole number from ${min} to ${max}.`);
    return number;
  };
}
