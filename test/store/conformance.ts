import { afterEach, beforeEach, describe } from 'vitest';
import type { Store } from '../../src/store/store.ts';
import { addenda } from './addenda.ts';
import { cases } from './cases.ts';
import { checkpoints } from './checkpoints.ts';
import { commits } from './commits.ts';
import { erasing } from './erasing.ts';
import { heads } from './heads.ts';
import { jobs } from './jobs.ts';
import { reading } from './reading.ts';
import { reads } from './reads.ts';
import { receipts } from './receipts.ts';
import { rewraps } from './rewraps.ts';
import { snapshots } from './snapshots.ts';
import { transfer } from './transfer.ts';
import { vectors } from './vectors.ts';
import { witnesses } from './witnesses.ts';

/** A store on a database of its own. */
export interface OpenedStore {
  readonly store: Store;
  /** Closes the store and opens it again on the same database. */
  reopen(): Promise<Store>;
  /** Closes whatever is open and removes the database. */
  dispose(): Promise<void>;
}

/** What a test of the suite works on; another one for each test. */
export interface Subject {
  readonly store: Store;
  reopen(): Promise<void>;
}

/** Every behaviour that the face promises. Each store, on whichever database, passes all of it. */
export function storeConformance(name: string, open: () => Promise<OpenedStore>): void {
  describe(`${name} keeps what the face promises`, () => {
    let opened: OpenedStore;
    let store: Store;
    const subject: Subject = {
      get store() {
        return store;
      },
      async reopen() {
        store = await opened.reopen();
      },
    };

    beforeEach(async () => {
      opened = await open();
      store = opened.store;
    });

    afterEach(() => opened.dispose());

    describe('commits', () => {
      commits(subject);
    });
    describe('reading', () => {
      reading(subject);
    });
    describe('receipts', () => {
      receipts(subject);
    });
    describe('what came after receipts', () => {
      addenda(subject);
    });
    describe('reads', () => {
      reads(subject);
    });
    describe('rotations', () => {
      rewraps(subject);
    });
    describe('erasures', () => {
      erasing(subject);
    });
    describe('heads in the log', () => {
      heads(subject);
    });
    describe('checkpoints of the fold', () => {
      checkpoints(subject);
    });
    describe('snapshots of rows', () => {
      snapshots(subject);
    });
    describe('vectors of rows', () => {
      vectors(subject);
    });
    describe('what witnesses said', () => {
      witnesses(subject);
    });
    describe('the review queue', () => {
      cases(subject);
    });
    describe('imports', () => {
      transfer(subject);
    });
    describe('jobs', () => {
      jobs(subject);
    });
  });
}
