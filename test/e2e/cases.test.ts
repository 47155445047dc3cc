import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Case } from '../../schemas/case.ts';
import { makeDesk } from '../../src/app/desks/make.ts';
import { removeReviewer } from '../../src/app/desks/reviewers.ts';
import { readServiceSettings } from '../../src/config/settings.ts';
import { hex } from '../../src/core/bytes.ts';
import { systemClock } from '../../src/core/clock.ts';
import { parseReviewerToken } from '../../src/crypto/reviewer-token.ts';
import { isMemSyncError } from '../../src/core/errors.ts';
import { openServices } from '../../src/main.ts';
import { verifyCaseBundle } from '../../src/review/verify-case.ts';
import { MemSyncClient } from '../../src/sdk/client.ts';
import { answer, BAD, GATE, GOOD, TestReviewer } from '../support/desks.ts';
import { ownerAt } from '../support/http-owner.ts';
import type { TestOwner } from '../support/owner.ts';
import { Ground, type ServiceProcess } from '../support/process.ts';

const SETTINGS = { MEMSYNC_LOG_LEVEL: 'warn', MEMSYNC_RATE_PER_MINUTE: '1000000' };
const ROUNDS = 12;
const MINUTES = 60_000;
/** Words that nobody but the desk may read. */
const NOTE = 'zanzibar-note-of-the-app';
const REASON = 'quokka-reason-of-the-desk';
const HANDED = 'pangolin-note-of-a-handover';
const TEXT = 'Keeps axolotls';
const THREAD = 'narwhal-thread';

const ground = new Ground();
const data = join(ground.folder, 'data');
const settings = readServiceSettings({ MEMSYNC_DATA: data, MEMSYNC_KEYS: join(ground.folder, 'keys') });
let one: ServiceProcess;
let two: ServiceProcess;
let owner: TestOwner;
let token: string;
let ana: TestReviewer;
let bea: TestReviewer;

/** The operator, beside whatever serves the folders. */
async function operator<T>(work: (services: Awaited<ReturnType<typeof openServices>>['services']) => Promise<T>): Promise<T> {
  const opened = await openServices(settings);
  try {
    return await work(opened.services);
  } finally {
    await opened.close();
  }
}

const clientAt = (service: ServiceProcess, as: string): MemSyncClient => new MemSyncClient({ url: service.url, token: as });
const appAt = (service: ServiceProcess): MemSyncClient => clientAt(service, token);

beforeAll(async () => {
  one = await ground.start(SETTINGS);
  two = await ground.start(SETTINGS);
  owner = await ownerAt(one.url, systemClock);
  token = await owner.grant();
  await operator(async (services) => {
    await makeDesk(services, 'front');
    ana = await TestReviewer.at(one.url, services, 'front', 'ana');
    bea = await TestReviewer.at(two.url, services, 'front', 'bea');
  });
}, MINUTES);
afterAll(() => ground.close());

const waiting = async (note = NOTE) => appAt(one).openCase({ receipt: await answer(appAt(one), TEXT, THREAD), gate: GATE, note });

const codeOf = (error: unknown): string => (isMemSyncError(error) ? error.code : String(error));

/** Evidence that fails by one process, a decision to clear by the other after `wait` milliseconds. */
async function race(wait: number): Promise<{ readonly took: number; readonly refused: string | null }> {
  const { id, receipt } = await waiting();
  await appAt(two).addEvidence(receipt, { evidence: GOOD });
  const signed = await ana.sign(await ana.client.showCase(id), { decision: 'clear', reason: REASON });
  const began = performance.now();
  const failing = appAt(two)
    .addEvidence(receipt, { evidence: BAD })
    .then(() => performance.now() - began);
  const deciding = pause(wait).then(() => ana.client.decide(id, signed));
  const [took, refused] = await Promise.all([failing, deciding.then(() => null, codeOf), bea.client.showCase(id)]);
  const [here, there] = [await ana.client.showCase(id), await bea.client.showCase(id)];
  for (const shown of [here, there])
    expect([shown.state, shown.seen.claims['model'], shown.reopened]).toEqual(['hold', 'failed', refused === null ? 1 : 0]);
  expect(there.timeline.filter(({ what }) => what !== 'viewed')).toEqual(here.timeline.filter(({ what }) => what !== 'viewed'));
  const indices = there.timeline.map(({ logIndex }) => logIndex);
  expect(indices).toEqual(indices.toSorted((a, b) => a - b));
  await holdsOffline(id, receipt, there);
  return { took, refused };
}

