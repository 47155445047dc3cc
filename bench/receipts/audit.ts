import { verifyBytes } from '../../src/crypto/ed25519.ts';
import { startService } from '../../src/main.ts';
import { auditVault } from '../../src/sdk/audit/audit.ts';
import { freshProgress } from '../../src/sdk/audit/progress.ts';
import { createVault } from '../../src/app/create-vault.ts';
import { MemSyncClient } from '../../src/sdk/client.ts';
import type { Figure } from '../figure.ts';
import { freshVault, inFolder } from '../place.ts';
import { settingsIn } from '../rights.ts';
import { Answers } from './answers.ts';
import { checksOf, keysOf } from './verifying.ts';

const AT_A_TIME = 64;

/** Receipts a second that an audit looks at over HTTP, the log and the ledger before them included. */
export function measureAudit(quick: boolean): Promise<Figure[]> {
  const count = quick ? 512 : 4096;
  return inFolder(async (folder) => {
    const service = await startService(settingsIn(folder), { quiet: true });
    const { services, url } = service;
    const made = freshVault(services.clock.now());
    await createVault(services, made.request);
    const answers = await Answers.open(services, made.appToken);
    let checks = 0;
    let bare = 0;
    for (let i = 0; i < count; i += AT_A_TIME) {
      const ready = await Promise.all(Array.from({ length: AT_A_TIME }, () => answers.retrieval()));
      const receipts = await Promise.all(ready.map(({ id }) => answers.receipt(id)));
      const [first] = receipts;
      if (first === undefined) continue;
      // As much of them as shows how long all of their signatures take.
      const all = checksOf(first.bundle, keysOf(services));
      const began = performance.now();
      for (const { key, message, signature } of all) verifyBytes(key, message, signature);
      bare += performance.now() - began;
      checks += 1;
    }
    const client = new MemSyncClient({ url, token: made.deviceToken });
    const began = performance.now();
    const report = await auditVault({
      source: client,
      vault: made.vault,
      remembered: { head: null, log: null },
      progress: freshProgress(made.vault),
      now: services.clock.now(),
      headers: null,
    });
    const ms = performance.now() - began;
    await service.stop();
    if (!report.clean || report.receipts.count !== count) throw new Error(`the audit found ${JSON.stringify(report.counts)}`);
    const floor = checks / (bare / 1000);
    const perSecond = (count / ms) * 1000;
    return [
      {
        what: 'audited, over HTTP',
        perSecond,
        floor: { what: 'their Ed25519 signatures alone', perSecond: floor, ratio: perSecond / floor },
      },
    ];
  });
}
