import { Counter, Gauge, type Registry } from 'prom-client';
import type { Services } from '../app/services.ts';

/** What is counted of the review queue: over all desks, by every process for what is stored, by this one for what happens. */
export function addCaseMetrics({ store, caseNews }: Services, registry: Registry): void {
  const registers = [registry];
  const cases = new Gauge({
    name: 'memsync_cases',
    help: 'Cases, by state.',
    labelNames: ['state'],
    registers,
    collect: async () => {
      const { hold, clear } = await store.cases.counts();
      cases.set({ state: 'hold' }, hold);
      cases.set({ state: 'clear' }, clear);
    },
  });
  const found = (name: string, help: string, read: (counts: Awaited<ReturnType<typeof store.cases.counts>>) => number): void => {
    const gauge: Gauge = new Gauge({ name, help, registers, collect: async () => gauge.set(read(await store.cases.counts())) });
  };
  found('memsync_cases_reopened', 'Cases that evidence has reopened after they were clear.', ({ reopened }) => reopened);
  found(
    'memsync_cases_decided_before_proof',
    'Cases that were decided before what their gate calls for was proved.',
    ({ decidedBeforeProof }) => decidedBeforeProof,
  );
  const happened = new Counter({
    name: 'memsync_case_events_total',
    help: 'What this process has written of cases: opened, viewed, handed_over, reopened.',
    labelNames: ['kind'],
    registers,
  });
  const decisions = new Counter({
    name: 'memsync_case_decisions_total',
    help: 'Decisions that this process has written, by what was decided, and whether they override a gate that is shut.',
    labelNames: ['decision', 'override'],
    registers,
  });
  for (const kind of ['opened', 'viewed', 'handed_over', 'reopened']) happened.inc({ kind }, 0);
  caseNews.listen((event) => {
    if (event.kind === 'decided') decisions.inc({ decision: event.decision, override: String(event.override) });
    else happened.inc({ kind: event.kind });
  });
}
