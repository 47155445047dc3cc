import { constants, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import type { Artifact } from '../../../schemas/evidence.ts';
import { kindNamed } from '../../../src/claims/claims.ts';
import type { Judgement, ReceiptFacts } from '../../../src/claims/kind.ts';
import { base64, concat, hex, utf8 } from '../../../src/core/bytes.ts';
import { parseInstant } from '../../../src/core/instant.ts';
import { keccak256 } from '../../../src/crypto/keccak.ts';
import { sha256 } from '../../../src/crypto/sha256.ts';

export const ANSWERED_AT = parseInstant('2026-11-21T12:00:00.000Z') ?? Number.NaN;

export const RECEIPT: ReceiptFacts = {
  receipt: `rcp_${'1'.repeat(32)}`,
  vault: 'a'.repeat(64),
  issuedAt: ANSWERED_AT,
  model: { label: 'gpt-4.1', provider: 'openai' },
  conversation: { thread: 'thread', turn: 3 },
  app: null,
  tools: [],
  entry: 'b'.repeat(64),
  outputSha256: 'c'.repeat(64),
  requestSha256: null,
  context: null,
};

/** A gateway's signing key, with what evidence says of it. */
export class Gateway {
  readonly #secret: KeyObject;
  readonly spki: string;
  readonly teeId: string;
  readonly spkiSha256: string;

  constructor(bits = 2048) {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: bits });
    const der = new Uint8Array(publicKey.export({ type: 'spki', format: 'der' }));
    this.#secret = privateKey;
    this.spki = base64(der);
    this.teeId = hex(keccak256(der));
    this.spkiSha256 = hex(sha256(der));
  }

  /** RSA-PSS with SHA-256, as gateways sign. */
  sign(message: Uint8Array, saltLength = 32): string {
    return base64(sign('sha256', message, { key: this.#secret, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength }));
  }
}

/** 32 bytes, big-endian, written apart from the code that is tested. */
export function uint256(value: number): Uint8Array {
  return Uint8Array.from(Buffer.from(value.toString(16).padStart(64, '0'), 'hex'));
}

/** What a gateway signs of an exchange, written apart from the code that is tested. */
export function exchange(request: string, output: string, seconds: number): Uint8Array {
  return keccak256(concat(keccak256(utf8(request)), keccak256(utf8(output)), uint256(seconds)));
}

/** What an artefact comes to for a claim. */
export async function judge(claim: string, artifact: Artifact, trust: unknown, receipt = RECEIPT): Promise<Judgement> {
  const kind = kindNamed(claim)?.artifacts[artifact.kind];
  if (kind === undefined) throw new Error(`no artefacts of the kind ${artifact.kind} for ${claim}`);
  return kind.judge({ artifact, gathered: undefined, receipt }, trust, ANSWERED_AT);
}

/** Whether an artefact reads as one of its kind. */
export function reads(claim: string, artifact: Artifact): boolean {
  return kindNamed(claim)?.artifacts[artifact.kind]?.schema.safeParse(artifact).success ?? false;
}

/** The statuses of the checks, by name. */
export function statuses({ checks }: Judgement): Record<string, string> {
  return Object.fromEntries(checks.map(({ check, status }) => [check, status]));
}

/** The names of the checks that have failed. */
export function failures({ checks }: Judgement): string[] {
  return checks.filter(({ status }) => status === 'failed').map(({ check }) => check);
}

/** The facts, by name. */
export function facts(judgement: Judgement): Record<string, string> {
  return Object.fromEntries(judgement.facts.map(({ name, value }) => [name, value]));
}
