import { hex } from '../../src/core/bytes.ts';
import { Redacted } from '../../src/core/redacted.ts';
import { deriveKey } from '../../src/crypto/derive.ts';
import { openCheckpoint, sealCheckpoint } from '../../src/app/checkpoints/seal.ts';
import { encodeOwnerEvent, linkHash, NO_PREVIOUS } from '../../src/memory/event.ts';
import { advanceHead, foldGenesis, foldGrantEvent } from '../../src/memory/fold.ts';
import { verifyGenesis } from '../../src/memory/owner-chain.ts';
import { encodeState } from '../../src/memory/state-codec.ts';
import type { VaultState } from '../../src/memory/state.ts';
import { COLLECTION, CountingRandom, GENESIS, madeId, NOON, ROW, run, signOwner, TOKEN } from './given.ts';

/** A vault of three rows: one replaced by another and contested, one edited, confirmed and restored, one as it was remembered. */
function folded(): VaultState {
  const { signed } = signOwner(GENESIS);
  const { vault, payload } = verifyGenesis(signed);
  const state = foldGenesis(vault, signed, payload, linkHash(0, NO_PREVIOUS, encodeOwnerEvent(NOON, signed)), NOON);
  const collection = COLLECTION.collection;
  const epoch = { epoch: 1, seq: 1, keyCommitment: hex(run(0x11)), boxSha256: hex(run(0x12)), sealedPrevious: null };
  state.collections.set(collection, { id: collection, purpose: 'rows', sealedName: 'AA==', epochs: [epoch], erased: null });
  const by = { at: NOON, grant: TOKEN.grantId };
  const made = { collection, epoch: 1, commitment: hex(run(0x21)), content: hex(run(0x22)), version: 1 };
  const [second, third] = [madeId('memory', 0xb2), madeId('memory', 0xa9)];
  for (const row of [ROW.row, second, third]) foldGrantEvent(state, { ...by, kind: 'remembered', ...made, row }, 2);
  foldGrantEvent(state, { ...by, kind: 'superseded', row: ROW.row, by: second }, 3);
  foldGrantEvent(state, { ...by, kind: 'contested', row: ROW.row, version: 1, reason: 'doubt' }, 4);
  foldGrantEvent(state, { ...by, kind: 'edited', ...made, row: second, version: 2 }, 5);
  Object.assign(state.rows.get(second) ?? {}, { validation: { at: NOON, expiresAt: NOON + 1000, seq: 6, leaf: 1, seen: 5 }, restoredSeq: 2 });
  advanceHead(state, run(0x31), NOON + 1);
  return state;
}

export function foldCheckpoint() {
  const state = folded();
  const secret = new Redacted(run(0x71));
  const key = deriveKey(secret, 'memsync/fold-checkpoint/v1');
  const sealed = sealCheckpoint(key, state, new CountingRandom());
  if (openCheckpoint(key, sealed) === null) throw new Error('the vector opens');
  return {
    secret: hex(secret.reveal()),
    key: hex(key.reveal()),
    vault: state.vault,
    seq: sealed.seq,
    head: hex(sealed.head),
    packed: hex(encodeState(state)),
    nonce: hex(run(1, 24)),
    parts: sealed.parts.map(hex),
  };
}
