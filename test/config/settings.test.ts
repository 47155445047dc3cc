import { describe, expect, it } from 'vitest';
import { readClientSettings, readServiceSettings } from '../../src/config/settings.ts';

describe('settings', () => {
  it('have defaults, also for a variable that is set to nothing', () => {
    const empty = { MEMSYNC_PORT: '', MEMSYNC_URL: '', MEMSYNC_TOKEN: '', MEMSYNC_PASSPHRASE: '', MEMSYNC_HOME: '/h' };
    expect(readServiceSettings(empty)).toMatchObject({
      host: '127.0.0.1',
      port: 8787,
      logOrigin: null,
      jobs: true,
      openVaults: 'loopback',
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

  it('take no address that is not HTTP', () => {
    expect(() => readClientSettings({ MEMSYNC_URL: 'file:///etc/passwd' })).toThrow(expect.objectContaining({ code: 'config_invalid' }));
  });
});
