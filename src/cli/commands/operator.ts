import type { Cli } from '../cli.ts';
import { applyCommand, requestCommand } from '../operator/elsewhere.ts';
import { rootCommand } from '../operator/root.ts';
import { rotateKeysCommand } from '../operator/rotate.ts';
import { signCommand } from '../operator/sign.ts';
import { statusCommand } from '../operator/status.ts';
import { bare } from '../verb.ts';

export function operatorCommand(cli: Cli) {
  return bare('operator')
    .description('The root that signs which keys the service uses, and changes of them.')
    .addCommand(statusCommand(cli), { isDefault: true })
    .addCommand(rootCommand(cli))
    .addCommand(signCommand(cli))
    .addCommand(rotateKeysCommand(cli))
    .addCommand(requestCommand(cli))
    .addCommand(applyCommand(cli));
}
