import { publishLog } from '../../src/app/mirror/publish-log.ts';
import { readServiceSettings } from '../../src/config/settings.ts';
import { openServices } from '../../src/main.ts';

// Publishes the log to its mirror, again and again, until the process is killed; says so once it has done it for the first time.
const { services } = await openServices(readServiceSettings());
for (let first = true; ; first = false) {
  await publishLog(services);
  if (first) process.stdout.write('publishing\n');
}
