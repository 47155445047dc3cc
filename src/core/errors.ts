/** Every code that MemSync answers with: HTTP status, title, and what to do about it. Codes never change their meaning. */
const CODES = {
  // What was sent is not well formed.
  json_invalid: [400, 'The body is not JSON', 'Send one complete JSON document, UTF-8, without duplicate keys.'],
  input_invalid: [400, 'The request does not fit the contract', 'See `issues` for each field; /openapi.json has the schema.'],
  encoding_invalid: [400, 'Bytes are not encoded as the format says', 'See docs/formats.md for the layout.'],
  text_not_unicode: [400, 'The text is not well-formed Unicode', 'Remove lone surrogates.'],
  body_too_large: [413, 'The body is too large', 'Send fewer or smaller rows at a time.'],
  media_type_unsupported: [415, 'The body is not declared as JSON', 'Send `content-type: application/json`.'],
  not_found: [404, 'There is nothing here', 'Check the path; /openapi.json lists them all.'],
  method_not_allowed: [405, 'This path does not take that method', 'See /openapi.json for the methods of this path.'],
  rate_limited: [429, 'Too many requests', 'Wait for the seconds in `retry-after`, then go on more slowly.'],
  // Who is asking, and what they may.
  token_missing: [401, 'No token was sent', 'Send `authorization: Bearer msk_…`.'],
  token_invalid: [401, 'The token does not open anything here', 'Check it for a cut; ask the owner for a new grant otherwise.'],
  grant_revoked: [401, 'The owner has revoked this grant', 'Ask the owner for a new grant.'],
  grant_expired: [401, 'This grant has run out', 'Ask the owner for a new grant.'],
  capability_missing: [403, 'The grant does not allow this', 'Ask the owner for a grant with the capability named in `detail`.'],
  scope_exceeded: [403, 'That lies outside the scope of the grant', 'Stay within the grant’s collections and categories.'],
  invite_required: [403, 'Creating a vault here needs an invite', 'Ask the operator for an invite.'],
  // What it is about.
  vault_unknown: [404, 'No such vault', 'Check the vault id and the service’s address.'],
  vault_erased: [410, 'The owner has erased this vault', 'Nothing of it is here any more.'],
  vault_exists: [409, 'This vault is here already', 'Use it; a genesis creates a vault once.'],
  memory_unknown: [404, 'No such row in your scope', 'Check the id; rows outside your scope are not told apart from none.'],
  memory_erased: [410, 'The owner has erased this row', 'Nothing of it is left but that it was there, and when.'],
  erasure_unfinished: [
    503,
    'The erasure is not finished',
    'Nothing of it is served any more; ask again in a while with `memsync erase --status`.',
  ],
  collection_unknown: [404, 'No such collection in your scope', 'The owner adds one with `memsync collection add`.'],
  retrieval_unknown: [404, 'No such retrieval, or it has lapsed', 'Retrieve again; a receipt must follow within ten minutes.'],
  receipt_unknown: [404, 'No such receipt in your scope', 'Check the id.'],
  contest_budget_spent: [
    429,
    'This grant has doubted as many rows as it may',
    'Wait until the owner has looked at them, or until tomorrow.',
  ],
  retrieval_past: [
    409,
    'A look at the past has no receipt',
    'Retrieve without `asOf`: a receipt is of what an answer was given when it was given.',
  ],
  as_of_unknown: [
    422,
    'The vault never stood there',
    'Name an instant or a position between the vault’s genesis and its head; the head comes with every answer.',
  ],
  retrieval_used: [409, 'This retrieval has its receipt already', 'One receipt an inference: retrieve again for the next one.'],
  observed_in_future: [422, 'The row claims to be observed in the future', 'Check the sender’s clock.'],
  lineage_cyclic: [422, 'A row cannot derive from itself', 'Remove the row and its descendants from `derivedFrom`.'],
  lineage_too_deep: [422, 'The line of descent would be too long', 'Name sources that are nearer to what was first said.'],
  batch_conflict: [409, 'The batch contradicts itself or the rows it names', 'See `detail`; nothing was written.'],
  version_changed: [409, 'A row that the event names has changed', 'Read the row again, then sign what it says now.'],
  row_not_live: [409, 'The row’s standing does not allow this', 'See `standing` in the row.'],
  head_not_reached: [
    412,
    'The vault has not reached the head you remember',
    'This service may have been rolled back; do not trust it as current.',
  ],
  // Owner events.
  event_malformed: [400, 'The owner event is not as the format says', 'See docs/formats.md; sign exact bytes, once.'],
  event_vault_mismatch: [422, 'The owner event names another vault', 'Sign for the vault that you send it to.'],
  event_replayed: [409, 'This owner event is in the ledger already', 'Nothing to do; it counts once.'],
  event_signature_invalid: [403, 'The owner’s signature does not hold', 'Sign with the owner’s current key.'],
  owner_chain_conflict: [409, 'The owner’s chain has moved on', 'Read the head, then sign the event anew on top of it.'],
  seen_head_unknown: [
    409,
    'The event names a head that this ledger never had',
    'Compare the vault’s head with the one you remember: one side may have been rolled back.',
  ],
  box_mismatch: [422, 'A sealed box is not the one that was signed', 'Send each box whose hash the signed event carries, in order.'],
  commitment_mismatch: [422, 'The content does not open the commitment', 'Do not trust this row; restore or erase it.'],
  // Idempotency and concurrency.
  idempotency_conflict: [409, 'This idempotency key was used for another body', 'Use a fresh key for a different request.'],
  vault_busy: [503, 'Another process is writing to this vault', 'Try again in a moment.'],
  shutting_down: [503, 'The service is stopping', 'Try again in a moment.'],
  // What is stored does not verify.
  ledger_broken: [500, 'The ledger does not verify', 'Stop writing; run `memsync doctor` and restore from a backup.'],
  owner_event_forged: [
    500,
    'The ledger holds an owner event that the owner did not sign',
    'Stop writing; run `memsync doctor` and restore from a backup.',
  ],
  vault_rolled_back: [
    500,
    'The vault is older than the service remembers',
    'A database was swapped; restore with `memsync restore`, see docs/guide.md, “After a restore”.',
  ],
  row_unopenable: [500, 'A stored row does not open', 'Run `memsync doctor`; restore the row from a backup.'],
  key_unavailable: [409, 'The vault’s key for this is not in memory', 'Send a token that opens the collection.'],
  schema_newer: [500, 'The database was written by a newer MemSync', 'Run the newer version; this one will not touch it.'],
  store_failed: [500, 'The store could not write', 'Check disk space and permissions; nothing was acknowledged.'],
  log_broken: [500, 'The log does not verify', 'Stop writing; run `memsync doctor` and restore from a backup.'],
  mirror_conflict: [
    500,
    'The log’s mirror does not fit the log',
    'Nothing that was in it has been changed; see `detail`, and docs/guide.md, “A static mirror of the log”.',
  ],
  log_forked: [
    500,
    'A witness has seen another log under this name',
    'Stop the service. If an older database was put in place, put the newest one back or use `memsync restore`, which goes on under another name.',
  ],
  data_forked: [
    500,
    'Another copy of the data is served with the same keys',
    'Stop all but one of the processes; what each has done since they parted is in docs/guide.md, “Two copies”.',
  ],
  backup_broken: [500, 'The backup does not verify', 'Restore from another one; `memsync backup DIR --verify` says which hold.'],
  restore_unfinished: [500, 'A restore into this data folder has not been finished', 'Run the same `memsync restore` again: it finishes.'],
  data_in_use: [503, 'Another process uses the folder', 'Stop it first; then try again.'],
  keys_unsafe: [500, 'The service’s key folder is not private', 'chmod 700 the folder and 600 its files.'],
  keys_unstated: [
    500,
    'The operator’s root has not signed the keys in use',
    'Have the root sign them: `memsync operator sign`; see docs/guide.md, “The operator’s root”.',
  ],
  config_invalid: [500, 'The configuration is not valid', 'See `memsync serve --help` for the settings.'],
  // Verification of receipts.
  bundle_malformed: [400, 'The bundle is not as the format says', 'Get the bundle again from the service.'],
  signature_invalid: [422, 'A signature does not hold', 'Do not rely on this document.'],
  proof_invalid: [422, 'A proof does not hold', 'Do not rely on this document.'],
  checkpoint_invalid: [422, 'The checkpoint does not verify', 'Do not rely on this document.'],
  disclosure_mismatch: [422, 'A disclosure does not open what was signed', 'Do not rely on this document.'],
  witnesses_missing: [
    422,
    'Too few witnesses have cosigned the checkpoint',
    'Get the document again later: witnesses cosign within moments. If they still have not, ask the operator why.',
  ],
  key_untrusted: [422, 'The key is not one that you trust', 'Check the key with the one who gave you the bundle.'],
  key_history_broken: [422, 'The history of the service’s keys does not hold', 'Get /log/keys anew; do not rely on these keys.'],
  receipt_mismatch: [
    422,
    'The receipt is not about what you have in hand',
    'Compare vault, output and clock with what you meant to check.',
  ],
  // Evidence, cases and gates.
  claim_unknown: [422, 'This service knows no such claim', 'See the claims of a receipt for those that it knows.'],
  evidence_malformed: [422, 'The evidence does not read', 'See `issues` and docs/formats.md for what this kind of evidence holds.'],
  evidence_misplaced: [422, 'The evidence is about something else', 'Hand it in for the receipt that it names.'],
  evidence_full: [409, 'The receipt takes no more evidence', 'Say it in a case instead; what is there stays.'],
  judging_busy: [503, 'Too much evidence is waiting to be judged', 'Try again in a moment.'],
  case_full: [409, 'The receipt has as many cases as it may, or the case as many statements', 'Go on with another case over it.'],
  case_unknown: [404, 'No such case in your scope', 'Check the id.'],
  desk_unknown: [404, 'There is no such desk', 'Ask the operator which desks there are: `memsync desk list`.'],
  reviewer_unknown: [404, 'There is no such reviewer at this desk', 'Ask the operator: `memsync desk show`.'],
  name_taken: [409, 'The name is taken', 'Choose another; the names of desks and of their reviewers are not used twice.'],
  gate_malformed: [422, 'The gate policy does not read', 'See `issues`, and docs/guide.md, “Gates”.'],
  gate_shut: [423, 'The gate is shut', 'See `issues` for what is missing.'],
  gate_not_open: [
    409,
    'The case cannot be cleared while its gate is shut',
    'See `issues` for what is missing, or have a second reviewer override.',
  ],
  case_moved: [409, 'The case has changed since you looked', 'Look at it again, then decide on what it says now.'],
  second_reviewer_needed: [409, 'An override takes a second reviewer', 'Have another reviewer of the desk sign the same override.'],
  decision_malformed: [400, 'The decision is not as the format says', 'See docs/formats.md; sign exact bytes, once.'],
  // The command line.
  usage: [400, 'The command was not understood', 'See `memsync help`.'],
  passphrase_wrong: [401, 'The passphrase or key does not open it', 'Try again; there is no way round it.'],
  root_needed: [403, 'This takes the owner’s root', 'Do it in the owner’s folder that holds `root.age`.'],
  home_missing: [404, 'There is no owner’s folder', 'Run `memsync init`, or set MEMSYNC_HOME.'],
  home_exists: [409, 'There is a vault in the owner’s folder already', 'Set MEMSYNC_HOME to another folder to make another vault.'],
  data_exists: [409, 'There is data in the folder already', 'Pass --replace to move it aside, or set MEMSYNC_DATA to another folder.'],
  transfer_damaged: [400, 'The file is damaged', 'Use an undamaged copy of it.'],
  transfer_unfinished: [409, 'Something else lies where the transfer is kept', 'Finish that one first, or remove its folder.'],
  line_invalid: [400, 'A line of the file does not read', 'Mend the line that `detail` names, or leave it out.'],
  service_unreachable: [503, 'The service does not answer', 'Start it with `npm start`, or set MEMSYNC_URL.'],
  service_lied: [502, 'The service’s answer does not verify', 'Do not rely on it; compare with the head you remember.'],
  internal: [500, 'Something went wrong on our side', 'Try again; the log has the details under this request id.'],
} as const satisfies Record<string, readonly [number, string, string]>;

