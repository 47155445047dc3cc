/** What an operation was prepared with no longer holds: it is prepared anew, in the next commit. */
export class Stale extends Error {
  constructor() {
    super('prepared too early');
    this.name = 'Stale';
  }
}
