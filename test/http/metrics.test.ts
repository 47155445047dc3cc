import { afterAll, beforeAll, expect, it } from 'vitest';
import { Site } from '../support/site.ts';
import { DAY } from '../support/world.ts';

let site: Site;
let app: string;
beforeAll(async () => {
  site = await Site.open();
  app = await (await site.owner()).grant();
});
afterAll(() => site.close());

async function values(): Promise<Map<string, number>> {
  const { text, headers } = await site.api.get('/metrics');
  expect(headers['content-type']).toContain('text/plain; version=0.0.4');
  const lines = text.split('\n').filter((line: string) => line !== '' && !line.startsWith('#'));
  return new Map(lines.map((line: string) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]));
}

it('count what happened, by route and status', async () => {
  const memory = await site.remember(app, 'Has a metric tongue');
  await site.as(app).get(`/v1/memories/${memory.id}`);
  await site.as(app).get('/v1/memories/nonsense');
  await site.api.get('/v1/memories');
  await site.api.get('/anything/at/all');
  const { id } = (await site.as(app).post('/v1/retrievals').send({ query: 'metric' })).body;
  await site
    .as(app)
    .post('/v1/receipts')
    .send({ retrievalId: id, model: { label: 'm' }, output: { text: '' } });
  site.metrics.jobRan('demote-stale', 'failed');
  site.metrics.jobDone('demote-stale', 1_700_000_000_000);
  const seen = await values();
  expect(
    Object.fromEntries([...seen].filter(([name]) => name.startsWith('memsync_http_requests_total') && !name.includes('/v1/vaults'))),
  ).toEqual({
    'memsync_http_requests_total{route="/v1/memories",method="POST",status="201"}': 1,
    'memsync_http_requests_total{route="/v1/memories/:id",method="GET",status="200"}': 1,
    'memsync_http_requests_total{route="/v1/memories/:id",method="GET",status="400"}': 1,
    'memsync_http_requests_total{route="/v1/memories",method="GET",status="401"}': 1,
    'memsync_http_requests_total{route="none",method="GET",status="404"}': 1,
    'memsync_http_requests_total{route="/v1/retrievals",method="POST",status="200"}': 1,
    'memsync_http_requests_total{route="/v1/receipts",method="POST",status="201"}': 1,
  });
  const of = (name: string): number | undefined => seen.get(name);
  expect([
    of('memsync_vaults'),
    of('memsync_open_vaults'),
    of('memsync_open_rows'),
    of('memsync_log_entries'),
    of('memsync_due_rows'),
    of('memsync_damaged_rows'),
  ]).toEqual([1, 1, 1, 1, 0, 0]);
  expect(of('memsync_commits_total')).toBe(site.world.services.writer.counts.commits);
  expect(of('memsync_operations_total')).toBe(site.world.services.writer.counts.operations);
  expect(of('memsync_http_request_seconds_count{route="/v1/retrievals",method="POST"}')).toBe(1);
  expect(of('memsync_job_runs_total{job="demote-stale",outcome="failed"}')).toBe(1);
  expect(of('memsync_job_last_success_timestamp_seconds{job="demote-stale"}')).toBe(1_700_000_000);
  site.world.clock.advance(400 * DAY);
  expect((await values()).get('memsync_due_rows')).toBe(1);
  site.world.services.vaults.open.values().next().value?.damaged.set('a row', 'row_unopenable');
  expect((await values()).get('memsync_damaged_rows')).toBe(1);
});

it('hold no id, no token and no text', async () => {
  const names = [...(await values()).keys()].join('\n');
  expect(names).not.toMatch(/[0-9a-f]{16}|msk_|mem_|metric tongue|nonsense|anything/);
});
