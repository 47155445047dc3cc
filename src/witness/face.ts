/** Why a witness has not answered, or not so that anything can be made of it. */
export type PostFailure = 'timeout' | 'unreachable' | 'redirected' | 'too_long' | 'stopped';

/** What came of posting to a witness: its answer, of which nothing is believed yet, or none. The body is empty but for statuses that bear one. */
export type Posted = { readonly status: number; readonly contentType: string; readonly body: string } | { readonly failed: PostFailure };

/** Posts a body to a witness, once. Throws nothing. */
export type PostToWitness = (url: string, body: string, stop: AbortSignal) => Promise<Posted>;
