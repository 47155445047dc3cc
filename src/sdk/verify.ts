export { verifyBundle } from '../receipts/verify.ts';
export type { OpenedRow } from '../receipts/disclosed-row.ts';
export type { DisclosedRow, Verdict, VerdictRow } from '../receipts/verdict.ts';
export { looksLikeCertificate, type PolicyAt, type VerifiedCertificate, verifyCertificate } from '../receipts/certificate.ts';
export { looksLikeCase } from '../review/case-bundle.ts';
export {
  type CaseBundleDecision,
  type CaseBundleStep,
  type CaseBundleTrust,
  type VerifiedCaseBundle,
  verifyCaseBundle,
} from '../review/verify-case.ts';
export { sayAddendum } from '../receipts/verify-addenda.ts';
export { rejudge, type Rejudgement } from '../receipts/rejudge.ts';
