import { armor, Decrypter } from 'age-encryption';
import { expect, it } from 'vitest';
import { hex, utf8 } from '../../src/core/bytes.ts';
import { Redacted } from '../../src/core/redacted.ts';
import { sealText } from '../../src/crypto/age-text.ts';
import { encodeReviewerFile, openReviewerFile } from '../../src/crypto/reviewer-file.ts';
import { sha256 } from '../../src/crypto/sha256.ts';

const CHEAP = 2;
const passphrase = (words: string): Redacted => new Redacted(utf8(words));
const SEED = new Redacted(new Uint8Array(32).fill(9));
const LINE = `msreviewer_${'09'.repeat(32)}${hex(sha256(SEED.reveal()).subarray(0, 4))}`;

it('is an age file that opens with its passphrase to the seed, as two lines', async () => {
  const file = await encodeReviewerFile(SEED, passphrase('p'), CHEAP);
  expect((await openReviewerFile(file, passphrase('p'))).reveal()).toEqual(SEED.reveal());
  const decrypter = new Decrypter();
  decrypter.addPassphrase('p');
  const [about, ...lines] = (await decrypter.decrypt(armor.decode(file), 'text')).split('\n');
  expect(about).toMatch(/^# /);
  expect(lines).toEqual([LINE, '']);
  await expect(openReviewerFile(file, passphrase('q'))).rejects.toMatchObject({ code: 'passphrase_wrong' });
  await expect(openReviewerFile('x', passphrase('p'))).rejects.toMatchObject({ code: 'passphrase_wrong' });
});

it('that is not whole, or of something else, holds no key', async () => {
  for (const line of ['', LINE.slice(0, -1), LINE.replace('09', '08'), LINE.replace('msreviewer', 'msdevice'), `x${LINE}`]) {
    const file = await sealText(`${line}\n`, passphrase('p'), CHEAP);
    await expect(openReviewerFile(file, passphrase('p')), line).rejects.toMatchObject({ code: 'encoding_invalid' });
  }
});
