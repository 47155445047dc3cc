import { afterAll, expect, it } from 'vitest';
import { Terminal } from './terminal.ts';

const terminal = new Terminal();
afterAll(() => terminal.close());

it('has help with examples for every verb, in 80 columns', async () => {
  const { stdout } = await terminal.run(['--help']);
  const verbs = [
    'init',
    'serve',
    'demo',
    'collection add',
    'collection list',
    'grant',
    'revoke',
    'grants list',
    'grants show',
    'rotate',
    'remember',
    'retrieve',
    'receipt',
    'list',
    'show',
    'due',
    'confirm',
    'retract',
    'policy show',
    'export',
    'import',
    'receipts list',
    'receipts show',
    'receipts bundle',
    'evidence add',
    'claims',
    'models',
    'disclose',
    'replay',
    'diff',
    'verify',
    'case list',
    'case open',
    'case show',
    'case gate',
    'case decide',
    'case handover',
    'case bundle',
    'reviewer init',
    'reviewer show',
    'desk list',
    'desk make',
    'desk show',
    'desk add',
    'desk remove',
    'jobs list',
    'jobs run',
    'backup',
    'restore',
    'operator status',
    'operator root',
    'operator sign',
    'operator rotate',
    'operator request',
    'operator apply',
    'doctor',
    'audit',
  ];
  // No line of what stands above the options was broken anew.
  const about = stdout.slice(0, stdout.indexOf('Options:')).split('\n');
  expect(about.filter((line, i) => /\S/.test(line) && line.length < 40 && /\S/.test(about[i + 1] ?? ''))).toEqual([]);
  for (const verb of verbs) {
    expect(stdout).toMatch(new RegExp(`^  ${verb.split(' ')[0]} `, 'm'));
    const help = await terminal.run([...verb.split(' '), '--help']);
    expect(help).toMatchObject({ code: 0, stderr: '' });
    expect(help.stdout).toMatch(/--json [\s\S]*Examples:\n {2}.*memsync /);
    const long = `${stdout}${help.stdout}`.split('\n').filter((line) => line.length > 80 && !/^ {2}\S/.test(line));
    expect(long).toEqual([]);
  }
  expect((await terminal.run(['help', 'exit-codes'])).stdout).toMatch(
    / 0 {2}it was done[\s\S]* 7 {2}what is stored[\s\S]* 8 {2}the gate is shut/,
  );
  expect((await terminal.run(['--version'])).stdout).toMatch(/^memsync \d+\.\d+\.\d+\n$/);
  expect(await terminal.run([])).toMatchObject({ code: 2, stdout: '' });
});
