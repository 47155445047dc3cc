import { Counter, Gauge, type Registry } from 'prom-client';
import type { Services } from '../app/services.ts';

/** What is counted of pending evidence: over all vaults for what is stored, by this process for what it gives up. */
export function addEvidenceMetrics({ store, clock, evidenceTeller }: Services, registry: Registry): void {
  const registers = [registry];
  const gauge = (name: string, help: string, read: (counts: { pending: number; due: number }) => number): void => {
    const one: Gauge = new Gauge({
      name,
      help,
      registers,
      collect: async () => one.set(read(await store.addenda.dueCount(clock.now()))),
    });
  };
  gauge('memsync_evidence_pending', 'Pieces of evidence that are pending.', ({ pending }) => pending);
  gauge(
    'memsync_evidence_due',
    'Of these, those that are due to be looked at again; what waits for its vault to be opened among them.',
    ({ due }) => due,
  );
  const givenUp = new Counter({
    name: 'memsync_evidence_given_up_total',
    help: 'Pieces of evidence that this process has given up: still pending after the last look, or their artefact erased.',
    labelNames: ['erased'],
    registers,
  });
  for (const erased of ['false', 'true']) givenUp.inc({ erased }, 0);
  evidenceTeller.listen(({ erased }) => givenUp.inc({ erased: String(erased) }));
}
