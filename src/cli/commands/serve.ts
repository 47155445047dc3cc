import type { RunningService } from '../../main.ts';
import type { Cli } from '../cli.ts';
import { verb } from '../verb.ts';

export function serveCommand(cli: Cli) {
  return verb('serve', 'Serve, until told to stop (SIGINT, SIGTERM).', [
    'memsync serve',
    'MEMSYNC_PORT=9000 MEMSYNC_DATA=/srv/memsync/data MEMSYNC_KEYS=/srv/memsync/keys memsync serve',
  ])
    .addHelpText('after', SETTINGS)
    .action(async (options) => {
      const { serve } = await import('../../main.ts');
      const settings = cli.service();
      const { dataFolder, keyFolder } = settings;
      const started = ({ url }: RunningService): void => cli.answer(options, { url, dataFolder, keyFolder }, () => '');
      cli.exitCode = await serve(settings, options.json === true ? started : undefined);
    });
}

const SETTINGS = `
Settings, from the environment:
  MEMSYNC_HOST             address to listen on (127.0.0.1)
  MEMSYNC_PORT             port (8787; 0 takes a free one)
  MEMSYNC_DATA             folder of the database (./data)
  MEMSYNC_KEYS             folder of the service’s own signing keys (./keys)
  MEMSYNC_LOG_ORIGIN       the log’s name (made from its key)
  MEMSYNC_LOG_MIRROR       folder that gets the log as files (none)
  MEMSYNC_WITNESS_POLICY   a file with who is to cosign the log (nobody)
  MEMSYNC_CLAIM_TRUST      a file with whom and what is trusted when evidence is
                           judged (nobody, nothing)
  MEMSYNC_IDLE_SECONDS     how long an unused vault keeps its keys (900)
  MEMSYNC_MEMORY_BUDGET    MiB of memory for open vaults, over all of them (1024)
  MEMSYNC_RATE_PER_MINUTE  requests a grant may make in a minute (60000)
  MEMSYNC_OPEN_VAULTS      who may make vaults: loopback, or never, as behind a
                           proxy on this machine (loopback)
  MEMSYNC_LOG_LEVEL        silent, error, warn, info, debug (info)
  MEMSYNC_JOBS             on, off (on)`;
