import { EndLine, ExportLine, type LineOf, ReadmeLine, type VersionLine } from '../../../schemas/export-line.ts';
import type { OwnerBoxesReply } from '../../../schemas/owner-event.ts';
import { equalBytes, fromBase64, fromHex } from '../../core/bytes.ts';
import { isMemSyncError, MemSyncError } from '../../core/errors.ts';
import { canonicalJson } from '../../crypto/canonical.ts';
import { openRow } from '../../crypto/row-seal.ts';
import type { Keyring } from '../keyring.ts';
import type { OwnerState } from '../owner-state.ts';
import type { BeforeLast } from './before-last.ts';
import { damaged, LedgerCheck } from './ledger-check.ts';
import { type Line, lineError } from './line.ts';
import { nameOf, ORDER } from './line-order.ts';
import { requireOwnBundle } from './own-bundle.ts';

/** Opens the collection keys with the boxes of an export, or null where nobody has a key at hand. */
export type OpenKeys = (state: OwnerState, boxes: OwnerBoxesReply) => Promise<Keyring | null>;

/** What an export has been found to hold. */
export interface CheckedExport {
  readonly about: ReadmeLine;
  readonly ledger: LedgerCheck;
  readonly counts: EndLine['counts'];
  readonly damaged: number;
}

/**
 * Checks an export line by line while it is read: its form and order, that nothing is missing or there twice, the ledger's links and the owner's
 * signatures, and, with keys, that each row's clear text is what is sealed. That the rows are those of the ledger, the service checks.
 */
export class ExportCheck {
  readonly #openKeys: OpenKeys;
  readonly #before: BeforeLast;
  readonly #counts: Record<string, number> = {};
  readonly #boxes: OwnerBoxesReply['boxes'] = [];
  #about: ReadmeLine | null = null;
  #ledger: LedgerCheck | null = null;
  #keys: Keyring | null = null;
  #end: EndLine | null = null;
  #last: { readonly order: number; readonly name: string } = { order: 0, name: '' };
  #receipt = '';
  /** The last addendum of that receipt, how many bytes of its sealed artefact have come, and of how many. */
  #addendum = { number: 0, bytes: 0, of: 0 };
  #damaged = 0;

  constructor(before: BeforeLast, openKeys: OpenKeys = async () => null) {
    this.#before = before;
    this.#openKeys = openKeys;
  }

