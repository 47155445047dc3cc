import { OWNER_EVENT_TYPE, type Envelope, type ValidationLeaf } from '../../schemas/owner-event.ts';
import type { Bundle, Disclosures, ReceiptPredicate, TagRecord } from '../../schemas/receipt.ts';
import { claimsAtIssue } from '../../src/claims/claims.ts';
import type { IssueInput } from '../../src/claims/issue-input.ts';
import { outputSha256 } from '../../src/claims/output-given.ts';
import { requestSha256, type RequestSent } from '../../src/claims/request.ts';
import { hex, u32be, utf8 } from '../../src/core/bytes.ts';
import { Redacted } from '../../src/core/redacted.ts';
import { canonicalJson } from '../../src/crypto/canonical.ts';
import { encodeEnvelope, parseEnvelope, signPayload } from '../../src/crypto/dsse.ts';
import { signBytes, type SigningKey, signingKeyFromSeed } from '../../src/crypto/ed25519.ts';
import { deriveOwnerKeys, type OwnerKeys } from '../../src/crypto/root.ts';
import { rowCommitment } from '../../src/crypto/row-commitment.ts';
import { sha256, sha256Parts } from '../../src/crypto/sha256.ts';
import { signCheckpoint } from '../../src/log/checkpoint.ts';
import { leafHash, rootOfHashes } from '../../src/log/merkle.ts';
import { encodeProof } from '../../src/log/proof.ts';
import { growTree, proveInclusion } from '../../src/log/tree.ts';
import { encodeVerifierKey, type VerifierKey, verifierKey } from '../../src/log/verifier-key.ts';
import { payloadHash } from '../../src/memory/event.ts';
import { validationLeafHash } from '../../src/memory/validation.ts';
import { makeOwnerEvidence } from '../../src/receipts/owner-evidence.ts';
import { contextRoot, queryDigest, requestDigest, segmentLeaf } from '../../src/receipts/segment.ts';
import { buildStatement, keyidOf, receiptEntry, signedClaims, signReceipt } from '../../src/receipts/statement.ts';
import { tagDigest } from '../../src/receipts/tag.ts';
import type { Trust } from '../../src/receipts/trust.ts';

/** Noon of a day, and what lies between it and others, in milliseconds. */
export const NOON = Date.UTC(2026, 10, 21, 12);
export const DAY = 86_400_000;

/** 32 bytes that follow from a name: salts, seeds and digests that are the same in every run. */
export function bytesOf(name: string, number = 0): Uint8Array {
  return sha256Parts(utf8(`memsync/test/${name}`), u32be(number));
}

const id = (prefix: string, name: string) => `${prefix}_${hex(bytesOf(`${prefix}/${name}`)).slice(0, 32)}`;

export interface Owner {
  readonly vault: string;
  readonly keys: OwnerKeys;
  readonly genesis: Envelope;
}

/** An owner with a vault: real keys from a root, a real genesis. */
export function makeOwner(name: string): Owner {
  const keys = deriveOwnerKeys(new Redacted(bytesOf(`root/${name}`)));
  const payload = canonicalJson({
    vault: null,
    eventId: id('evt', `genesis/${name}`),
    ownerSeq: 0,
    ownerPrev: null,
    seenHead: null,
    kind: 'genesis',
    body: { format: 1, ownerKey: hex(keys.signing.publicKey), boxKey: hex(keys.box.publicKey), nextKeyHash: hex(keys.nextKeyHash) },
    signedAt: NOON - 100 * DAY,
  });
  return { vault: payloadHash(payload), keys, genesis: ownerEnvelope(keys.signing, payload) };
}

export function ownerEnvelope(key: SigningKey, payload: Uint8Array): Envelope {
  const {
    payloadType,
    payload: encoded,
    signatures,
  } = encodeEnvelope(OWNER_EVENT_TYPE, 'owner', signPayload(key, OWNER_EVENT_TYPE, payload));
  return { payloadType, payload: encoded, signatures: [...signatures] };
}

/** An owner event of kind `validated` over the leaves; `change` alters the payload before it is signed. */
export function validate(owner: Owner, leaves: readonly ValidationLeaf[], signedAt: number, change: object = {}): Envelope {
  const root = hex(rootOfHashes(leaves.map((leaf) => validationLeafHash(owner.vault, leaf))));
  const payload = {
    vault: owner.vault,
    eventId: id('evt', `validated/${signedAt}`),
    ownerSeq: 5,
    ownerPrev: hex(bytesOf('ownerPrev')),
    seenHead: { seq: 10, hash: hex(bytesOf('seenHead')) },
    kind: 'validated',
    body: { root, size: leaves.length },
    signedAt,
    ...change,
  };
  return ownerEnvelope(owner.keys.signing, canonicalJson(payload));
}

