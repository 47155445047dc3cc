import { plain } from '../../core/plain.ts';

type Tag = keyof HTMLElementTagNameMap;
type Child = Node | string;

/**
 * An element with attributes and children. A string becomes a text node and never markup: what is shown here may have been written by
 * somebody who would like it to be more than text.
 */
export function element<K extends Tag>(
  tag: K,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** Text from the document: what would hide or turn it round is escaped, and its direction is its own. */
export function foreign<K extends Tag>(tag: K, text: string, attributes: Readonly<Record<string, string>> = {}): HTMLElementTagNameMap[K] {
  return element(tag, { dir: 'auto', ...attributes }, plain(text));
}

/** A sentence of ours, with names of fields and claims between backticks set as code. */
export function prose(text: string): HTMLElement {
  const parts = text.split('`').map((part, i) => (i % 2 === 0 ? plain(part) : element('code', {}, plain(part))));
  return element('span', {}, ...parts);
}

/** A digest, an id or a key, which may break anywhere. */
export function code(text: string): HTMLElement {
  return foreign('code', text, { dir: 'ltr' });
}

/** Names and values. */
export function facts(pairs: readonly (readonly [name: string, value: Child])[]): HTMLElement {
  return element(
    'dl',
    { class: 'facts' },
    ...pairs.map(([name, value]) => element('div', {}, element('dt', {}, name), element('dd', {}, value))),
  );
}

/** The element of the page with an id. @throws {Error} when the page has none */
export function byId(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no #${id}`);
  return found;
}
