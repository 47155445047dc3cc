export { type ErrorCode, isMemSyncError, MemSyncError } from '../core/errors.ts';
export { looksLikeCertificate, type PolicyAt, type VerifiedCertificate, verifyCertificate } from '../receipts/certificate.ts';
export { looksLikeCase } from '../review/case-bundle.ts';
export {
  type CaseBundleDecision,
  type CaseBundleStep,
  type CaseBundleTrust,
  type VerifiedCaseBundle,
  verifyCaseBundle,
} from '../review/verify-case.ts';
export type { OpenedRow } from '../receipts/disclosed-row.ts';
export type { KeyTrust, StatedBy } from '../receipts/key-trust.ts';
export type { Trust } from '../receipts/trust.ts';
export type { DisclosedRow, Failure, ValidationStatus, Verdict, VerdictRow, WithheldRow } from '../receipts/verdict.ts';
export { type InHand, verifyBundle } from '../receipts/verify.ts';
export type { CosignedBy, Witnessing } from '../receipts/witness-check.ts';
export type { VerdictAddendum } from '../receipts/verify-addenda.ts';
export type { ClaimTrust } from '../claims/trust.ts';
export { readClaimTrust } from '../claims/trust.ts';
export { rejudge, type Rejudged, type Rejudgement } from '../receipts/rejudge.ts';
