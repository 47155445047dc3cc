import { z } from 'zod';
import type { Check } from '../../../schemas/receipt.ts';
import { artifactKind, type AtIssue, type ClaimKind, type ReceiptFacts } from '../kind.ts';
import { factsOfNames, ModelBytes, ModelNames } from '../model-artifact.ts';
import { judgeModelBytes, namedAtIssue } from '../model-bytes.ts';
import { MODEL } from '../texts.ts';

const NO_TRUST = z.unknown();

/** The label, and apart from it the artefact: bytes behind a Walrus blob ID or a SHA-256 (FORMATS, "Model artefact"). */
export const kind: ClaimKind = {
  text: MODEL,
  order: 7,
  artifacts: {
    'model-bytes': artifactKind({ schema: ModelBytes, trust: NO_TRUST, judge: judgeModelBytes }),
    'model-artifact': artifactKind({
      schema: ModelNames,
      trust: NO_TRUST,
      judge: ({ artifact, receipt }) => ({
        status: 'asserted',
        checks: [
          { check: 'artifact', status: 'asserted', detail: 'An artefact was named, and no bytes handed in to hold against the name.' },
          namedAtIssue(receipt.model.artifact ?? {}),
        ],
        facts: factsOfNames(artifact),
      }),
    }),
  },
  states: ({ model }) => [{ name: 'label', value: model.label }, ...factsOfNames(model.artifact ?? {})],
  atIssue: ({ model }) => modelAtIssue(model),
};

/** Whatever is said of the model is the app’s word. */
function modelAtIssue({ artifact }: ReceiptFacts['model']): AtIssue {
  const label: Check = {
    check: 'label',
    status: 'asserted',
    detail: 'The app gave the answer this label; nothing shows that it is right.',
  };
  const none = artifact?.sha256 === undefined && artifact?.blobId === undefined;
  const named: Check = none
    ? { check: 'artifact', status: 'absent', detail: 'No artefact was named: the label alone says which model it was.' }
    : { check: 'artifact', status: 'asserted', detail: 'The app named an artefact; no bytes have been held against the name.' };
  return { status: 'asserted', checks: [label, named], evidence: [] };
}
