import { publishedVectors } from './published.ts';

interface Wycheproof {
  readonly numberOfTests: number;
  readonly testGroups: readonly {
    readonly publicKey: { readonly pk: string };
    readonly tests: readonly {
      readonly tcId: number;
      readonly flags: readonly string[];
      readonly msg: string;
      readonly sig: string;
      readonly result: 'valid' | 'invalid';
    }[];
  }[];
}

interface Cctv {
  readonly number: number;
  readonly key: string;
  readonly sig: string;
  readonly msg: string;
  readonly flags: readonly string[] | null;
}

/** The published signatures, or null where the folder beside the repository is absent. */
export const wycheproof = publishedVectors('wycheproof/testvectors_v1/ed25519_test.json', (value) => value as Wycheproof);
export const cctv = publishedVectors('cctv/ed25519/ed25519vectors.json', (value) => value as readonly Cctv[]);

/** One signature to judge. The message is UTF-8 in CCTV's file and hexadecimal in Wycheproof's; here all is hexadecimal. */
export interface SignatureCase {
  readonly name: string;
  readonly key: string;
  readonly msg: string;
  readonly sig: string;
}

/** Every published signature, from both sets; none where they are absent. */
export function signatureCases(): SignatureCase[] {
  const first = (wycheproof?.testGroups ?? []).flatMap(({ publicKey, tests }) =>
    tests.map(({ tcId, msg, sig }) => ({ name: `wycheproof ${tcId}`, key: publicKey.pk, msg, sig })),
  );
  const second = (cctv ?? []).map(({ number, key, msg, sig }) => ({
    name: `cctv ${number}`,
    key,
    msg: Buffer.from(msg, 'utf8').toString('hex'),
    sig,
  }));
  return [...first, ...second];
}
