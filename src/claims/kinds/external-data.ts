import { z } from 'zod';
import { decisionsCheck, contentCheck, signatureChecks, timesCheck } from '../external-checks.ts';
import { externalFacts } from '../external-facts.ts';
import { ExternalItem, itemId } from '../external-item.ts';
import { TrustedKeys } from '../gateway-key.ts';
import { check, judged } from '../judged.ts';
import { artifactKind, type ClaimKind } from '../kind.ts';
import { EXTERNAL_DATA } from '../texts.ts';

const Items = z.strictObject({ kind: z.literal('external-items'), items: z.array(ExternalItem).min(1).max(10_000) });

/** The claim's part of the operator's trust: the signing keys of gateways whose word for a content is taken. */
const Trust = z.strictObject({ gatewayKeys: TrustedKeys }).prefault({});

// What the facts state, whatever a content is signed by.
const ITEMS = 'Which items there were, and which of them were let in, is the app’s word.';
const ITEM = 'Of each item, where it came from, when it was fetched and by which path it crossed are the app’s word.';
const TRUTH = 'Whether a source says what is so is not verified, by whatever path its content came.';

const items = artifactKind({
  schema: Items,
  trust: Trust,
  judge: async ({ artifact, receipt }, { gatewayKeys }) => {
    const { checks, settled } = await signatureChecks(artifact.items, gatewayKeys);
    const admitted = artifact.items.filter(({ decision }) => decision === 'admitted');
    const byId = new Map(artifact.items.map((item) => [itemId(item), item]));
    return judged(
      [
        decisionsCheck(artifact.items),
        timesCheck(artifact.items, receipt.issuedAt),
        contentCheck(artifact.items),
        pathsCheck(artifact.items),
        ...checks,
        check('items', 'asserted', ITEMS),
        check('item', 'asserted', ITEM),
        check('truth', 'absent', TRUTH),
      ],
      externalFacts(byId, receipt.issuedAt),
      admitted.length > 0 && admitted.every((item) => settled.has(item)),
    );
  },
});

function pathsCheck(all: readonly ExternalItem[]) {
  const counts = ['attested', 'signed', 'plain'].map((path) => [all.filter((item) => item.path === path).length, path] as const);
  const words = counts.filter(([count]) => count > 0).map(([count, path]) => `${count} ${path}`);
  const attested = 'That a gateway was attested belongs to the claim `enclave`, which is not read here.';
  return check('paths', 'asserted', `By the app’s word they crossed by these paths: ${words.join(', ')}. ${attested}`);
}

/** What came from outside, or was kept out (FORMATS, "OpenGradient's signed inference", data nodes). */
export const kind: ClaimKind = { text: EXTERNAL_DATA, order: 9, artifacts: { 'external-items': items }, trust: Trust };
