import { systemClock } from '../../core/clock.ts';
import { looksLikeCertificate, verifyBundle } from '../index.ts';
import { showCertificate } from './certificate.ts';
import { byId } from './dom.ts';
import { type Asked, buildForm } from './form.ts';
import { type Shown, showVerdict } from './verdict.ts';

const status = byId('status');
const result = byId('result');

/** A verdict is of what was in the form; once that changes, it is of nothing that anybody sees. */
const form = buildForm(() => {
  if (result.childElementCount === 0) return;
  result.replaceChildren();
  status.textContent = 'Something has changed: check again.';
  status.classList.remove('unseen');
});

function judge(asked: Asked): Shown {
  if (looksLikeCertificate(asked.text)) return showCertificate(asked);
  return showVerdict(verifyBundle(asked.text, asked.trust, asked.at, asked.inHand));
}

byId('form').addEventListener('submit', (event) => {
  event.preventDefault();
  const asked = form.asked(systemClock.now());
  if (asked === null) return;
  const { content, said } = judge(asked);
  result.replaceChildren(content);
  // Read out, and not shown: the verdict says it too.
  status.textContent = said;
  status.classList.add('unseen');
  byId('verdict-heading').focus();
});

// Paper cannot unfold anything.
window.addEventListener('beforeprint', () => {
  for (const folded of result.querySelectorAll('details')) folded.open = true;
});

// A file that misses its field would otherwise be opened in place of the page.
document.addEventListener('dragover', (event) => event.preventDefault());
document.addEventListener('drop', (event) => {
  event.preventDefault();
  const [file] = event.dataTransfer?.files ?? [];
  if (file !== undefined) void form.takeDocument(file);
});