/** What either process hands out of a case verifies without them, against what they hand out of its receipt, and says what they show. */
async function holdsOffline(id: string, receipt: string, { state, decisions }: Case): Promise<void> {
  const verifierKeys = (await (await fetch(`${one.url}/log/key`)).text()).split('\n');
  const reviewers = [ana, bea].map(({ key }) => hex(key.publicKey));
  for (const [here, service] of [[ana.client, two] as const, [bea.client, one] as const]) {
    const [text, held] = [await here.caseBundle(id), await appAt(service).bundle(receipt)].map((bundle) => JSON.stringify(bundle));
    const shown = verifyCaseBundle(text ?? '', { verifierKeys, reviewers }, systemClock.now(), { receipt: held });
    const made = shown.steps.flatMap(({ happened }) => (happened.kind === 'decided' ? [[happened.decisionId, happened.beforeProof]] : []));
    expect([shown.state, made]).toEqual([state, decisions.map(({ payload, beforeProof }) => [payload.decisionId, beforeProof])]);
  }
}

it(
  'two processes over one database show one queue, and no case stands clear over a claim that has failed',
  { timeout: 4 * MINUTES },
  async () => {
    let usual = 0;
    const refusals = new Set<string | null>();
    for (let round = 0; round < ROUNDS; round++) {
      const { took, refused } = await race((usual * 1.5 * round) / ROUNDS);
      usual = took;
      refusals.add(refused);
    }
    for (const code of refusals) expect([null, 'case_moved']).toContain(code);
    expect(one.err + two.err).toContain('a case that was clear is reopened');
  },
);

it('a reviewer whom the operator removes is out of every process', { timeout: MINUTES }, async () => {
  const eve = await operator((services) => TestReviewer.at(two.url, services, 'front', 'eve'));
  const here = clientAt(one, eve.token);
  expect([(await eve.client.desk()).me, (await here.desk()).me]).toEqual([eve.id, eve.id]);
  await operator((services) => removeReviewer(services, 'front', 'eve'));
  for (const client of [eve.client, here]) await expect(client.cases()).rejects.toThrow(expect.objectContaining({ code: 'token_invalid' }));
});

/** One more reviewer hands a case over and clears it, and the process is killed as soon as it has answered. */
async function killedAfterReply(name: string): Promise<void> {
  const { id, receipt } = await waiting();
  await appAt(one).addEvidence(receipt, { evidence: GOOD });
  const { url } = one;
  const reviewer = await operator((services) => TestReviewer.at(url, services, 'front', name));
  await reviewer.client.handOver(id, { to: 'ana', note: HANDED });
  const reply = await reviewer.decide(id, { decision: 'clear', reason: REASON });
  one.signal('SIGKILL');
  await one.ended;
  one = await ground.start(SETTINGS);
  const client = clientAt(one, reviewer.token);
  const shown = await client.showCase(id);
  expect([shown.state, shown.assigned?.name, shown.decisions]).toEqual(['clear', 'ana', [reply.decision]]);
  expect((await client.askGate(id)).open).toBe(true);
  expect((await client.cases({ state: 'clear', receipt })).cases.map(({ revision }) => revision)).toEqual([shown.revision]);
}

it('what a decision’s reply has said is there after kill -9', { timeout: 4 * MINUTES }, async () => {
  await two.stop();
  for (let round = 0; round < 4; round++) await killedAfterReply(`killer ${round}`);
});

it('nothing of what a desk was told, or has said, lies in the data folder in the clear; nor any secret in what was logged', async () => {
  const { id } = await waiting();
  const secrets = [ana, bea].map((reviewer) => hex(parseReviewerToken(reviewer.token).secret.reveal()));
  const shown = await clientAt(one, ana.token).showCase(id);
  const hidden = [NOTE, REASON, HANDED, TEXT, THREAD, 'a provider', shown.answer.outputSha256, ...secrets];
  const files = readdirSync(data, { recursive: true, withFileTypes: true }).filter((file) => file.isFile());
  const bytes = files.map((file) => readFileSync(join(file.parentPath, file.name)));
  expect(bytes.some((file) => file.includes('front'))).toBe(true);
  for (const word of [...hidden, ...secrets.map((secret) => Buffer.from(secret, 'hex'))])
    expect([String(word), bytes.filter((file) => file.includes(word)).length]).toEqual([String(word), 0]);
  for (const word of hidden) expect(one.err + one.out + two.err + two.out).not.toContain(word);
});
