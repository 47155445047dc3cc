import { expect, it } from 'vitest';
import { told } from './asked.ts';
import { type Issued, Month } from './month.ts';

it('of a thousand receipts over thirty days each is identical, or reduced where rows were erased', { timeout: 240_000 }, async () => {
  const month = await Month.begin(7);
  try {
    const { asked } = month;
    const outcomes = { identical: 0, reduced: 0 };
    const replay = async (issued: Issued, token: string): Promise<void> => {
      const reply = await asked.replay(issued.id, token);
      const said = `${issued.id} ${JSON.stringify(told(reply))}`;
      expect(['identical', 'reduced'], said).toContain(reply.outcome);
      if (reply.outcome === 'identical') outcomes.identical += 1;
      if (reply.outcome !== 'reduced') return;
      outcomes.reduced += 1;
      expect(reply.checked.erased > 0, said).toBe(month.hasLost(issued));
      expect(month.hasLost(issued, true), said).toBe(true);
    };
    for (let day = 0; day < 30; day++) {
      await month.day(12, 3);
      // Some at once, by whoever asked.
      for (const issued of month.issued.slice(-3)) if (!month.revoked.has(issued.token)) await replay(issued, issued.token);
    }
    expect(month.issued.length).toBeGreaterThan(1000);
    for (const issued of month.issued) await replay(issued, asked.device);
    expect(Math.min(outcomes.identical, outcomes.reduced)).toBeGreaterThan(100);
    for (const kind of ['edit', 'erase', 'job', 'confirm', 'contest', 'policy', 'rotate', 'narrow', 'restart'])
      expect(month.did.get(kind), kind).toBeGreaterThan(0);
  } finally {
    await month.asked.world.close();
  }
});
