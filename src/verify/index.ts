export { type ErrorCode, isMemSyncError, MemSyncError } from '../core/errors.ts';
export { looksLikeCertificate, type VerifiedCertificate, verifyCertificate } from '../receipts/certificate.ts';
export type { OutputInHand } from '../receipts/output-check.ts';
export type { Trust } from '../receipts/trust.ts';
export type { DisclosedRow, Failure, ValidationStatus, Verdict, VerdictRow, WithheldRow } from '../receipts/verdict.ts';
export { verifyBundle } from '../receipts/verify.ts';