export type ErrorCode = keyof typeof CODES;

/** All codes, for documentation and tests. */
export const ERROR_CODES = Object.keys(CODES) as readonly ErrorCode[];

/** One thing wrong with one field. `path` is a JSON pointer. */
export interface ErrorIssue {
  readonly path: string;
  readonly message: string;
}

export interface ErrorExtras {
  readonly issues?: readonly ErrorIssue[];
  /** Facts for programs, such as the current owner head; never secrets or row text. */
  readonly context?: Readonly<Record<string, string | number | boolean | null>>;
  readonly cause?: unknown;
}

/** The one error that crosses rooms: a stable `code`, and a `detail` for people that holds no secret and no row text. */
export class MemSyncError extends Error {
  readonly code: ErrorCode;
  readonly issues: readonly ErrorIssue[] | undefined;
  readonly context: ErrorExtras['context'];

  constructor(code: ErrorCode, detail: string, extras: ErrorExtras = {}) {
    super(detail, extras.cause === undefined ? undefined : { cause: extras.cause });
    this.name = 'MemSyncError';
    this.code = code;
    this.issues = extras.issues;
    this.context = extras.context;
  }

  get status(): number {
    return CODES[this.code][0];
  }

  get title(): string {
    return CODES[this.code][1];
  }

  /** What the reader can do about it. */
  get remedy(): string {
    return CODES[this.code][2];
  }
}

export function isMemSyncError(error: unknown, code?: ErrorCode): error is MemSyncError {
  return error instanceof MemSyncError && (code === undefined || error.code === code);
}

/** Status, title and remedy of a code, as documentation prints them. */
export function describeCode(code: ErrorCode): { status: number; title: string; remedy: string } {
  const [status, title, remedy] = CODES[code];
  return { status, title, remedy };
}
