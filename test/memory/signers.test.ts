import { describe, expect, it } from 'vitest';
import type { OwnerEventPayload } from '../../schemas/owner-event.ts';
import { hex } from '../../src/core/bytes.ts';
import { verifyOwnerEvent } from '../../src/memory/owner-chain.ts';
import type { VaultState } from '../../src/memory/state.ts';
import { grantId, NOON } from './build.ts';
import { own } from './folding.ts';
import { BODIES, newVault, nextOwnerKeys, nextPayload, ownerKeys, signed, strangerKeys } from './owner.ts';

const unsigned = expect.objectContaining({ code: 'event_signature_invalid' });
const DEVICE = grantId(1);
const device = { ...BODIES.granted, role: 'device' as const, signingKey: hex(strangerKeys.signing.publicKey) };

function admit(state: VaultState, kind: OwnerEventPayload['kind'], keys: typeof ownerKeys, bent: Record<string, unknown> = {}, at = NOON) {
  return verifyOwnerEvent(state, signed(nextPayload(state, kind, BODIES[kind], bent), keys), state.headHash, at);
}

describe('the owner’s next key', () => {
  it('takes over only if it is the one that was committed to, and signs for itself', () => {
    const state = newVault();
    expect(() => admit(state, 'owner_rotated', ownerKeys)).toThrow(unsigned);
    const strange = { ownerKey: hex(strangerKeys.signing.publicKey), nextKeyHash: hex(strangerKeys.nextKeyHash) };
    const forged = signed(nextPayload(state, 'owner_rotated', strange), strangerKeys);
    expect(() => verifyOwnerEvent(state, forged, state.headHash, NOON)).toThrow(unsigned);
    expect(admit(state, 'owner_rotated', nextOwnerKeys).kind).toBe('owner_rotated');
  });

  it('signs from then on, and the old one no longer does', () => {
    const state = newVault();
    own(state, 'owner_rotated');
    expect(state.ownerKey).toEqual(nextOwnerKeys.signing.publicKey);
    expect(state.nextKeyHash).toBe(hex(nextOwnerKeys.nextKeyHash));
    expect(state.ownerRotations).toHaveLength(1);
    expect(() => admit(state, 'policy_set', ownerKeys)).toThrow(unsigned);
    expect(admit(state, 'policy_set', nextOwnerKeys).kind).toBe('policy_set');
    expect(() => admit(state, 'owner_rotated', nextOwnerKeys)).toThrow(unsigned);
  });
});

describe('a device’s delegated key', () => {
  it('validates and retracts in the owner’s name, and does nothing else', () => {
    const state = newVault();
    own(state, 'granted', device);
    for (const kind of Object.keys(BODIES) as OwnerEventPayload['kind'][]) {
      const attempt = () => admit(state, kind, strangerKeys, { by: DEVICE });
      if (kind === 'validated' || kind === 'retracted') expect(attempt().kind).toBe(kind);
      else expect(attempt, kind).toThrow(unsigned);
    }
  });

  it('does not sign for the owner without saying who it is, nor the owner for it', () => {
    const state = newVault();
    own(state, 'granted', device);
    expect(() => admit(state, 'validated', strangerKeys)).toThrow(unsigned);
    expect(() => admit(state, 'validated', ownerKeys, { by: DEVICE })).toThrow(unsigned);
    expect(() => admit(state, 'validated', strangerKeys, { by: grantId(9) })).toThrow(unsigned);
  });

  it('ends with its grant: revoked, run out, or given no such key', () => {
    const lasting = newVault();
    own(lasting, 'granted', { ...device, expiresAt: NOON + 1000 });
    expect(admit(lasting, 'validated', strangerKeys, { by: DEVICE }, NOON + 999).kind).toBe('validated');
    expect(() => admit(lasting, 'validated', strangerKeys, { by: DEVICE }, NOON + 1000)).toThrow(unsigned);
    own(lasting, 'revoked');
    expect(() => admit(lasting, 'validated', strangerKeys, { by: DEVICE })).toThrow(unsigned);
    const keyless = newVault();
    own(keyless, 'granted', BODIES.granted);
    expect(() => admit(keyless, 'validated', strangerKeys, { by: DEVICE })).toThrow(unsigned);
  });
});
