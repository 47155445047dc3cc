import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readCaseEntries } from '../../../src/app/cases/entries.ts';
import { openCase } from '../../../src/app/cases/open.ts';
import { readCertificate, readCertificates } from '../../../src/app/certificates.ts';
import { makeDesk } from '../../../src/app/desks/make.ts';
import { addEvidence } from '../../../src/app/evidence/add.ts';
import { issueReceipt } from '../../../src/app/issue-receipt.ts';
import { logHeads } from '../../../src/app/log-heads.ts';
import { readLoggedHeads } from '../../../src/app/logged-heads.ts';
import { readCheckpoint, readLogKeys, readTile } from '../../../src/app/log-reads.ts';
import { readEvents, readOwnerBoxes, readSealedRow, readSealedRows } from '../../../src/app/owner-reads.ts';
import { readReceipt } from '../../../src/app/receipts.ts';
import { listReceipts } from '../../../src/app/list-receipts.ts';
import { retrieve } from '../../../src/app/retrieve.ts';
import { readImports } from '../../../src/app/transfer/end-import.ts';
import { openHeaders } from '../../../src/cli/audit/client-source.ts';
import { grantBoxKey, parseToken } from '../../../src/crypto/token.ts';
import { parseGate } from '../../../src/review/gate.ts';
import { auditVault } from '../../../src/sdk/audit/audit.ts';
import { freshProgress } from '../../../src/sdk/audit/progress.ts';
import type { AuditSource, HeaderSource } from '../../../src/sdk/audit/source.ts';
import { Keyring } from '../../../src/sdk/keyring.ts';
import { learnVault } from '../../../src/sdk/learn-vault.ts';
import type { Services } from '../../../src/app/services.ts';
import { BAD, GATE, GOOD, MODEL_SHA256 } from '../../support/desks.ts';
import { anySteps, Life, type Step } from '../../app/past/history.ts';

/** The service’s use cases, asked without a wire between. */
function sourceOf(life: Life): AuditSource {
  const services = () => life.world.services;
  const token = life.tokens.at(-1) ?? '';
  return {
    logKey: async () => readLogKeys(services()),
    checkpoint: () => readCheckpoint(services()),
    tile: (path) => readTile(services(), path),
    events: (vault, query) => readEvents(services(), token, vault, query),
    loggedHeads: (vault, query) => readLoggedHeads(services(), token, vault, query),
    receipts: (query) => listReceipts(services(), token, query),
    bundle: async (id) => (await readReceipt(services(), token, id)).bundle,
    certificates: (vault) => readCertificates(services(), token, vault),
    certificate: (vault, id) => readCertificate(services(), token, vault, id),
    caseEntries: (vault, query) => readCaseEntries(services(), token, vault, query),
    imports: (vault) => readImports(services(), token, vault),
    health: async () => ({ health: { ...HEALTH, vaults: await services().store.vaultCount() } }),
  };
}

const HEALTH = { vaults: 1 } as Awaited<ReturnType<AuditSource['health']>>['health'];

async function headersOf(life: Life, source: AuditSource): Promise<HeaderSource> {
  const { services } = life.world;
  const token = life.tokens.at(-1) ?? '';
  const parsed = parseToken(token);
  const state = await learnVault({ events: (vault, { from = 0, limit = 500 }) => source.events(vault, { from, limit }) }, life.owner.vault);
  const keyring = await Keyring.open(
    { boxes: (vault) => readOwnerBoxes(services, token, vault) },
    state,
    grantBoxKey(parsed),
    parsed.grantId,
  );
  const rows = {
    sealedRows: (vault: string, ids: readonly string[]) => readSealedRows(services, token, vault, ids),
    sealedRow: (vault: string, id: string) => readSealedRow(services, token, vault, id),
  };
  return { headers: (ids) => openHeaders(rows, keyring, life.owner.vault, ids) };
}

