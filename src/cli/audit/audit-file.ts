import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writePrivateFile } from '../../config/private-file.ts';
import type { Clock } from '../../core/clock.ts';
import { AuditProgress, freshProgress } from '../../sdk/audit/progress.ts';

/** How often it is written while an audit goes on, in milliseconds. */
const EVERY_MS = 3000;

/** How far the audit of a vault has come, and what it has found: `audit.json` in the owner's folder. */
export class AuditFile {
  readonly #path: string;
  readonly #clock: Clock;
  #written: number;

  constructor(home: string, clock: Clock) {
    this.#path = join(home, 'audit.json');
    this.#clock = clock;
    this.#written = clock.now();
  }

  /** What an earlier audit of this vault has kept; a fresh beginning where there is none, it does not read, or another vault was audited. */
  read(vault: string): AuditProgress {
    if (!existsSync(this.#path)) return freshProgress(vault);
    try {
      const progress = AuditProgress.parse(JSON.parse(readFileSync(this.#path, 'utf8')));
      return progress.vault === vault ? progress : freshProgress(vault);
    } catch {
      return freshProgress(vault);
    }
  }

  /** Writes it, unless that was done a moment ago. */
  save(progress: () => AuditProgress): void {
    if (this.#clock.now() - this.#written < EVERY_MS) return;
    this.write(progress());
  }

  write(progress: AuditProgress): void {
    writePrivateFile(this.#path, `${JSON.stringify(progress)}\n`);
    this.#written = this.#clock.now();
  }
}