export function leafOf(record: TagRecord, change: Partial<ValidationLeaf> = {}): ValidationLeaf {
  return {
    salt: hex(bytesOf(`leaf/${record.row}`)),
    row: record.row,
    version: record.version,
    commitment: record.commitment,
    expiresAt: null,
    ...change,
  };
}

/** The record of a row that was said `ageDays` before it was served and, when `validatedAt` is given, confirmed then. */
export function makeRecord(number: number, change: Partial<TagRecord> = {}): TagRecord {
  const ageDays = 90 + number;
  const validatedAt = change.lastValidatedAt ?? null;
  const basisAt = NOON - ageDays * DAY;
  return {
    tag: `m${number}`,
    row: id('mem', String(number)),
    version: 1,
    commitment: hex(rowCommitment(new Redacted(bytesOf('row', number)), utf8(`{"row":${number}}`), `text ${number}`)),
    placement: validatedAt === null ? 'background' : 'active',
    tier: validatedAt === null ? 'background' : 'active',
    standing: 'live',
    origin: 'user_stated',
    basisAt,
    lastValidatedAt: validatedAt,
    ageSeconds: (ageDays * DAY) / 1000,
    unvalidatedForSeconds: (NOON - (validatedAt ?? basisAt)) / 1000,
    rank: number,
    segment: number,
    cited: null,
    ...change,
  };
}

/** A service with a log signer and a receipt signer of its own. */
export interface Service {
  readonly logKey: SigningKey;
  readonly receiptKey: SigningKey;
  readonly log: VerifierKey;
  readonly receipt: VerifierKey;
  readonly verifierKeys: readonly string[];
}

export function makeService(name: string): Service {
  const logKey = signingKeyFromSeed(new Redacted(bytesOf(`log/${name}`)));
  const receiptKey = signingKeyFromSeed(new Redacted(bytesOf(`receipt/${name}`)));
  const log = verifierKey(`${name}.example/log`, logKey.publicKey);
  const receipt = verifierKey(`${name}.example/receipts`, receiptKey.publicKey);
  return { logKey, receiptKey, log, receipt, verifierKeys: [encodeVerifierKey(log), encodeVerifierKey(receipt)] };
}

export const OWNER = makeOwner('ada');
export const SERVICE = makeService('memsync');
export const OUTPUT_TEXT = 'No hazelnuts, then: try the almond cake [m1].';
export const QUERY = 'Which cake can I have?';

export interface Plan {
  readonly owner?: Owner;
  readonly service?: Service;
  readonly records?: readonly TagRecord[];
  /** Owner evidence over one batch of all confirmed rows, unless it is to be left out. */
  readonly evidence?: 'none';
  readonly segments?: readonly string[];
  readonly request?: RequestSent;
  readonly output?: IssueInput['output'];
  readonly predicate?: Partial<ReceiptPredicate>;
  readonly disclosures?: Partial<Disclosures>;
  /** How many entries the log has before and after the receipt's. */
  readonly before?: number;
  readonly after?: number;
}

export interface Built {
  readonly bundle: Bundle;
  readonly text: string;
  readonly trust: Trust;
  readonly predicate: ReceiptPredicate;
  readonly payload: Uint8Array;
  readonly records: readonly TagRecord[];
  readonly context: string;
}

/** Two rows, the first confirmed by the owner twelve days ago, the second never. */
export function twoRows(): TagRecord[] {
  return [makeRecord(1, { lastValidatedAt: NOON - 12 * DAY, segment: 1, cited: true }), makeRecord(2, { segment: 3, cited: false })];
}

/** Lines for the records, each on the line that it names, headings between them. */
export function linesFor(records: readonly TagRecord[]): string[] {
  const length = Math.max(-1, ...records.map(({ segment }) => segment)) + 1;
  return Array.from({ length }, (_, i) => {
    const record = records.find(({ segment }) => segment === i);
    return record === undefined ? `HEADING ${i}: of a section\n` : `[${record.tag}] some words of ours: ${JSON.stringify(`text “${i}”`)}\n`;
  });
}

