import { VaultId } from '../../../schemas/primitives.ts';
import { hex } from '../../core/bytes.ts';
import { type Instant, parseInstant } from '../../core/instant.ts';
import { sha256 } from '../../crypto/sha256.ts';
import type { InHand, Trust } from '../index.ts';
import { addField, type Field } from './field.ts';

/** All that a check goes by. */
export interface Asked {
  readonly text: string;
  readonly trust: Trust;
  readonly at: Instant;
  readonly inHand: InHand;
}

/** The form's fields, built into the page. */
export interface Form {
  /** What is to be checked, or null after it has been said what is missing or wrong. `now` stands where no instant is given. */
  asked(now: Instant): Asked | null;
  /** Puts a file into the first field that it can be meant for. */
  takeDocument(file: File): Promise<void>;
}

export function buildForm(changed: () => void): Form {
  const receipt = addField(
    'document-fields',
    {
      id: 'document',
      label: 'A receipt’s bundle, a disclosure, or a certificate',
      hint: 'Drop the file anywhere on this page, choose it, or paste its text.',
      lines: 5,
      placeholder: '{ "envelope": …',
    },
    changed,
  );
  const keys = addField(
    'trust-fields',
    {
      id: 'keys',
      label: 'The service’s keys',
      hint: 'The text that the service gives at /log/key: a line for the log, then one or more for receipts.',
      lines: 4,
      placeholder: 'example.org/log+1a2b3c4d+A…',
    },
    changed,
  );
  const more = (id: string, label: string, hint: string, lines: number, placeholder = ''): Field =>
    addField('more-fields', { id, label, hint, lines, placeholder }, changed);
  const output = more(
    'output',
    'The answer that you have in hand',
    'To compare with the one that the receipt is about. A file is compared byte for byte.',
    4,
  );
  const disclosure = more('disclosure', 'A disclosure beside it', 'Rows of the same receipt that somebody opened for you.', 3);
  const vault = more('vault', 'The vault', 'Its id, if you know whose memory this should be about.', 1, '64 hexadecimal digits');
  const instant = more('at', 'As of', 'The instant as of which to judge, with its zone. Left empty, it is now.', 1, '2026-11-21T12:00:00Z');
  const root = more(
    'root',
    'The operator’s root',
    'Its verifier key, in place of the service’s keys or besides.',
    1,
    'example.org/root+1a2b3c4d+A…',
  );
  const history = more('history', 'The history of keys', 'With a root: the text that the service gives at /log/keys.', 3);
  const witnesses = more('witnesses', 'A witness policy', 'Who has to have cosigned the log (C2SP tlog-policy).', 3);

  const asked = (now: Instant): Asked | null => {
    const text = receipt.given()?.text;
    if (text === undefined) return refuse(receipt, 'There is nothing to check yet.');
    const rootLine = root.given()?.text.trim();
    const verifierKeys = keys
      .given()
      ?.text.split(/\s+/)
      .filter((line) => line !== '');
    if (verifierKeys === undefined && rootLine === undefined) return refuse(keys, 'Without keys that you trust nothing can be checked.');
    const keyHistory = history.given()?.text;
    if (rootLine !== undefined && keyHistory === undefined)
      return refuse(history, 'A root is of use with the history of keys that it has signed.');
    if (rootLine === undefined && keyHistory !== undefined)
      return refuse(root, 'A history of keys is believed by the root that signed it.');
    const vaultId = vault.given()?.text.trim();
    if (vaultId !== undefined && !VaultId.safeParse(vaultId).success)
      return refuse(vault, 'A vault id is 64 lower-case hexadecimal digits.');
    const when = instant.given()?.text.trim();
    const at = when === undefined ? now : parseInstant(when);
    if (at === null) return refuse(instant, 'That is no instant. Write it like 2026-11-21T12:00:00Z.');
    const trust = { verifierKeys, root: rootLine, keyHistory, witnesses: witnesses.given()?.text, vault: vaultId };
    return { text, trust, at, inHand: { ...outputIn(output), ...disclosuresIn(disclosure) } };
  };
  return { asked, takeDocument: (file) => receipt.take(file) };
}

function refuse(field: Field, problem: string): null {
  field.complain(problem);
  return null;
}

/** A file's digest is of its bytes, whatever they are; what was pasted is text. */
function outputIn(field: Field): InHand {
  const given = field.given();
  if (given === null) return {};
  return given.bytes === null ? { outputText: given.text } : { outputSha256: hex(sha256(given.bytes)) };
}

function disclosuresIn(field: Field): InHand {
  const given = field.given();
  return given === null ? {} : { disclosures: [given.text] };
}
