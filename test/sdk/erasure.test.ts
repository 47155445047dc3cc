import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Certificate, CertificateReply } from '../../schemas/certificate.ts';
import { fromBase64, fromUtf8 } from '../../src/core/bytes.ts';
import type { Bend } from './home.ts';
import { Site } from '../support/site.ts';
import { awaitErasure } from '../../src/sdk/erasure.ts';
import { Home } from './home.ts';

let site: Site;
let home: Home;
let row: string;

beforeAll(async () => {
  site = await Site.open();
});
afterAll(() => site.close());
beforeEach(async () => {
  home = await Home.make(site);
  row = await say('Lives in Porto');
  await home.owner().refresh();
});

async function say(text: string, of = home): Promise<string> {
  return (await of.app.remember({ memories: [{ text }] })).memories[0]?.id ?? '';
}

const rows = (...ids: string[]) => ({ scope: 'rows' as const, rows: ids });

/** Answers an order with a certificate that is changed, and reads of certificates likewise. */
function certifying(change: (reply: CertificateReply) => CertificateReply | undefined): Bend {
  return (path, answer) => {
    if (path.endsWith('/events') && 'certificate' in (answer as object)) {
      const reply = answer as { certificate: CertificateReply };
      return { ...reply, certificate: change(reply.certificate) };
    }
    return /\/certificates\/crt_/.test(path) ? change(answer as CertificateReply) : answer;
  };
}

describe('the owner’s erasure', () => {
  it('comes back with a certificate about that very order, checked against the log that is known', async () => {
    const { certificate, rows: count, versions } = await home.owner().erase(rows(row));
    expect([count, versions]).toEqual([1, 1]);
    const statement = JSON.parse(fromUtf8(fromBase64(certificate.certificate.envelope.payload))) as { predicate: unknown };
    expect(statement.predicate).toMatchObject({ vault: home.vault.vault, rows: [row], event: home.state.ownerHead });
    await expect(home.app.show(row)).rejects.toMatchObject({ code: 'memory_erased' });
    expect(await home.client(home.token).certificates(home.vault.vault)).toMatchObject({
      pending: 0,
      certificates: [{ id: certificate.id }],
    });
  });

  it('is waited for where the answer was cut off, and not ordered twice', async () => {
    let cut = 0;
    home.bend = (path, answer) => {
      if (!path.endsWith('/events') || !('certificate' in (answer as object))) return answer;
      cut += 1;
      return { ...(answer as object), certificate: undefined };
    };
    const { rows: count } = await home.owner().erase(rows(row));
    expect([count, cut]).toEqual([1, 1]);
    expect(home.sent.filter(({ call, body }) => call.startsWith('POST') && call.endsWith('/events') && body !== null)).toHaveLength(1);
  });

  it.each(['rows', 'vault'] as const)('is found again where the answer was lost, and nothing is ordered twice (%s)', async (scope) => {
    let lost = 0;
    home.bend = (path, answer, body) => {
      if (!path.endsWith('/events') || body === null) return answer;
      lost += 1;
      throw new TypeError('fetch failed');
    };
    const { rows: count, certificate } = await home.owner().erase(scope === 'vault' ? { scope } : rows(row));
    expect([count, certificate.kind, lost]).toEqual([1, 'erasure', 1]);
  });

  it('is waited for as long as the service is at it, and not for ever', async () => {
    await home.owner().erase(rows(await say('Eats late')));
    const { certificate } = await home.owner().erase(rows(row));
    const keys = (home.state.log?.key ?? '').trim().split('\n');
    const client = home.client(home.token);
    const wait = async (event: string, pendingUntil: number, showAt: number) => {
      let asked = 0;
      let waited = 0;
      home.sent.length = 0;
      home.bend = (path, answer) => {
        if (!path.endsWith('/certificates')) return answer;
        asked += 1;
        const { certificates } = answer as { certificates: { id: string }[] };
        const shown = certificates.filter(({ id }) => asked >= showAt || id !== certificate.id);
        return { certificates: shown, pending: asked <= pendingUntil ? 1 : 0 };
      };
      const patience = { asks: 3, asksWhilePending: 10, everyMs: 1, waiting: () => (waited += 1) };
      const id = await awaitErasure(client, home.vault.vault, event, keys, patience).then(
        (erased) => erased.certificate.id,
        (error: { code: string }) => error.code,
      );
      const read = home.sent.filter(({ call }) => call.includes('/certificates/crt_')).map(({ call }) => call);
      return { id, asked, waited, twice: read.length - new Set(read).size };
    };
    const ordered = home.state.ownerHead;
    expect(await wait(ordered, 6, 7)).toEqual({ id: certificate.id, asked: 7, waited: 6, twice: 0 });
    expect(await wait(ordered, 99, 99)).toEqual({ id: 'erasure_unfinished', asked: 10, waited: 9, twice: 0 });
    expect(await wait(ordered, 0, 99)).toEqual({ id: 'erasure_unfinished', asked: 3, waited: 2, twice: 0 });
    expect(await wait('0'.repeat(64), 0, 0)).toMatchObject({ id: 'erasure_unfinished', twice: 0 });
  });

  it('that was never ordered fails as it failed', async () => {
    await expect(home.owner().erase({ scope: 'collection', collection: `col_${'0'.repeat(32)}` })).rejects.toMatchObject({
      code: 'collection_unknown',
    });
    expect((await home.app.show(row)).text).toBe('Lives in Porto');
  });

  it('is not believed where the certificate is about something else, altered, of another log, or not in it', async () => {
    const other = await Home.make(site);
    const theirs = (await other.owner().erase(rows(await say('Plays chess', other)))).certificate;
    const earlier = (await home.owner().erase(rows(await say('Eats late')))).certificate;
    const bent = (certificate: Partial<Certificate>) => (reply: CertificateReply) => ({
      ...reply,
      certificate: { ...reply.certificate, ...certificate },
    });
    const lies: ((reply: CertificateReply) => CertificateReply)[] = [
      () => theirs,
      () => earlier,
      bent({ proof: earlier.certificate.proof }),
      (reply) => bent({ proof: reply.certificate.proof.replace(/^index \d+$/m, 'index 0') })(reply),
      (reply) => {
        const { envelope } = reply.certificate;
        const payload = Buffer.from(fromUtf8(fromBase64(envelope.payload)).replace('"rows":1', '"rows":2')).toString('base64');
        return bent({ envelope: { ...envelope, payload } })(reply);
      },
    ];
    for (const lie of lies) {
      home.bend = certifying(lie);
      const id = await say(`Said before the lie ${lies.indexOf(lie)}`);
      await expect(home.owner().erase(rows(id))).rejects.toMatchObject({ code: 'service_lied' });
    }
  });

  it('takes the root, and nobody else’s word', async () => {
    const foreign = await Home.make(site);
    await expect(foreign.owner().erase(rows(row))).rejects.toMatchObject({ code: 'memory_unknown' });
    expect((await home.app.show(row)).text).toBe('Lives in Porto');
  });

  it('of everything ends every token, and the owner knows it', async () => {
    const { certificate, rows: count } = await home.owner().erase({ scope: 'vault' });
    expect([certificate.kind, count]).toEqual(['erasure', 1]);
    await expect(home.app.list({})).rejects.toMatchObject({ code: 'vault_erased' });
    await expect(home.owner().refresh()).rejects.toMatchObject({ code: 'vault_erased' });
  });
});
