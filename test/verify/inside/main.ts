import * as judge from './judge.ts';

// The browser's own test calls it by this name.
Object.assign(globalThis, { judgeInside: judge });
