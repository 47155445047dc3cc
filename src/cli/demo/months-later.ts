import { requireInstant } from '../../core/instant.ts';
import { lengthInWords } from '../words.ts';
import { ask, look, placements, remember, rowOf, type Scene } from './scene.ts';

const DAY = 86_400_000;

export const monthsPass: Scene = {
  step: 'demote',
  told: 'Seven months pass. A job that holds no key demotes what nobody has stood behind since.',
  async play({ stage, type, show }) {
    stage.clock.advance(214 * DAY);
    type('memsync jobs run demote-stale');
    const ran = await stage.json(['jobs', 'run', 'demote-stale']);
    const { report } = ran.value as { report: { demoted?: number } };
    show(`demoted ${report.demoted ?? 0} rows (seven months later)`);
    return { ok: ran.code === 0 && report.demoted === 3, saw: `${report.demoted ?? 0} demoted` };
  },
};

export const questionAgain: Scene = {
  step: 'background',
  told: 'The same question now gets another context block: the old address is in background, its age beside it.',
  async play(parts) {
    const reply = await ask(parts);
    const address = rowOf(reply, parts, 'address');
    const line = address === undefined ? '' : reply.context.slice(...address.span);
    const ok = address?.placement === 'background' && line.includes('7 months ago') && !reply.context.includes('ACTIVE');
    return { ok, saw: placements(reply, parts) };
  },
};

export const repeatedAndNoYounger: Scene = {
  step: 'repeat',
  told: 'The app says the old address again. Stored twice is not true twice: it grows no younger.',
  async play(parts) {
    const before = await look(parts, 'address');
    const after = await remember(parts, parts.props.diary, 'Lives at 12 Quillfeather Lane, Porto!', 'identity');
    const age = lengthInWords(after.ageSeconds);
    const sighted = after.sighting === true && after.id === before.id;
    parts.show(`${sighted ? 'a sighting of the row that is there' : 'a new row'}: ${after.tier}, ${age} old, never confirmed`);
    const still = after.basisAt === before.basisAt && after.fallsDueAt === before.fallsDueAt && after.tier === before.tier;
    return {
      ok: sighted && still && after.lastValidatedAt === null && after.ageSeconds >= before.ageSeconds,
      saw: `still ${after.tier}, ${age} old`,
    };
  },
};

export const oneIsConfirmed: Scene = {
  step: 'confirm',
  told: 'The person stands behind one row, with their own key. It comes back, and it alone.',
  async play(parts) {
    const { stage, props, type, show } = parts;
    const id = props.rows.get('allergy') ?? '';
    type(`memsync confirm ${id.slice(0, 12)}…`);
    const done = await stage.run(['confirm', id, '--yes']);
    show(done.stdout.trimEnd());
    const reply = await ask(parts);
    const active = reply.rows.filter(({ placement }) => placement === 'active').map((row) => row.id);
    return { ok: done.code === 0 && active.length === 1 && active[0] === id, saw: placements(reply, parts) };
  },
};

export const editIsUnconfirmed: Scene = {
  step: 'edit',
  told: 'They change what it says. Nobody has stood behind the new words: the row is unconfirmed again.',
  async play(parts) {
    const { stage, props, type } = parts;
    const id = props.rows.get('allergy') ?? '';
    const owner = await stage.owner();
    type('owner.edit(row, { text: "I\'m allergic to hazelnuts and to walnuts" })   # by the SDK');
    await owner.edit(await owner.row(id), { text: "I'm allergic to hazelnuts and to walnuts" });
    owner.wipe();
    const reply = await ask(parts);
    const row = rowOf(reply, parts, 'allergy');
    const old = row === undefined ? 0 : (stage.clock.now() - requireInstant(row.basisAt)) / DAY;
    const ok = row?.version === 2 && row.lastValidatedAt === null && row.placement === 'background' && old >= 214;
    return {
      ok,
      saw: `version ${row?.version ?? '?'}, ${row?.lastValidatedAt === null ? 'never confirmed' : 'confirmed'}, ${row?.placement ?? '?'}`,
    };
  },
};
