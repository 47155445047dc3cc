/** The sizes that every boundary enforces. Clients may rely on them. */
export const LIMITS = {
  /** Bytes of a request body. */
  bodyBytes: 8 * 1024 * 1024,
  /** Rows in one batch. */
  batchRows: 256,
  /** UTF-16 code units of a row's text. */
  textLength: 512 * 1024,
  queryLength: 16 * 1024,
  labelLength: 200,
  refLength: 1024,
  quoteLength: 4096,
  sources: 64,
  /** How many rows a line of descent has at most above its last. */
  lineageDepth: 1000,
  /** Rows of one retrieval or one page. */
  rows: 200,
  /** How far `observedAt` may lie ahead of the service's clock, in milliseconds. */
  clockSkewMs: 120_000,
  /** How long a retrieval waits for its receipt, in milliseconds. */
  retrievalMs: 600_000,
  /** How long an idempotency key is remembered, in milliseconds. */
  idempotencyMs: 86_400_000,
  /** How long it is remembered what a thread has been shown, in milliseconds. */
  servedMs: 90 * 86_400_000,
  /** How long an import that nobody goes on with is kept, in milliseconds. */
  importMs: 86_400_000,
  /** Rows that one grant may hold in doubt at a time. */
  contestsOpen: 50,
  /** Doubts that one grant may raise within a day. */
  contestsPerDay: 100,
  /** Rows under one owner signature. */
  eventRows: 10_000,
  /** Pieces of evidence that one receipt takes, looks at them again included. */
  addenda: 1000,
  /** Bytes of one artefact as JSON, and how deep it may nest. */
  artifactBytes: 8 * 1024 * 1024,
  artifactDepth: 32,
  /** Values in one artefact, all told. */
  artifactValues: 65_536,
  /** Bytes that a receipt keeps of all its evidence, sealed. */
  evidenceBytes: 32 * 1024 * 1024,
  /** Facts that one piece of evidence may state. */
  facts: 256,
  /** Cases over one receipt: whatever comes to its claims is told to each of them. */
  cases: 32,
  /** Conditions of one gate. */
  conditions: 100,
  /** Bytes of a gate policy as canonical JSON: it is read with its case each time. */
  gateBytes: 256 * 1024,
  /** Statements on one case beyond which nobody hands it over or decides: all of them are read each time. */
  caseStatements: 500,
  /** UTF-16 code units of a reviewer's reason or note. */
  reasonLength: 4096,
} as const;
