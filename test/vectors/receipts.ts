import { type Disclosure, DISCLOSURE_FORMAT } from '../../schemas/disclosure.ts';
import { type ReceiptPredicate, STATEMENT_PAYLOAD_TYPE, type TagRecord } from '../../schemas/receipt.ts';
import { base64, hex, lengthPrefixed } from '../../src/core/bytes.ts';
import { preAuthEncoding } from '../../src/crypto/dsse.ts';
import { signBytes } from '../../src/crypto/ed25519.ts';
import { sha256 } from '../../src/crypto/sha256.ts';
import { requestSha256 } from '../../src/claims/request.ts';
import { signCheckpoint } from '../../src/log/checkpoint.ts';
import { headEntry } from '../../src/log/head-leaf.ts';
import { leafHash, pathOfHashes, rootOfHashes } from '../../src/log/merkle.ts';
import { encodeProof } from '../../src/log/proof.ts';
import { encodeVerifierKey, verifierKey } from '../../src/log/verifier-key.ts';
import { contextRoot, queryDigest, requestDigest, segmentLeaf } from '../../src/receipts/segment.ts';
import { buildStatement, keyidOf, receiptEntry, signReceipt } from '../../src/receipts/statement.ts';
import { tagDigest } from '../../src/receipts/tag.ts';
import { canonicalJson } from '../../src/crypto/canonical.ts';
import { encodeHeader } from '../../src/memory/header.ts';
import { policySha256 } from '../../src/memory/policy.ts';
import { DEFAULT_POLICY } from '../../schemas/policy.ts';
import { sealRecord } from '../../src/app/sealed-record.ts';
import {
  authPrefix,
  bytesOf,
  CountingRandom,
  LOG_KEY,
  LOG_NAME,
  madeId,
  NOON,
  RECEIPT_KEY,
  RECEIPT_NAME,
  ROW,
  run,
  TEXT,
  text,
  VAULT,
  vaultKey,
} from './given.ts';
import { HEADER, SEALED, sealedRow } from './rows.ts';

const LINES = [
  'ACTIVE: confirmed by the owner, or recent enough to use\n',
  `[m1] never confirmed; an app's note from just now: ${JSON.stringify(TEXT)}\n`,
];
const QUERY = 'any allergies?';
const OUTPUT = 'Avoid the praline [m1].';
const MESSAGES = [{ role: 'user', content: LINES.join('') }];

const RECORD: TagRecord = {
  tag: 'm1',
  row: ROW.row,
  version: ROW.version,
  commitment: hex(SEALED.commitment),
  placement: 'active',
  tier: 'active',
  standing: 'live',
  origin: 'app_asserted',
  basisAt: NOON - 1000,
  lastValidatedAt: null,
  ageSeconds: 1,
  unvalidatedForSeconds: 1,
  rank: 1,
  segment: 1,
  cited: true,
};

const LEAVES = LINES.map((line, i) => segmentLeaf(run(0xa2 + i), line));

export function commitments() {
  return {
    tag: { salt: hex(run(0xa1)), record: text(canonicalJson(RECORD)), digest: hex(tagDigest(run(0xa1), RECORD)) },
    segments: LINES.map((line, i) => ({ salt: hex(run(0xa2 + i)), text: line, leaf: hex(LEAVES[i] ?? run(0)) })),
    contextRoot: hex(contextRoot(LEAVES)),
    emptyContextRoot: hex(contextRoot([])),
    query: { salt: hex(run(0xa4)), text: QUERY, digest: hex(queryDigest(run(0xa4), QUERY)) },
    request: {
      salt: hex(run(0xa5)),
      messages: text(canonicalJson(MESSAGES)),
      sha256: requestSha256({ messages: MESSAGES }),
      digest: hex(requestDigest(run(0xa5), requestSha256({ messages: MESSAGES }))),
    },
  };
}

