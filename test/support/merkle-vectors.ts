import { existsSync, globSync, readFileSync } from 'node:fs';

const FOLDER = '../shared/data/vectors/merkle/testdata';

export interface InclusionVector {
  readonly leafIdx: number;
  readonly treeSize: number;
  readonly root: string;
  readonly leafHash: string;
  readonly proof: readonly string[] | null;
  readonly wantErr: boolean;
}

export interface ConsistencyVector {
  readonly size1: number;
  readonly size2: number;
  readonly root1: string;
  readonly root2: string;
  readonly proof: readonly string[] | null;
  readonly wantErr: boolean;
}

/** The published Merkle proofs, good and broken, or null, said aloud, where the folder beside the repository is absent. */
export const merkleVectors = readVectors();

function readVectors(): { readonly inclusion: readonly InclusionVector[]; readonly consistency: readonly ConsistencyVector[] } | null {
  if (!existsSync(FOLDER)) {
    console.warn(`SKIPPED: the published Merkle vectors are not at ${FOLDER}`);
    return null;
  }
  return { inclusion: read('inclusion') as InclusionVector[], consistency: read('consistency') as ConsistencyVector[] };
}

function read(kind: string): unknown[] {
  return globSync(`${FOLDER}/${kind}/**/*.json`)
    .toSorted()
    .map((file) => JSON.parse(readFileSync(file, 'utf8')) as unknown);
}
