import { equalBytes } from '../../core/bytes.ts';
import { isMemSyncError } from '../../core/errors.ts';
import { verifyBytes } from '../../crypto/ed25519.ts';
import { verifyCheckpoint } from '../../log/checkpoint.ts';
import { openCosignatures } from '../../log/cosignature.ts';
import type { CosignerKey } from '../../log/cosigner-key.ts';
import { encodeNote, type NoteSignature, parseNote } from '../../log/note.ts';
import { quorumMet, type WitnessPolicy } from '../../log/policy.ts';
import type { VerifierKey } from '../../log/verifier-key.ts';
import type { StoredCosigned, WitnessStore } from '../../store/witnesses.ts';

/** How many cosigned checkpoints are kept, besides the newest that the policy is met by: evidence of how the log has grown. */
const KEPT = 1000;
/** The most signatures that a note may have. */
const MAX_SIGNATURES = 16;
/** How often somebody else, such as another witness's answer, may get in between reading a checkpoint and writing it back. */
const TRIES = 64;

/** A checkpoint with cosignatures that hold. */
export interface CosignedCheckpoint {
  readonly size: number;
  readonly root: Uint8Array;
  /** What is signed. */
  readonly text: string;
  /** The signed note. */
  readonly checkpoint: string;
  /** Names, as the policy has them, of the witnesses whose cosignatures it bears. */
  readonly by: ReadonlySet<string>;
  readonly met: boolean;
}

/** The checkpoints that witnesses have cosigned, whichever process asked them. What the store holds is believed as far as signatures hold. */
export class CosignedCheckpoints {
  readonly #store: WitnessStore;
  readonly #log: VerifierKey;
  readonly #policy: WitnessPolicy;
  #revision = 0;
  #newest: CosignedCheckpoint | null = null;
  #met: CosignedCheckpoint | null = null;

  constructor(store: WitnessStore, log: VerifierKey, policy: WitnessPolicy) {
    this.#store = store;
    this.#log = log;
    this.#policy = policy;
  }

  /** The largest checkpoint that the policy's quorum has cosigned; null where there is none, or the policy asks for nobody. */
  async met(): Promise<CosignedCheckpoint | null> {
    await this.#follow();
    return this.#met;
  }

  /** The checkpoint in a signed note of the log's, with the cosignatures that are known of it: the note itself where there are none. */
  async withCosignatures(size: number, checkpoint: string): Promise<string> {
    await this.#follow();
    const known = this.#newest;
    return known !== null && known.size === size && known.text === parseNote(checkpoint).text ? known.checkpoint : checkpoint;
  }

  /** Who is known to have cosigned a checkpoint, by the policy's names. */
  async cosignersOf(size: number, text: string): Promise<ReadonlySet<string>> {
    await this.#follow();
    const known = this.#newest;
    return known !== null && known.size === size && known.text === text ? known.by : new Set();
  }

  /** Adds a cosignature, which has been verified, to the log's checkpoint of that size; false where others write there too often. */
  async add(size: number, checkpoint: string, line: NoteSignature): Promise<boolean> {
    for (let i = 0; i < TRIES; i++) {
      const there = await this.#store.cosignedAt(this.#log.name, size);
      const merged = this.#merge(checkpoint, there, line);
      const kept = { newest: KEPT, spared: (await this.met())?.size ?? 0 };
      if (await this.#store.keepCosigned(this.#log.name, { size, checkpoint: merged }, there?.checkpoint ?? null, kept)) return true;
    }
    return false;
  }

  /** The log's own signatures first, then those of the policy's witnesses in its order, then of others as far as there is room. */
  #merge(checkpoint: string, there: StoredCosigned | null, line: NoteSignature): string {
    const { text, signatures } = parseNote(checkpoint);
    // What does not hold is not carried on.
    const before = there === null ? null : this.#open(there);
    const earlier = before === null || before.text !== text ? [] : parseNote(before.checkpoint).signatures;
    const lines = [line, ...earlier.filter((one) => !isSameKey(one, line))];
    const own = this.#policy.witnesses.flatMap(({ key }) => lines.find((one) => isBy(one, key)) ?? []);
    const others = lines.filter((one) => !own.includes(one) && one.name !== this.#log.name);
    return encodeNote({ text, signatures: [...signatures, ...own, ...others].slice(0, MAX_SIGNATURES) });
  }

  async #follow(): Promise<void> {
    const fresh = await this.#store.cosigned(this.#log.name, this.#revision);
    for (const stored of fresh.toSorted((a, b) => b.size - a.size)) {
      this.#revision = Math.max(this.#revision, stored.revision);
      const [newest, met] = [this.#newest?.size ?? 0, this.#met?.size ?? 0];
      // The largest first: of most of the others nothing has to be verified.
      if (stored.size < newest && (stored.size < met || !this.#mayBeMet(stored))) continue;
      const found = this.#open(stored);
      if (found === null) continue;
      if (found.size >= newest) this.#newest = found;
      if (found.met && found.size >= met) this.#met = found;
    }
  }

  /** Whether enough are said to have cosigned, verified or not. */
  #mayBeMet({ checkpoint }: StoredCosigned): boolean {
    const signatures = signaturesIn(checkpoint);
    const { witnesses, quorum } = this.#policy;
    const named = witnesses.filter(({ key }) => signatures.some((one) => isBy(one, key)));
    return quorum !== null && quorumMet(this.#policy, new Set(named.map(({ name }) => name)));
  }

  /** The checkpoint in a stored note; null where not every signature holds, as when it was signed with a key of the log's that has been replaced. */
  #open({ size, checkpoint }: StoredCosigned): CosignedCheckpoint | null {
    try {
      const { root, ...signed } = verifyCheckpoint(checkpoint, this.#log, verifyBytes);
      const note = parseNote(checkpoint);
      const { witnesses, quorum } = this.#policy;
      const opened = openCosignatures(
        note,
        witnesses.map(({ key }) => key),
        verifyBytes,
      );
      const by = new Set(witnesses.filter(({ key }) => opened.some((one) => one.key === key)).map(({ name }) => name));
      const met = quorum !== null && quorumMet(this.#policy, by);
      return signed.size === size ? { size, root, text: note.text, checkpoint, by, met } : null;
    } catch (error) {
      if (isMemSyncError(error)) return null;
      throw error;
    }
  }
}

/** Whether a signature line bears a witness's name and id. */
function isBy(line: NoteSignature, { name, cosignerId }: CosignerKey): boolean {
  return line.name === name && equalBytes(line.keyId, cosignerId);
}

function isSameKey(a: NoteSignature, b: NoteSignature): boolean {
  return a.name === b.name && equalBytes(a.keyId, b.keyId);
}

/** The lines of a note, unverified; none of what is no note. */
function signaturesIn(checkpoint: string): readonly NoteSignature[] {
  try {
    return parseNote(checkpoint).signatures;
  } catch {
    return [];
  }
}
