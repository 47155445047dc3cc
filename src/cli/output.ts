import { styleText } from 'node:util';

type Format = Parameters<typeof styleText>[0];

/** Where a command prints to. */
export interface Output {
  /** What was asked for. */
  out(text: string): void;
  /** What is said beside it: questions, warnings, errors. */
  note(text: string): void;
  /** The text in a colour, where the output shows colours. */
  style(format: Format, text: string): string;
  /** How many columns a screen of the output has; where nothing is said, what is printed keeps to 80. */
  readonly columns?: number | undefined;
}

/** The terminal, or wherever the process's output goes. Colours only on a terminal, and not where NO_COLOR is set. */
export const standardOutput: Output = {
  out: (text) => void process.stdout.write(text),
  note: (text) => void process.stderr.write(text),
  style: (format, text) => styleText(format, text, { stream: process.stdout }),
  get columns() {
    return process.stdout.isTTY ? process.stdout.columns : undefined;
  },
};

/** Keeps what is printed, without colours. */
export class CapturedOutput implements Output {
  stdout = '';
  stderr = '';

  out(text: string): void {
    this.stdout += text;
  }

  note(text: string): void {
    this.stderr += text;
  }

  style(_format: Format, text: string): string {
    return text;
  }
}
