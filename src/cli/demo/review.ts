import { writeFileSync } from 'node:fs';
import { hex, utf8 } from '../../core/bytes.ts';
import { sha256 } from '../../crypto/sha256.ts';
import type { Scene } from './scene.ts';

const WEIGHTS = 'what the approved model is made of';

/** An answer waits for proof: a clear is refused while the gate is shut, and holds once the evidence is there. */
export const gateWaitsForProof: Scene = {
  step: 'review',
  told: 'A reviewer may let an answer through once the approved model’s bytes are shown, and not before.',
  async play({ stage, props, type, show }) {
    const approved = hex(sha256(utf8(WEIGHTS)));
    const [gate, weights] = [stage.file('release.json'), stage.file('weights.bin')];
    writeFileSync(weights, WEIGHTS);
    writeFileSync(
      gate,
      JSON.stringify({ gate: 'release', version: 1, require: [{ claim: 'model', fact: 'artifact.sha256', oneOf: [approved] }] }),
    );
    type('memsync desk make releases; memsync desk add releases --reviewer anna --key …');
    await stage.json(['desk', 'make', 'releases']);
    const made = await stage.json(['reviewer', 'init', '--yes', '--work-factor', '1']);
    const { key } = made.value as { key: string };
    const added = await stage.json(['desk', 'add', 'releases', '--reviewer', 'anna', '--key', key]);
    const { token } = added.value as { token: string };
    type('memsync case open rcp_… --gate release.json');
    const opened = await stage.json(['case', 'open', props.receipt, '--gate', gate], props.diary);
    const { id } = opened.value as { id: string };

    const clear = ['case', 'decide', id, 'clear', '--reason', 'The approved model answered.', '--claims', 'model', '--yes'];
    type('memsync case decide cse_… clear --reason "The approved model answered."');
    const early = await stage.json(clear, token);
    const { code, title } = early.value as { code?: string; title?: string };
    show(title ?? 'It went through.');
    type('memsync evidence add rcp_… model --kind model-bytes --set sha256=… --bytes weights.bin');
    const bytes = ['--kind', 'model-bytes', '--set', `sha256=${approved}`, '--bytes', weights];
    await stage.json(['evidence', 'add', props.receipt, 'model', ...bytes], props.diary);
    type('memsync case decide cse_… clear --reason "The approved model answered."');
    const decided = await stage.run(clear, token);
    show(decided.stdout);
    const ok = code === 'gate_not_open' && decided.code === 0 && decided.stdout.includes('The case is clear');
    return { ok, saw: ok ? 'refused while the gate was shut, then cleared on evidence' : 'the gate did not do its work' };
  },
};
