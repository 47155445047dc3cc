import { readFileSync } from 'node:fs';
import { Decrypter, armor } from 'age-encryption';
import { describe, expect, it } from 'vitest';
import { concat, fromHex, hex, utf8 } from '../../src/core/bytes.ts';
import { Redacted } from '../../src/core/redacted.ts';
import { openBytes } from '../../src/crypto/aead.ts';
import { collectionKey, unwrapBox } from '../../src/crypto/collection-key.ts';
import { openPrevious } from '../../src/crypto/key-chain.ts';
import { payloadVerifies } from '../../src/crypto/dsse.ts';
import { verifyBytes } from '../../src/crypto/ed25519.ts';
import { unpad } from '../../src/crypto/padding.ts';
import { encodeRootFile, openRootFile } from '../../src/crypto/root.ts';
import { openRow } from '../../src/crypto/row-seal.ts';
import { sha256Parts } from '../../src/crypto/sha256.ts';
import { grantBoxKey, parseToken } from '../../src/crypto/token.ts';
import { OWNER_EVENT_TYPE } from '../../schemas/owner-event.ts';
import { parseHeader } from '../../src/memory/header.ts';
import { verifyGenesis } from '../../src/memory/owner-chain.ts';
import { verifyKeyHistory } from '../../src/log/key-history.ts';
import { leafHash, verifyInclusion } from '../../src/log/merkle.ts';
import { verifyProof } from '../../src/log/proof.ts';
import { parseVerifierKey } from '../../src/log/verifier-key.ts';
import { parseStatement } from '../../src/receipts/statement.ts';
import { verifyBundle } from '../../src/receipts/verify.ts';
import { COLLECTION, key, NOON, OWNER, ROOT, ROW, TEXT, text, TOKEN, VAULT } from './given.ts';
import * as addenda from './addendum.ts';
import * as desks from './desks.ts';
import * as evidence from './evidence.ts';
import * as folds from './folds.ts';
import * as keyHistories from './key-history.ts';
import * as keys from './keys.ts';
import * as receipts from './receipts.ts';
import * as rows from './rows.ts';
import * as snapshots from './snapshots.ts';
import * as vectors from './vectors.ts';
import * as witnesses from './witnesses.ts';

const FILE = 'test/vectors/ours.json';

/** Everything in docs/formats.md that follows from given keys, salts and nonces, worked out by the code. */
const computed = {
  about: 'Worked examples of docs/formats.md. Bytes are in hexadecimal unless a field says otherwise.',
  encodings: keys.encodings(),
  rootAndOwnerKeys: keys.rootAndOwnerKeys(),
  genesis: keys.genesis(),
  collectionKeys: keys.collectionKeys(),
  recoveryRequest: keys.recoveryRequest(),
  grants: keys.grants(),
  keyedMarks: keys.keyedMarks(),
  sealedRow: rows.sealedRow(),
  ledgerEvents: rows.ledgerEvents(),
  validations: rows.validations(),
  ownerEvents: rows.ownerEvents(),
  policy: rows.policy(),
  commitments: receipts.commitments(),
  receipt: receipts.receipt(),
  addendum: addenda.addendum(),
  log: receipts.log(),
  keyHistory: keyHistories.keyHistory(),
  cosignature: witnesses.cosignature(),
  disclosure: receipts.disclosure(),
  evidenceKinds: evidence.evidenceKinds(),
  reviewerToken: desks.reviewerToken(),
  sealedRecord: receipts.sealedRecord(),
  foldCheckpoint: folds.foldCheckpoint(),
  rowSnapshot: snapshots.rowSnapshot(),
  rowVector: vectors.rowVector(),
};

it('the formats are what they were: a change needs a version, a migration, and vectors made anew', async () => {
  expect(() => readFileSync(FILE), 'the vectors are there').not.toThrow();
  // After a change on purpose, `npx vitest run test/vectors -u` writes the file anew.
  await expect(`${JSON.stringify(computed, null, 2)}\n`).toMatchFileSnapshot('./ours.json');
});

describe('what chance goes into opens to what is given', () => {
  it('the owner’s box and the grant’s', () => {
    const { keyCommitment, ownerBox } = computed.collectionKeys;
    const signed = (sha256: string) => ({ keyCommitment: fromHex(keyCommitment), boxSha256: fromHex(sha256) });
    const own = unwrapBox(COLLECTION, fromHex(ownerBox.box), OWNER.box, signed(ownerBox.sha256));
    expect(hex(own.key.reveal())).toBe(computed.collectionKeys.key);
    const { grantBox } = computed.grants;
    const granted = unwrapBox(COLLECTION, fromHex(grantBox.box), grantBoxKey(TOKEN), signed(grantBox.sha256));
    expect(hex(granted.key.reveal())).toBe(computed.collectionKeys.key);
  });

  it('the key before, by its chain', () => {
    const { keyCommitment, key: before, previousKey } = computed.collectionKeys;
    const next = collectionKey({ ...COLLECTION, epoch: 2 }, new Redacted(fromHex(previousKey.nextKey)));
    const opened = openPrevious(next, COLLECTION, fromHex(previousKey.sealed), fromHex(keyCommitment));
    expect(hex(opened.key.reveal())).toBe(before);
    const other = { ...COLLECTION, epoch: 2 };
    expect(() => openPrevious(next, other, fromHex(previousKey.sealed), fromHex(keyCommitment))).toThrow(
      expect.objectContaining({ code: 'box_mismatch' }),
    );
  });

  it('the root file, kept and made now', async () => {
    const { rootFile, rootLine, rootPassphrase } = computed.rootAndOwnerKeys;
    const passphrase = new Redacted(utf8(rootPassphrase));
    expect((await openRootFile(rootFile, passphrase)).reveal()).toEqual(ROOT.reveal());
    for (const file of [rootFile, await encodeRootFile(ROOT, passphrase, 2)]) {
      const decrypter = new Decrypter();
      decrypter.addPassphrase(rootPassphrase);
      const lines = (await decrypter.decrypt(armor.decode(file), 'text')).split('\n');
      expect([lines[0]?.startsWith('# '), ...lines.slice(1)]).toEqual([true, rootLine, '']);
    }
  });
});

