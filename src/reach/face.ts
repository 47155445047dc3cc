/** Why nothing came of asking. */
export type ReachFailure = 'address' | 'timeout' | 'unreachable' | 'redirected' | 'status' | 'too_long' | 'not_json' | 'stopped';

/** What came of asking: JSON, of which nothing is believed yet, or nothing. */
export type Reached = { readonly json: unknown } | { readonly failed: ReachFailure };

/** Posts JSON to an address, once. Throws nothing. */
export type PostJson = (url: string, body: unknown, stop: AbortSignal) => Promise<Reached>;
