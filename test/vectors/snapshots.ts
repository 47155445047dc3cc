import { hex } from '../../src/core/bytes.ts';
import { Redacted } from '../../src/core/redacted.ts';
import { openSnapshot, sealSnapshot } from '../../src/app/snapshots/seal.ts';
import { writeImage } from '../../src/app/rows/write-image.ts';
import { collectionKey } from '../../src/crypto/collection-key.ts';
import { deriveKey } from '../../src/crypto/derive.ts';
import { SNAPSHOT_SALT_BYTES, snapshotKey } from '../../src/crypto/snapshot-seal.ts';
import type { RowHeader } from '../../src/memory/header.ts';
import { COLLECTION, CountingRandom, madeId, NOON, ROW, run, TOKEN } from './given.ts';

function header(row: string, more: Partial<RowHeader> = {}): RowHeader {
  return {
    v: 1,
    row,
    version: 1,
    collection: COLLECTION.collection,
    type: 'semantic',
    category: 'health',
    subject: null,
    attribute: null,
    origin: { effective: 'user_stated', claimed: {}, stamped: { grantId: TOKEN.grantId, channel: 'api', recordedAt: NOON } },
    observedAt: null,
    basisAt: NOON,
    basisReason: 'recorded',
    validUntil: null,
    derivedFrom: [],
    supersedes: [],
    bounds: null,
    ...more,
  };
}

/** Two rows, one of them with all that a row may have; both say the same, one speaks of something; a third is damaged. */
export function rowSnapshot() {
  const other = madeId('memory', 0xb2);
  const whole = header(other, {
    version: 2,
    subject: 'user',
    attribute: 'home',
    origin: {
      effective: 'app_asserted',
      claimed: { kind: 'app_asserted', speaker: 'Ann' },
      stamped: { grantId: null, channel: 'owner', recordedAt: NOON },
    },
    observedAt: NOON - 1000,
    basisAt: NOON - 1000,
    basisReason: 'observed',
    validUntil: NOON + 1000,
    derivedFrom: [ROW.row],
    supersedes: [madeId('memory', 0xa9)],
    bounds: { activeUntil: NOON + 1, backgroundUntil: NOON + 2 },
  });
  const rows = writeImage({
    base: null,
    changed: [
      { header: header(ROW.row), text: 'Allergic to hazelnuts', basisAt: NOON, commitment: hex(run(0x21)) },
      { header: whole, text: 'Lives in Porto', basisAt: NOON - 2000, commitment: hex(run(0x22)) },
    ].sort((a, b) => (a.header.row < b.header.row ? -1 : 1)),
    sayings: [
      { hash: run(0x41, 16), row: ROW.row, version: 1 },
      { hash: run(0x41, 16), row: other, version: 1 },
    ],
    attributes: [{ hash: run(0x42, 16), row: other }],
    speaksAnew: () => false,
    damaged: [madeId('memory', 0xc3)],
  });
  const secret = new Redacted(run(0x71));
  const key = collectionKey(COLLECTION, new Redacted(run(0x41)));
  const derived = deriveKey(secret, 'memsync/row-snapshots/v1');
  const seal = { key, secret: derived, engine: 'an engine/1' };
  const place = { seq: 7, head: run(0x31) };
  const sealed = sealSnapshot(seal, place, { rows, index: run(0x51, 24), vaultRows: 3, columnsFrom: 8 }, new CountingRandom());
  if (openSnapshot(seal, sealed) === null) throw new Error('the vector opens');
  const salt = sealed.parts[0]?.subarray(0, SNAPSHOT_SALT_BYTES) ?? run(0);
  return {
    secret: hex(secret.reveal()),
    collectionKey: hex(key.key.reveal()),
    name: COLLECTION,
    engine: seal.engine,
    seq: place.seq,
    head: hex(place.head),
    salt: hex(salt),
    key: hex(snapshotKey(key, derived, salt).reveal()),
    rows: hex(rows),
    index: hex(run(0x51, 24)),
    parts: sealed.parts.map(hex),
  };
}
