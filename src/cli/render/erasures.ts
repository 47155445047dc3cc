import { requireInstant } from '../../core/instant.ts';
import type { Erased } from '../../sdk/erasure.ts';
import type { Cli } from '../cli.ts';
import { writeOutput } from '../input.ts';
import { jsonText } from '../plain.ts';
import { ownerClient } from '../session.ts';
import { count, fromNow } from '../words.ts';
import { table } from './table.ts';

/** Writes each certificate to a file: the first to that one, others beside it (`erased.2.json`). Returns their names. */
export function keepCertificates(path: string, erased: readonly Pick<Erased, 'certificate'>[]): string[] {
  return erased.map(({ certificate }, i) => {
    const name = i === 0 ? path : path.replace(/(\.[^./\\]*)?$/, (ending) => `.${i + 1}${ending}`);
    writeOutput(name, `${jsonText(certificate.certificate)}\n`);
    return name;
  });
}

/** What has been erased and certified, the newest first, and whether anything is still under way; writes the newest certificate where asked to. */
export async function erasureStatus(
  cli: Cli,
  options: { readonly certificate?: string | undefined; readonly json?: true | undefined },
): Promise<void> {
  const { home, client } = ownerClient(cli);
  const { vault } = home.state();
  const { certificates, pending } = await client.certificates(vault);
  const erasures = certificates.filter(({ kind }) => kind === 'erasure');
  const [newest] = erasures;
  if (options.certificate !== undefined && newest !== undefined)
    keepCertificates(options.certificate, [{ certificate: await client.certificate(vault, newest.id) }]);
  cli.answer(options, { pending, erasures }, () => {
    const now = cli.clock.now();
    const lines = erasures.map(({ id, at }) => [id, fromNow(requireInstant(at), now)]);
    const waiting = pending === 0 ? '' : `${count(pending, 'erasure')} ordered and served no more; the last traces are being taken away.\n`;
    return `${waiting}${lines.length === 0 ? 'Nothing has been erased.' : table([['CERTIFICATE', 'GONE'], ...lines])}`;
  });
}