/** A whole receipt: real keys, real statement, real log. What a plan leaves out is as a service would have it. */
export function build(plan: Plan = {}): Built {
  const owner = plan.owner ?? OWNER;
  const service = plan.service ?? SERVICE;
  const records = plan.records ?? twoRows();
  const segments = plan.segments ?? linesFor(records);
  const output = plan.output ?? { text: OUTPUT_TEXT };
  const context = segments.join('');
  const request = plan.request ?? { messages: [{ role: 'system', content: `Be kind.\n${context}` }] };
  const predicate: ReceiptPredicate = {
    receipt: id('rcp', 'one'),
    vault: owner.vault,
    head: { seq: 42, hash: hex(bytesOf('head')) },
    policySha256: hex(bytesOf('policy')),
    engine: 'lexical/1',
    build: 'memsync 0.1.0',
    evaluatedAt: NOON,
    issuedAt: NOON + 4000,
    retrieval: id('ret', 'one'),
    queryDigest: hex(queryDigest(bytesOf('query'), QUERY)),
    contextRoot: hex(contextRoot(segments.map((text, i) => segmentLeaf(bytesOf('segment', i), text)))),
    contextSegments: segments.length,
    contextLength: context.length,
    tags: records.map((record, i) => hex(tagDigest(bytesOf('tag', i), record))),
    model: { label: 'some-model' },
    requestDigest: hex(requestDigest(bytesOf('request'), requestSha256(request))),
    conversation: { thread: 'cakes', turn: 3 },
    app: null,
    tools: [],
    claims: signedClaims(claimsAtIssue({ model: { label: 'a-model' }, served: { context, segments, tags: records }, request, output })),
    ...plan.predicate,
  };
  const payload = buildStatement({ outputSha256: outputSha256(output), predicate });
  const envelope = signReceipt(service.receiptKey, keyidOf(service.receipt), payload);
  const disclosures: Disclosures = {
    genesis: owner.genesis,
    query: { salt: hex(bytesOf('query')), text: QUERY },
    request: { salt: hex(bytesOf('request')), sha256: requestSha256(request) },
    tags: disclosedTags(owner, records, plan.evidence !== 'none'),
    segments: segments.map((text, i) => ({ salt: hex(bytesOf('segment', i)), text })),
    ...plan.disclosures,
  };
  const bundle = { envelope, disclosures, proof: prove(service, envelope, plan.before ?? 4, plan.after ?? 4) };
  return {
    bundle,
    text: JSON.stringify(bundle),
    trust: { verifierKeys: service.verifierKeys, vault: owner.vault },
    predicate,
    payload,
    records,
    context,
  };
}

function disclosedTags(owner: Owner, records: readonly TagRecord[], withEvidence: boolean): Disclosures['tags'] {
  const confirmed = records.filter(({ lastValidatedAt }) => lastValidatedAt !== null);
  const leaves = confirmed.map((record) => leafOf(record));
  const signedAt = confirmed[0]?.lastValidatedAt ?? NOON;
  const event = validate(owner, leaves, signedAt);
  return records.map((record, i) => {
    const salt = hex(bytesOf('tag', i));
    const index = confirmed.indexOf(record);
    if (index < 0 || !withEvidence) return { salt, record };
    return { salt, record, owner: makeOwnerEvidence(owner.vault, event, leaves, index, signedAt + 2000) };
  });
}

/** The text form of the proof that the receipt is in the service's log, `before` entries before it and `after` behind. */
export function prove(service: Service, envelope: Envelope, before: number, after: number): string {
  return proveEntry(service, receiptEntry(parseEnvelope('application/vnd.in-toto+json', envelope)), before, after);
}

/** The proof of an entry in a service's log, which has so many others before and after it. */
export function proveEntry(service: Service, entry: Uint8Array, before: number, after: number): string {
  const entries = Array.from({ length: before + 1 + after }, (_, i) => (i === before ? entry : bytesOf('other entry', i)));
  const grown = growTree(0, entries.map(leafHash), { tile: () => new Uint8Array(0) });
  const tiles = new Map(grown.tiles.map(({ level, index, bytes }) => [`${level}/${index}`, bytes]));
  const reader = { tile: (level: number, index: number) => tiles.get(`${level}/${index}`) ?? new Uint8Array(0) };
  const signer = {
    name: service.log.name,
    publicKey: service.logKey.publicKey,
    sign: (message: Uint8Array) => signBytes(service.logKey, message),
  };
  const checkpoint = signCheckpoint({ origin: service.log.name, size: grown.size, root: grown.root }, signer);
  return encodeProof({ index: before, hashes: proveInclusion(before, grown.size, reader), checkpoint });
}

export function sha256Hex(text: string): string {
  return hex(sha256(utf8(text)));
}