function statement(): Uint8Array {
  const predicate: ReceiptPredicate = {
    receipt: madeId('receipt', 0xd1),
    vault: VAULT,
    head: { seq: 7, hash: hex(run(0x71)) },
    policySha256: policySha256(DEFAULT_POLICY),
    engine: 'lexical/1',
    build: 'memsync/0.1.0',
    evaluatedAt: NOON,
    issuedAt: NOON + 4000,
    retrieval: madeId('retrieval', 0xd0),
    queryDigest: commitments().query.digest,
    contextRoot: commitments().contextRoot,
    contextSegments: LINES.length,
    contextLength: LINES.join('').length,
    tags: [commitments().tag.digest],
    model: { label: 'some-model' },
    requestDigest: commitments().request.digest,
    conversation: { thread: 'thread-1', turn: 1 },
    app: null,
    tools: [],
    claims: [
      {
        claim: 'output',
        status: 'verified',
        checks: [{ check: 'digest', status: 'verified' }],
        evidence: [{ kind: 'output', sha256: hex(sha256(bytesOf(OUTPUT))) }],
      },
    ],
  };
  return buildStatement({ outputSha256: hex(sha256(bytesOf(OUTPUT))), predicate });
}

const receiptVerifier = verifierKey(RECEIPT_NAME, RECEIPT_KEY.publicKey);
const logVerifier = verifierKey(LOG_NAME, LOG_KEY.publicKey);

export function receipt() {
  const payload = statement();
  const envelope = signReceipt(RECEIPT_KEY, keyidOf(receiptVerifier), payload);
  const signature = signBytes(RECEIPT_KEY, preAuthEncoding(STATEMENT_PAYLOAD_TYPE, payload));
  return {
    output: OUTPUT,
    statement: text(payload),
    signedPrefix: authPrefix(STATEMENT_PAYLOAD_TYPE, payload),
    signature: hex(signature),
    envelope,
    logEntry: hex(receiptEntry({ payload, signature })),
    logLeaf: hex(leafHash(receiptEntry({ payload, signature }))),
  };
}

/** A log of three entries, of which the receipt's is the second. */
export function log() {
  const entries = [run(0xf1), Buffer.from(receipt().logEntry, 'hex'), run(0xf3)];
  const hashes = entries.map(leafHash);
  const root = rootOfHashes(hashes);
  const signer = { name: LOG_NAME, publicKey: LOG_KEY.publicKey, sign: (message: Uint8Array) => signBytes(LOG_KEY, message) };
  const checkpoint = signCheckpoint({ origin: LOG_NAME, size: 3, root }, signer);
  return {
    logSeed: hex(run(0x61)),
    receiptSeed: hex(run(0x62)),
    verifierKeys: { log: encodeVerifierKey(logVerifier), receipts: encodeVerifierKey(receiptVerifier) },
    receiptKeyid: keyidOf(receiptVerifier),
    entries: entries.map(hex),
    root: hex(root),
    checkpoint,
    proofOfEntry1: encodeProof({ index: 1, hashes: pathOfHashes(hashes, 1), checkpoint }),
    headEntry: { vault: VAULT, seq: 7, hash: hex(run(0xf4)), salt: hex(run(0xf5)), entry: hex(headEntry(VAULT, 7, run(0xf4), run(0xf5))) },
  };
}

/** The receipt's one row, opened: a whole file, which verifies with the keys in `log`. */
export function disclosure(): Disclosure {
  const { tag, segments } = commitments();
  const lines = segments.map(({ salt, text: line, leaf }, i) => (i === RECORD.segment ? { salt, text: line } : { leaf }));
  return {
    format: DISCLOSURE_FORMAT,
    receipt: madeId('receipt', 0xd1),
    bundle: {
      envelope: receipt().envelope,
      disclosures: { tags: [{ salt: tag.salt, record: RECORD }], segments: lines },
      proof: log().proofOfEntry1,
    },
    rows: [{ position: 0, salt: sealedRow().salt, header: base64(encodeHeader(HEADER)), text: TEXT }],
  };
}

export function sealedRecord() {
  const id = madeId('retrieval', 0xd0);
  return {
    under: hex(vaultKey().key.reveal()),
    kind: 'retrieval',
    id,
    value: '{"id":1}',
    associatedData: hex(lengthPrefixed(bytesOf('memsync/record/v1'), bytesOf(VAULT), bytesOf('retrieval'), bytesOf(id))),
    nonce: hex(run(1, 24)),
    sealed: hex(sealRecord(vaultKey(), ['retrieval', id], { id: 1 }, new CountingRandom())),
  };
}
