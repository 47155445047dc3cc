import { MemSyncError } from '../core/errors.ts';

/** How deep arrays and objects may lie in one another. */
const MAX_DEPTH = 64;

/**
 * The value of a JSON text in which no object has one key twice, at any depth, however the key is spelt. (`JSON.parse` alone takes the
 * last of two silently, so that two readers of one text could see two things.)
 * @throws {MemSyncError} `json_invalid` when it is not JSON, has a key twice, or nests deeper than 64.
 */
export function parseStrictJson(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new MemSyncError('json_invalid', 'The text is not JSON.', { cause });
  }
  refuseDuplicates(text);
  return value;
}

/** `text` is known to be JSON, so strings and the marks between them are all that has to be followed. */
function refuseDuplicates(text: string): void {
  const open: (Set<string> | null)[] = [];
  let atKey = false;
  for (let i = 0; i < text.length; i++) {
    switch (text[i]) {
      case '{':
      case '[':
        atKey = text[i] === '{';
        if (open.push(atKey ? new Set() : null) > MAX_DEPTH) throw new MemSyncError('json_invalid', 'The JSON nests too deep.');
        break;
      case '}':
      case ']':
        open.pop();
        atKey = false;
        break;
      case ',':
        atKey = open.at(-1) instanceof Set;
        break;
      case '"': {
        const from = i;
        i = endOfString(text, from);
        const keys = open.at(-1);
        if (atKey && keys instanceof Set) addKey(keys, JSON.parse(text.slice(from, i + 1)));
        atKey = false;
      }
    }
  }
}

/** Where the string that opens at `from` closes. */
function endOfString(text: string, from: number): number {
  let i = from + 1;
  while (i < text.length && text[i] !== '"') i += text[i] === '\\' ? 2 : 1;
  return i;
}

function addKey(keys: Set<string>, key: string): void {
  if (keys.has(key)) throw new MemSyncError('json_invalid', 'An object in the JSON has the same key twice.');
  keys.add(key);
}
