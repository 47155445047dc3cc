import { type Half, measureEchoes } from '../test/memory/echoes.ts';

/** How many of the echoes are found and how many honest facts are taken for one, by half; `--tune` shows what went wrong in the tuned half. */
const halves: readonly Half[] = ['tuned', 'held out', 'both'];
for (const half of halves) {
  const { pairs, caught, mistaken, strays } = measureEchoes(half);
  const percent = (count: number): string => `${((100 * count) / pairs).toFixed(1)} %`;
  console.log(
    `${half}: ${pairs} pairs; caught ${percent(caught.length)}, mistaken ${percent(mistaken.length)}, other rows named by echoes ${strays}`,
  );
}
if (process.argv.includes('--tune')) {
  const { missed, mistaken } = measureEchoes('tuned');
  for (const { pair, score } of missed) console.log(`missed   ${score.toFixed(2)}  ${pair.served}  →  ${pair.echo}`);
  for (const { pair, score } of mistaken) console.log(`mistaken ${score.toFixed(2)}  ${pair.served}  →  ${pair.honest}`);
}
