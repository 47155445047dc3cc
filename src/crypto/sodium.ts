import sodium from 'libsodium-wrappers';

await sodium.ready;

/** libsodium, ready to use. This room is the only one that reaches for it. */
export { sodium };
