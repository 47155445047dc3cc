import type { CaseStatus } from '../../../schemas/case.ts';
import { MemSyncError } from '../../core/errors.ts';
import { missing } from '../../review/allowed.ts';
import { nowOf } from '../now.ts';
import type { Services } from '../services.ts';
import { enterCases, findCase } from './enter.ts';
import { loadIfThere } from './loaded.ts';
import { rowsBehind } from './rows-now.ts';
import { screenOf } from './screen.ts';

/**
 * Asks a case's gate (API, `GET /v1/cases/{id}/gate`), whose vault may be locked meanwhile. It opens on evidence: an override clears the case
 * and leaves the gate shut, a standing `reject` shuts it.
 * @throws {MemSyncError} `gate_shut` with what is missing, `case_unknown`, and what `enterCases` throws
 */
export async function askGate(services: Services, token: string, id: string): Promise<{ readonly state: CaseStatus }> {
  const stored = await findCase(services, await enterCases(services, token), id);
  const loaded = await loadIfThere(services, stored);
  if (loaded === null) {
    const issues = [{ path: '/require', message: 'The owner has erased the vault, and the policy went with it.' }];
    throw new MemSyncError('gate_shut', 'Nothing is left that a gate could open on.', {
      issues,
      context: { state: stored.state, overridden: false, rejected: false },
    });
  }
  const behind = await rowsBehind(services, stored.vault, loaded.dossier.rows);
  const { gate } = screenOf(loaded, behind, nowOf(services, behind.vault), services.log.size);
  const { state, rejected, overridden } = loaded.folded;
  if (gate.open) return { state };
  const refused = rejected === null ? [] : [{ path: '/require', message: 'A reviewer has rejected the case.' }];
  throw new MemSyncError(
    'gate_shut',
    overridden ? 'Two reviewers have overridden it; that opens no gate.' : 'Not all that the gate calls for is there.',
    {
      issues: [...refused, ...missing(gate.conditions)],
      context: { state, overridden, rejected: rejected !== null },
    },
  );
}
