import { armor, Decrypter } from 'age-encryption';
import { expect, it } from 'vitest';
import { hex, utf8 } from '../../src/core/bytes.ts';
import { Redacted } from '../../src/core/redacted.ts';
import { sealText } from '../../src/crypto/age-text.ts';
import { type DeviceSecrets, encodeDeviceFile, openDeviceFile } from '../../src/crypto/device-file.ts';
import { sha256 } from '../../src/crypto/sha256.ts';
import { encodeToken } from '../../src/crypto/token.ts';

const CHEAP = 2;
const passphrase = (words: string): Redacted => new Redacted(utf8(words));
const SECRETS: DeviceSecrets = {
  vault: 'ab'.repeat(32),
  token: { grantId: `grt_${'01'.repeat(16)}`, secret: new Redacted(new Uint8Array(32).fill(7)) },
  seed: new Redacted(new Uint8Array(32).fill(9)),
};
const SEED = `${'09'.repeat(32)}${hex(sha256(SECRETS.seed.reveal()).subarray(0, 4))}`;
const LINES = [`# vault ${SECRETS.vault}`, encodeToken(SECRETS.token), `msdevice_${SEED}`];

it('is an age file that opens with its passphrase to what was put in, as four lines', async () => {
  const file = await encodeDeviceFile(SECRETS, passphrase('p'), CHEAP);
  const opened = await openDeviceFile(file, passphrase('p'));
  expect(opened.vault).toBe(SECRETS.vault);
  expect(encodeToken(opened.token)).toBe(LINES[1]);
  expect(opened.seed.reveal()).toEqual(SECRETS.seed.reveal());
  const decrypter = new Decrypter();
  decrypter.addPassphrase('p');
  const [about, ...lines] = (await decrypter.decrypt(armor.decode(file), 'text')).split('\n');
  expect(about).toMatch(/^# /);
  expect(lines).toEqual([...LINES, '']);
  await expect(openDeviceFile(file, passphrase('q'))).rejects.toMatchObject({ code: 'passphrase_wrong' });
  await expect(openDeviceFile('x', passphrase('p'))).rejects.toMatchObject({ code: 'passphrase_wrong' });
});

it('that lacks a line, or has one that is not whole, holds no key', async () => {
  const [vault = '', token = '', seed = ''] = LINES;
  for (const lines of [
    [],
    [token, seed],
    [vault, seed],
    [vault, token],
    [vault, token.slice(0, -1), seed],
    [vault, `${token.slice(0, -1)}${token.endsWith('0') ? '1' : '0'}`, seed],
    [vault, token, seed.replace('09', '08')],
    [vault, token, `msroot_${SEED}`],
  ]) {
    const file = await sealText(lines.map((line) => `${line}\n`).join(''), passphrase('p'), CHEAP);
    await expect(openDeviceFile(file, passphrase('p')), lines.join('|')).rejects.toMatchObject({ code: 'encoding_invalid' });
  }
  const whole = await sealText(LINES.join('\n'), passphrase('p'), CHEAP);
  await expect(openDeviceFile(whole, passphrase('p'))).resolves.toMatchObject({ vault: SECRETS.vault });
});