  /** The first line, once it has come. @throws {MemSyncError} `transfer_damaged` */
  get about(): ReadmeLine {
    if (this.#about === null) throw new MemSyncError('transfer_damaged', 'The file is empty.');
    return this.#about;
  }

  /**
   * The lines between the first and the last, each checked; whoever acts on them has to undo it when this throws, as only the end tells whether
   * all of them are there.
   * @throws {MemSyncError} `line_invalid`, `transfer_damaged`, naming the line; what `lines` and the keys throw
   */
  async *read(lines: AsyncIterable<Line>): AsyncGenerator<ExportLine> {
    try {
      for await (const line of lines) {
        if ('error' in line) throw line.error;
        const known = await this.#meet(line.line, line.value);
        if (known !== null) yield known;
      }
    } finally {
      this.#keys?.wipe();
    }
    this.finish();
  }

  /** What was found. @throws {MemSyncError} `transfer_damaged` when the file is cut short, or was changed */
  finish(): CheckedExport {
    const { about } = this;
    if (this.#end === null) throw new MemSyncError('transfer_damaged', 'The file is cut short: its last line is missing.');
    return { about, ledger: this.#ledger ?? new LedgerCheck(about.vault), counts: this.#end.counts, damaged: this.#damaged };
  }

  async #meet(number: number, value: unknown): Promise<ExportLine | null> {
    try {
      if (this.#about === null) {
        this.#begin(number, value);
        return null;
      }
      if (this.#end !== null) throw damaged('comes after the end');
      if (isEnd(value)) {
        this.#close(number, value);
        return null;
      }
      const line = ExportLine.safeParse(value);
      if (!line.success) throw lineError(number, `is none of an export (${line.error.issues[0]?.path.join('/') ?? ''}).`);
      await this.#check(line.data);
      return line.data;
    } catch (error) {
      if (!isMemSyncError(error, 'transfer_damaged')) throw error;
      throw new MemSyncError('transfer_damaged', `Line ${number} ${error.message}.`, { context: { line: number }, cause: error });
    }
  }

  #begin(number: number, value: unknown): void {
    const readme = ReadmeLine.safeParse(value);
    if (!readme.success) throw lineError(number, 'is not the beginning of an export of MemSync.');
    this.#about = readme.data;
    this.#ledger = new LedgerCheck(readme.data.vault);
    this.#count('readme');
  }

  #close(number: number, value: unknown): void {
    this.#requireArtefact();
    const end = EndLine.safeParse(value);
    if (!end.success) throw lineError(number, 'is no end of an export.');
    const names = new Set([...Object.keys(end.data.counts), ...Object.keys(this.#counts)]);
    for (const name of names) {
      const [there, said] = [this.#counts[name] ?? 0, end.data.counts[name] ?? 0];
      if (there !== said) throw damaged(`says that there are ${said} lines of “${name}”, and there are ${there}`);
    }
    if (end.data.sha256 !== this.#before.digest()) throw damaged('has another digest than the lines before it');
    this.#requireLedger();
    this.#end = end.data;
  }

  async #check(line: ExportLine): Promise<void> {
    if (line.type !== 'evidence') this.#requireArtefact();
    const order = ORDER[line.type];
    if (order > 5 && this.#last.order <= 5) this.#requireLedger();
    if (order > 6 && this.#last.order <= 6) await this.#unlock();
    const name = nameOf(line);
    if (order < this.#last.order || (order === this.#last.order && name !== null && name <= this.#last.name))
      throw damaged('is out of its order, or there twice');
    // A receipt's rows follow on it.
    this.#last = { order, name: name ?? this.#last.name };
    this.#count(line.type);
    switch (line.type) {
      case 'genesis':
      case 'event':
        this.#ledger?.add(line);
        return;
      case 'box':
        if (line.grant === null) this.#boxes.push({ collection: line.collection, epoch: line.epoch, box: line.box });
        return;
      case 'version':
        this.#version(line);
        return;
      case 'receipt':
        this.#receipt = line.id;
        this.#addendum = { number: 0, bytes: 0, of: 0 };
        if (line.bundle !== null && line.bundle.proof !== line.proof) throw damaged('has a bundle with another proof');
        return;
      case 'receipt_row':
        if (line.receipt !== this.#receipt) throw damaged('belongs to another receipt than the one before it');
        return;
      case 'addendum':
      case 'evidence':
        this.#evidence(line);
        return;
      default:
        return;
    }
  }

  /** @throws {MemSyncError} `transfer_damaged` unless the last artefact has come whole */
  #requireArtefact(): void {
    if (this.#addendum.bytes !== this.#addendum.of) throw damaged('comes after an artefact of which a part is missing');
  }

  /** @throws {MemSyncError} `transfer_damaged` unless what came after a receipt is all there, in the order in which it came */
  #evidence(line: LineOf<'addendum' | 'evidence'>): void {
    const { number, bytes, of } = this.#addendum;
    if (line.receipt !== this.#receipt) throw damaged('belongs to another receipt than the one before it');
    if (line.type === 'evidence') {
      if (line.number !== number || line.from !== bytes) throw damaged('holds a part of another artefact than the one before it');
      this.#addendum = { number, bytes: bytes + fromBase64(line.sealed).length, of };
      return;
    }
    if (line.number !== number + 1) throw damaged(`has addendum ${line.number} of a receipt where ${number + 1} was to come`);
    this.#addendum = { number: line.number, bytes: fromBase64(line.evidence).length, of: line.evidenceBytes };
    if (line.bundle !== null) requireOwnBundle(line, line.bundle);
  }

  /** @throws {MemSyncError} `transfer_damaged` unless the ledger has come to the head that the first line names; of one collection there is none */
  #requireLedger(): void {
    const { head, collection } = this.about;
    const length = this.#ledger?.length ?? 0;
    if (collection !== null && length === 0) return;
    const last = this.#ledger?.hashAt(head.seq) ?? null;
    if (length !== head.seq + 1 || last === null || !equalBytes(last, fromHex(head.hash)))
      throw damaged(`comes when the ledger is at event ${length - 1} and not at its head, event ${head.seq}`);
  }

  async #unlock(): Promise<void> {
    if (this.about.collection !== null || this.#ledger === null) return;
    try {
      this.#keys = await this.#openKeys(this.#ledger.state, { boxes: this.#boxes, device: [] });
    } catch (error) {
      if (isMemSyncError(error, 'service_lied') || isMemSyncError(error, 'box_mismatch'))
        throw damaged('comes after sealed keys of which one is missing, or not what the owner signed', error);
      throw error;
    }
  }

  /** @throws {MemSyncError} `transfer_damaged` unless the clear text is what is sealed */
  #version(line: VersionLine): void {
    if (line.header === null || line.text === null) {
      this.#damaged += 1;
      return;
    }
    if (this.about.collection !== null || this.#keys === null) return;
    if (line.sealed === undefined) throw damaged('lacks its sealed half');
    const { header, text, wrappedKey } = line.sealed;
    const sealed = { epoch: line.epoch, header: fromBase64(header), text: fromBase64(text), wrappedKey: fromBase64(wrappedKey) };
    const opened = open(this.#keys, line, sealed);
    opened.salt.wipe();
    if (opened.text !== line.text || !equalBytes(opened.header, canonicalJson(line.header)))
      throw damaged('says something else in the clear than is sealed');
  }

  #count(type: string): void {
    this.#counts[type] = (this.#counts[type] ?? 0) + 1;
  }
}

function open(keys: Keyring, line: VersionLine, sealed: Parameters<typeof openRow>[2]): ReturnType<typeof openRow> {
  try {
    return openRow(keys.key(line.collection, line.wrapEpoch), line, sealed, fromHex(line.commitment));
  } catch (cause) {
    throw damaged('holds a row that does not open', cause);
  }
}

function isEnd(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'type' in value && value.type === 'end';
}