describe('the examples are true of one another', () => {
  it('the token names its grant and secret', () => {
    const token = parseToken(computed.grants.token);
    expect([token.grantId, hex(token.secret.reveal())]).toEqual([computed.grants.grant, computed.grants.secret]);
  });

  it('the genesis verifies, and names the vault', () => {
    const signed = { payload: utf8(computed.genesis.payload), signature: fromHex(computed.genesis.signature) };
    expect(verifyGenesis(signed).vault).toBe(VAULT);
  });

  it('the disclosure verifies, and opens the row that was sealed', () => {
    const { log, disclosure } = computed;
    const verdict = verifyBundle(disclosure, { verifierKeys: Object.values(log.verifierKeys), vault: VAULT }, NOON + 60_000);
    expect(verdict.failures).toEqual([]);
    expect(verdict.rows).toEqual([expect.objectContaining({ opened: { text: TEXT, header: rows.HEADER, line: true } })]);
  });

  it('the row opens, with the associated data as the document has it', () => {
    const { sealed, commitment } = rows.SEALED;
    const opened = openRow(key(), ROW, sealed, commitment);
    expect(opened.text).toBe(TEXT);
    expect(parseHeader(opened.header, ROW.row, ROW.version)).toEqual(rows.HEADER);
    const { rowKey, salt, header } = computed.sealedRow;
    const open = (under: string, bytes: Uint8Array, data: Uint8Array) =>
      openBytes(new Redacted(fromHex(under)), bytes, data) ?? new Uint8Array(0);
    expect(text(unpad(open(rowKey, sealed.header, rows.ROW_DATA.header)))).toBe(header);
    expect(unpad(open(rowKey, sealed.text, rows.ROW_DATA.text))).toEqual(concat(fromHex(salt), utf8(TEXT)));
    expect(hex(open(computed.collectionKeys.key, sealed.wrappedKey.subarray(1), rows.ROW_DATA.wrappedKey))).toBe(rowKey);
    expect(sealed.wrappedKey[0]).toBe(1);
  });

  it('the events of the owner’s chain verify, each on top of the one before', () => {
    let previous: unknown = VAULT;
    for (const [kind, shown] of Object.entries(computed.ownerEvents.events)) {
      const signed = { payload: utf8(shown.payload), signature: fromHex(shown.signature) };
      expect(payloadVerifies(OWNER.signing.publicKey, OWNER_EVENT_TYPE, signed)).toBe(true);
      expect(JSON.parse(shown.payload)).toMatchObject({ kind, ownerPrev: previous, vault: VAULT });
      previous = shown.payloadSha256;
    }
    expect(Object.keys(computed.ownerEvents.events)).toHaveLength(14);
  });

  it('each validation leaf is hashed as the document has it, and leads to the root', () => {
    const { leaves, root, pathOfLeaf2 } = computed.validations;
    for (const leaf of leaves) {
      expect(leaf.hash).toBe(hex(leafHash(sha256Parts(utf8('memsync/validation-leaf/v1\0'), rows.leafEncoding(leaf)))));
    }
    const hash = fromHex(leaves[2]?.hash ?? '');
    expect(() => verifyInclusion(2, leaves.length, hash, pathOfLeaf2.map(fromHex), fromHex(root))).not.toThrow();
  });

  it('the receipt’s statement reads, and its entry is in the log', () => {
    const { statement, logLeaf } = computed.receipt;
    expect(parseStatement(utf8(statement)).predicate.vault).toBe(VAULT);
    const { verifierKeys, proofOfEntry1 } = computed.log;
    expect(verifyProof(proofOfEntry1, fromHex(logLeaf), parseVerifierKey(verifierKeys.log), verifyBytes).index).toBe(1);
  });

  it('the history of keys is believed by either root, and ends with the new key', () => {
    const { roots, history, statement } = computed.keyHistory;
    for (const root of roots) expect(verifyKeyHistory(history, parseVerifierKey(root), verifyBytes)).toHaveLength(3);
    expect(history.startsWith(`${statement}\n\u2014 memsync.example/operator `)).toBe(true);
  });
});
