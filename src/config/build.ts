/** What this build calls itself, on receipts and to whoever asks: the package's name and version. */
export const BUILD = 'memsync/0.1.0';
