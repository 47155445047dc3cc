import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { readClientSettings, readServiceSettings } from '../../src/config/settings.ts';

describe('settings', () => {
  it('have defaults, also for a variable that is set to nothing', () => {
    const empty = { MEMSYNC_PORT: '', MEMSYNC_URL: '', MEMSYNC_TOKEN: '', MEMSYNC_PASSPHRASE: '', MEMSYNC_HOME: '/h' };
    expect(readServiceSettings(empty)).toMatchObject({
      host: '127.0.0.1',
      port: 8787,
      logOrigin: null,
      logMirror: null,
      jobs: true,
      openVaults: 'loopback',
      embeddings: null,
      witnesses: null,
    });
    expect(readClientSettings(empty)).toEqual({
      home: '/h',
      url: 'http://127.0.0.1:8787',
      token: null,
      passphrase: null,
      devicePassphrase: null,
      exportPassphrase: null,
    });
  });

  it('drop the slash at the end of an address, and keep a path', () => {
    expect(readClientSettings({ MEMSYNC_URL: 'https://memory.example/at/' }).url).toBe('https://memory.example/at');
  });

  it('keep the log’s mirror apart from data and keys', () => {
    const mirrorOf = (mirror: string) =>
      readServiceSettings({ MEMSYNC_DATA: '/srv/m/data', MEMSYNC_KEYS: '/srv/m/keys', MEMSYNC_LOG_MIRROR: mirror }).logMirror;
    expect(mirrorOf('/srv/m/data-mirror')).toBe('/srv/m/data-mirror');
    for (const inside of ['/srv/m', '/srv/m/data', '/srv/m/data/log', '/srv/m/keys/', '/srv/m/x/../keys/log', '/'])
      expect(() => mirrorOf(inside)).toThrow(/MEMSYNC_LOG_MIRROR: must lie apart/);
  });

  it.each([
    ['MEMSYNC_PORT', '-1'],
    ['MEMSYNC_PORT', '65536'],
    ['MEMSYNC_PORT', 'http'],
    ['MEMSYNC_JOBS', 'perhaps'],
    ['MEMSYNC_LOG_LEVEL', 'loud'],
    ['MEMSYNC_OPEN_VAULTS', 'always'],
    ['MEMSYNC_LOG_ORIGIN', 'two words'],
    ['MEMSYNC_RATE_PER_MINUTE', '0'],
  ])('name what is wrong: %s=%s', (name, value) => {
    expect(() => readServiceSettings({ [name]: value })).toThrow(
      expect.objectContaining({ code: 'config_invalid', message: expect.stringContaining(name) }),
    );
  });

  it.each([
    ['https://vectors.example', 'https://vectors.example/v1/embeddings'],
    ['https://vectors.example/v1/', 'https://vectors.example/v1/embeddings'],
    ['https://vectors.example/openai', 'https://vectors.example/openai/embeddings'],
    ['https://vectors.example/a/embeddings?api-version=2', 'https://vectors.example/a/embeddings?api-version=2'],
    ['http://127.0.0.1:9090', 'http://127.0.0.1:9090/v1/embeddings'],
    ['http://localhost:9090/v1', 'http://localhost:9090/v1/embeddings'],
    ['http://[::1]:9090', 'http://[::1]:9090/v1/embeddings'],
  ])('have texts sent for vectors from %s to %s', (given, url) => {
    const embeddings = { MEMSYNC_EMBEDDINGS_URL: given, MEMSYNC_EMBEDDINGS_MODEL: 'small', MEMSYNC_EMBEDDINGS_KEY: 'sk-secret' };
    const settings = readServiceSettings(embeddings);
    expect(settings.embeddings).toMatchObject({ url, model: 'small', dimensions: null, timeoutMs: 400 });
    expect(Buffer.from(settings.embeddings?.key?.reveal() ?? []).toString()).toBe('sk-secret');
    expect(inspect(settings, { depth: 9 }) + JSON.stringify(settings)).not.toContain('secret');
  });

  it.each([
    [{ MEMSYNC_EMBEDDINGS_URL: 'https://vectors.example' }, 'MEMSYNC_EMBEDDINGS_MODEL: must name the model'],
    [{ MEMSYNC_EMBEDDINGS_URL: 'http://vectors.example', MEMSYNC_EMBEDDINGS_MODEL: 'm' }, 'MEMSYNC_EMBEDDINGS_URL: must be https'],
    [{ MEMSYNC_EMBEDDINGS_URL: 'http://127.0.0.1.example', MEMSYNC_EMBEDDINGS_MODEL: 'm' }, 'MEMSYNC_EMBEDDINGS_URL: must be https'],
    [{ MEMSYNC_EMBEDDINGS_URL: 'file:///etc', MEMSYNC_EMBEDDINGS_MODEL: 'm' }, 'MEMSYNC_EMBEDDINGS_URL: must be an http or https'],
    [{ MEMSYNC_EMBEDDINGS_URL: 'vectors', MEMSYNC_EMBEDDINGS_MODEL: 'm' }, 'MEMSYNC_EMBEDDINGS_URL: must be an http or https'],
    [{ MEMSYNC_EMBEDDINGS_URL: 'https://a:sk-secret@v.example', MEMSYNC_EMBEDDINGS_MODEL: 'm' }, 'MEMSYNC_EMBEDDINGS_URL: a secret goes'],
    [{ MEMSYNC_EMBEDDINGS_KEY: 'sk-secret and more' }, 'MEMSYNC_EMBEDDINGS_KEY: must be printable'],
    [{ MEMSYNC_EMBEDDINGS_DIMENSIONS: '5000' }, 'MEMSYNC_EMBEDDINGS_DIMENSIONS'],
  ])('refuse %j in one line, without what is secret', (environment, says) => {
    const refusal: unknown = expect.objectContaining({ code: 'config_invalid', message: expect.stringMatching(/^[^\n]+$/) });
    expect(() => readServiceSettings(environment)).toThrow(refusal);
    expect(() => readServiceSettings(environment)).toThrow(says);
    expect(() => readServiceSettings(environment)).not.toThrow('sk-secret');
  });

  it('take no address that is not HTTP', () => {
    expect(() => readClientSettings({ MEMSYNC_URL: 'file:///etc/passwd' })).toThrow(expect.objectContaining({ code: 'config_invalid' }));
  });
});
