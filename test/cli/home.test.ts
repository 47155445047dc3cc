import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NewHome, OwnerHome } from '../../src/cli/home.ts';
import { systemRandom } from '../../src/core/random.ts';
import { Redacted } from '../../src/core/redacted.ts';
import { deriveOwnerKeys } from '../../src/crypto/root.ts';
import { makeVault } from '../../src/sdk/genesis.ts';

let folder: string;
const { state, deviceToken: token } = makeVault(deriveOwnerKeys(new Redacted(systemRandom.bytes(32))), 1_700_000_000_000, systemRandom);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'memsync-home-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function made(path: string): OwnerHome {
  const home = new NewHome(path);
  home.stage({ root: 'root', token, state });
  return home.commit();
}

describe('an owner’s folder', () => {
  it('is put in place at once', () => {
    const path = join(folder, 'a', 'b');
    const home = new NewHome(path);
    home.stage({ root: 'root', token, state });
    expect(OwnerHome.isTaken(path)).toBe(false);
    const kept = home.commit();
    expect(readdirSync(path).toSorted()).toEqual(['device.token', 'root.age', 'vault.json']);
    expect(statSync(join(folder, 'a')).mode & 0o777).toBe(0o700);
    expect([kept.root(), kept.token(), kept.state()]).toEqual(['root', token, state]);
    expect(() => new NewHome(path)).toThrow(expect.objectContaining({ code: 'home_exists' }));
  });

  it('is gone without a trace when it is discarded, but for a folder that was there', () => {
    const fresh = new NewHome(join(folder, 'a', 'b'));
    fresh.stage({ root: 'root', token, state });
    fresh.discard();
    expect(readdirSync(folder)).toEqual([]);
    mkdirSync(join(folder, 'there'));
    writeFileSync(join(folder, 'there', 'note'), '');
    const beside = new NewHome(join(folder, 'there'));
    beside.stage({ root: 'root', token, state });
    beside.discard();
    expect(readdirSync(join(folder, 'there'))).toEqual(['note']);
  });

  it('goes on where an earlier making was cut short, and never over a root', () => {
    const path = join(folder, 'home');
    new NewHome(path).stage({ root: 'lost', token, state });
    expect(made(path).root()).toBe('root');
    rmSync(join(path, 'vault.json'));
    expect(() => new NewHome(path)).toThrow(expect.objectContaining({ code: 'home_exists' }));
    expect(() => OwnerHome.open(path)).toThrow(expect.objectContaining({ code: 'home_missing' }));
  });

  it('never forgets a head that it has seen', () => {
    const home = made(join(folder, 'home'));
    const further = { ...state, head: { seq: 9, hash: 'a'.repeat(64) } };
    home.save(further);
    home.save({ ...state, head: { seq: 5, hash: 'b'.repeat(64) } });
    expect(home.state()).toEqual(further);
  });

  it('says what others can get at, and what does not read', () => {
    const path = join(folder, 'home');
    const home = made(path);
    expect(home.unsafe()).toEqual([]);
    chmodSync(path, 0o750);
    chmodSync(join(path, 'device.token'), 0o604);
    expect(home.unsafe()).toEqual([path, join(path, 'device.token')]);
    writeFileSync(join(path, 'vault.json'), '{}');
    expect(() => home.state()).toThrow(expect.objectContaining({ code: 'encoding_invalid' }));
    rmSync(join(path, 'root.age'));
    expect(() => home.root()).toThrow(expect.objectContaining({ code: 'home_missing' }));
    writeFileSync(join(folder, 'file'), '');
    expect(() => new NewHome(join(folder, 'file', 'home'))).toThrow(expect.objectContaining({ code: 'config_invalid' }));
    expect(existsSync(join(folder, 'file', 'home'))).toBe(false);
  });
});
