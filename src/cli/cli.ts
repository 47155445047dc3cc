import type { ClientSettings, ServiceSettings } from '../config/settings.ts';
import { readClientSettings, readServiceSettings } from '../config/settings.ts';
import { type Clock, systemClock } from '../core/clock.ts';
import { type Random, systemRandom } from '../core/random.ts';
import { jsonText } from './plain.ts';
import { type Output, standardOutput } from './output.ts';
import { type Questions, terminalQuestions } from './questions.ts';

/** All that a command is given: settings, a clock, a way to print and to ask. */
export interface CliParts {
  /** Read when first needed, so that help needs none. @throws {MemSyncError} `config_invalid` */
  readonly client: () => ClientSettings;
  readonly service: () => ServiceSettings;
  readonly clock: Clock;
  readonly random: Random;
  readonly output: Output;
  readonly questions: Questions;
}

/** One run of the command. */
export class Cli implements CliParts {
  readonly client: () => ClientSettings;
  readonly service: () => ServiceSettings;
  readonly clock: Clock;
  readonly random: Random;
  readonly output: Output;
  readonly questions: Questions;
  /** What the process ends with unless an error says otherwise. */
  exitCode = 0;

  constructor(parts: Partial<CliParts> = {}) {
    this.client = parts.client ?? (() => readClientSettings());
    this.service = parts.service ?? (() => readServiceSettings());
    this.clock = parts.clock ?? systemClock;
    this.random = parts.random ?? systemRandom;
    this.output = parts.output ?? standardOutput;
    this.questions = parts.questions ?? terminalQuestions;
  }

  /** Prints the answer: one JSON document, or what it says to people. */
  answer(options: { readonly json?: true | undefined }, value: unknown, text: () => string): void {
    const printed = options.json === true ? jsonText(value) : text();
    this.output.out(printed.endsWith('\n') || printed === '' ? printed : `${printed}\n`);
  }
}