async function receipt(life: Life): Promise<void> {
  const { services } = life.world;
  const { id } = await retrieve(services, life.tokens[0] ?? '', { query: 'fact' });
  const model = { label: 'm', artifact: { sha256: MODEL_SHA256 } };
  await issueReceipt(services, life.tokens[0] ?? '', { retrievalId: id, model, output: { text: 'Answer [m1].' } }, null);
}

/** Something that comes after the newest receipt, by turns: what holds, what does not, what nobody knows, a case over it. */
const LATER: readonly ((services: Services, token: string, receipt: string, nth: number) => Promise<unknown>)[] = [
  (services, token, id) => addEvidence(services, token, id, { evidence: GOOD }, null),
  (services, token, id, nth) => addEvidence(services, token, id, { evidence: { memory: { kind: 'unknown', nth } } }, null),
  (services, token, id) => openCase(services, token, { receipt: id, gate: parseGate(GATE) }, null),
  (services, token, id, nth) =>
    addEvidence(services, token, id, { evidence: { ...BAD, enclave: { kind: 'unknown', nth }, output: { kind: 'other', nth } } }, null),
];

async function later(life: Life, nth: number): Promise<void> {
  const { services } = life.world;
  const token = life.tokens.at(-1) ?? '';
  const [newest] = (await listReceipts(services, token, { limit: 1 })).receipts;
  if (newest !== undefined) await LATER[nth % LATER.length]?.(services, token, newest.id, nth);
}

const step = (kind: Step['kind'], row: number, word: number): Step => ({ kind, row, word, look: false });

/** What brings rows down by age and with their sources, whatever else happens: before it and after. */
const OFTEN: readonly Step[] = [
  step('remember', 0, 0),
  step('derive', 0, 1),
  step('confirm', 0, 0),
  step('wait', 0, 2),
  step('job', 0, 0),
  step('remember', 1, 1),
  step('restart', 0, 0),
  step('policy', 0, 0),
  step('wait', 0, 0),
  step('job', 0, 0),
];

it('finds nothing in whatever history an honest service has had, at once or going on in between', { timeout: 240_000 }, async () => {
  let demotions = 0;
  const found = { evidence: 0, cases: 0 };
  await fc.assert(
    fc.asyncProperty(
      anySteps,
      fc.array(fc.constantFrom('head', 'receipt', 'later', 'later', 'audit', 'none'), { minLength: 30, maxLength: 30 }),
      async (steps, between) => {
        const life = await Life.begin();
        try {
          let progress = freshProgress(life.owner.vault);
          await makeDesk(life.world.services, 'front');
          const source = sourceOf(life);
          const audit = async (from: typeof progress) =>
            auditVault({
              source,
              vault: life.owner.vault,
              remembered: { head: null, log: null },
              progress: from,
              now: life.world.clock.now(),
              headers: () => headersOf(life, source),
              done: (kept) => (progress = kept),
            });
          for (const [i, step] of [...OFTEN, ...steps, ...OFTEN].entries()) {
            await life.take({ ...step, look: false });
            if (between[i] === 'head') await logHeads(life.world.services);
            if (between[i] === 'receipt') await receipt(life);
            if (between[i] === 'later') await later(life, i);
            if (between[i] === 'audit') expect((await audit(progress)).findings).toEqual([]);
          }
          await logHeads(life.world.services);
          const on = await audit(progress);
          const anew = await audit(freshProgress(life.owner.vault));
          expect([on.findings, anew.findings]).toEqual([[], []]);
          expect({ ...on, demotions: null, unknown: null }).toEqual({ ...anew, demotions: null, unknown: null });
          demotions += anew.demotions.explained;
          found.evidence += anew.evidence.count;
          found.cases += anew.cases;
        } finally {
          await life.world.close();
        }
      },
    ),
    { numRuns: 30 },
  );
  expect(demotions).toBeGreaterThan(0);
  expect(found.evidence).toBeGreaterThan(20);
  expect(found.cases).toBeGreaterThan(5);
});
