import type { Random } from '../../core/random.ts';
import type { Output } from '../output.ts';
import { plain } from '../plain.ts';
import { WIDTH, wrap } from '../render/table.ts';
import { flippedByteIsCaught, forgeryIsCaught, revokedIsCutOff } from './attacks.ts';
import { answerHasAReceipt, factsAreRemembered, vaultIsMade } from './first-day.ts';
import { editIsUnconfirmed, monthsPass, oneIsConfirmed, questionAgain, repeatedAndNoYounger } from './months-later.ts';
import { gateWaitsForProof } from './review.ts';
import type { Props, Scene } from './scene.ts';
import { type RunCommand, Stage } from './stage.ts';

const SCENES: readonly Scene[] = [
  vaultIsMade,
  factsAreRemembered,
  answerHasAReceipt,
  gateWaitsForProof,
  monthsPass,
  questionAgain,
  repeatedAndNoYounger,
  oneIsConfirmed,
  editIsUnconfirmed,
  forgeryIsCaught,
  flippedByteIsCaught,
  revokedIsCutOff,
];

/** How one step came out. */
export interface Outcome {
  readonly step: string;
  readonly told: string;
  readonly ok: boolean;
  readonly saw: string;
}

/** Plays the story on data and a clock of its own; every line is a real call. Tells it on `output`, unless that is null. */
export async function playDemo(run: RunCommand, random: Random, output: Output | null): Promise<Outcome[]> {
  const stage = new Stage(run, random);
  const props: Props = { vault: '', diary: '', planner: '', receipt: '', rows: new Map() };
  const print = (text: string): void => output?.out(`${text}\n`);
  const parts = {
    stage,
    props,
    random,
    type: (command: string) => print(output?.style('bold', `   $ ${command}`) ?? ''),
    show: (text: string) => print(shown(text)),
  };
  const outcomes: Outcome[] = [];
  try {
    await stage.start();
    for (const [i, scene] of SCENES.entries()) {
      print(`\n${wrap(`${i + 1}. ${scene.told}`, WIDTH)}`);
      const outcome = { step: scene.step, told: scene.told, ...(await scene.play(parts)) };
      outcomes.push(outcome);
      const mark = outcome.ok ? output?.style('green', '✓') : output?.style('red', '✗ NOT AS TOLD:');
      print(`   ${mark ?? ''} ${outcome.saw}`);
    }
    return outcomes;
  } finally {
    await stage.clear();
  }
}

function shown(text: string): string {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => `     ${plain(line)}`)
    .join('\n');
}
