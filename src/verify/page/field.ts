import { byId, element, foreign } from './dom.ts';

/** The most bytes of a file that are read: as much as a bundle may have. */
const MAX_BYTES = 64 * 1024 * 1024;

interface FieldSpec {
  readonly id: string;
  readonly label: string;
  readonly hint?: string;
  /** Lines of the box to type in; 1 is a single line, without a file. */
  readonly lines: number;
  readonly placeholder?: string;
}

/** What was put into a field: text, and the bytes behind it where they came as a file. */
interface Given {
  readonly text: string;
  readonly bytes: Uint8Array | null;
}

/** A place of the form for text that is typed, pasted, chosen as a file or dropped. */
export interface Field {
  /** What is in it now, or null when there is nothing. */
  given(): Given | null;
  /** Says what is wrong with it, and moves there; an empty text takes that back. */
  complain(problem: string): void;
  take(file: File): Promise<void>;
}

/** Puts a field into the element with the id `into`. `changed` is called whenever what is in it changes. */
export function addField(into: string, { id, label, hint, lines, placeholder = '' }: FieldSpec, changed: () => void): Field {
  const described = `${id}-hint ${id}-problem`;
  const common = { id, 'aria-describedby': described, spellcheck: 'false', autocomplete: 'off', autocapitalize: 'off', placeholder };
  const box = lines === 1 ? element('input', { type: 'text', ...common }) : element('textarea', { rows: String(lines), ...common });
  const problem = element('p', { class: 'problem', id: `${id}-problem` });
  const chosen = element('p', { class: 'chosen', hidden: '' });
  const picker = element('input', { type: 'file', id: `${id}-file`, class: 'unseen', 'aria-label': `${label}: choose a file` });
  const pick = element('span', { class: 'pick' }, picker, element('label', { for: `${id}-file`, class: 'button' }, 'Choose a file'));
  let file: { readonly name: string; readonly bytes: Uint8Array } | null = null;

  const complain = (text: string): void => {
    problem.textContent = text;
    box.setAttribute('aria-invalid', String(text !== ''));
    if (text === '') return;
    const folded = box.closest('details');
    if (folded !== null) folded.open = true;
    (file === null ? box : picker).focus();
  };
  const show = (): void => {
    box.hidden = file !== null;
    chosen.hidden = file === null;
    complain('');
    changed();
  };
  const drop = element('button', { type: 'button', class: 'link', 'aria-label': `${label}: remove the file` }, 'Remove');
  drop.addEventListener('click', () => {
    file = null;
    picker.value = '';
    show();
    box.focus();
  });
  const take = async (given: File): Promise<void> => {
    if (given.size > MAX_BYTES) {
      complain(`The file is too large to be one: ${given.size.toLocaleString('en')} bytes.`);
      return;
    }
    file = { name: given.name, bytes: new Uint8Array(await given.arrayBuffer()) };
    chosen.replaceChildren(foreign('strong', file.name), ` ${file.bytes.length.toLocaleString('en')} bytes `, drop);
    show();
  };
  picker.addEventListener('change', () => {
    const [given] = picker.files ?? [];
    if (given !== undefined) void take(given);
  });
  box.addEventListener('input', () => {
    complain('');
    changed();
  });

  const place = element(
    'div',
    { class: 'field', 'data-field': id },
    element('label', { for: id }, label),
    element('p', { class: 'hint', id: `${id}-hint` }, hint ?? ''),
    box,
    chosen,
    problem,
    ...(lines === 1 ? [] : [pick]),
  );
  if (lines > 1) acceptDrops(place, (given) => void take(given));
  byId(into).append(place);

  const given = (): Given | null => {
    if (file !== null) return { text: new TextDecoder('utf-8', { ignoreBOM: true }).decode(file.bytes), bytes: file.bytes };
    return box.value.trim() === '' ? null : { text: box.value, bytes: null };
  };
  return { given, complain, take };
}

/** Has `take` called with a file that is dropped onto the element, which shows that it would take it. */
function acceptDrops(place: HTMLElement, take: (file: File) => void): void {
  place.addEventListener('dragover', (event) => {
    event.preventDefault();
    place.classList.add('over');
  });
  place.addEventListener('dragleave', () => place.classList.remove('over'));
  place.addEventListener('drop', (event) => {
    event.preventDefault();
    event.stopPropagation();
    place.classList.remove('over');
    const [file] = event.dataTransfer?.files ?? [];
    if (file !== undefined) take(file);
  });
}
