import { writeFileSync } from 'node:fs';
import { ReceiptReply } from '../../../schemas/receipt.ts';
import { ask, remember, rowOf, type Scene } from './scene.ts';

export const vaultIsMade: Scene = {
  step: 'vault',
  told: 'A person makes a vault. Its root stays in their own folder; the service never sees it.',
  async play({ stage, props, type, show }) {
    type('memsync init --app "diary"');
    const made = await stage.json(['init', '--yes', '--app', 'diary', '--work-factor', '1']);
    const { vault, token } = made.value as { vault: string; token: string };
    type('memsync grant --label "trip planner" --ceiling user_stated');
    const granted = await stage.json(['grant', '--label', 'trip planner', '--ceiling', 'user_stated']);
    const { token: planner } = granted.value as { token: string };
    Object.assign(props, { vault, diary: token, planner });
    show(`vault ${vault}\ntwo apps, each with a token of its own`);
    return { ok: made.code === 0 && granted.code === 0 && /^[0-9a-f]{64}$/.test(vault), saw: `vault ${vault.slice(0, 12)}…, two grants` };
  },
};

export const factsAreRemembered: Scene = {
  step: 'remember',
  told: 'Two apps remember what they are told.',
  async play(parts) {
    const { props, show } = parts;
    const rows = [
      await remember(parts, props.diary, 'Lives at 12 Quillfeather Lane, Porto', 'identity'),
      await remember(parts, props.diary, "I'm allergic to hazelnuts", 'health'),
      await remember(parts, props.planner, 'Likes window seats on night trains', 'travel'),
    ];
    ['address', 'allergy', 'seat'].forEach((about, i) => props.rows.set(about, rows[i]?.id ?? ''));
    show(rows.map(({ tier, text }) => `${tier}: ${text}`).join('\n'));
    const fresh = rows.every(({ tier, lastValidatedAt }) => tier === 'active' && lastValidatedAt === null);
    return { ok: fresh && new Set(props.rows.values()).size === 3, saw: `${rows.length} rows, active, none confirmed` };
  },
};

export const answerHasAReceipt: Scene = {
  step: 'receipt',
  told: 'An answer is given with what memory knows, and gets a receipt.',
  async play(parts) {
    const { stage, props, type, show } = parts;
    const reply = await ask(parts);
    const tag = (about: string): string => rowOf(reply, parts, about)?.tag ?? 'm?';
    const answer = `You live at 12 Quillfeather Lane, Porto [${tag('address')}], and hazelnuts are not for you [${tag('allergy')}].`;
    show(`The model says: ${answer}`);
    const [output, messages, bundle, keys] = ['answer.txt', 'messages.json', 'bundle.json', 'keys.txt'].map((name) => stage.file(name));
    writeFileSync(output ?? '', answer);
    writeFileSync(messages ?? '', JSON.stringify([{ role: 'system', content: reply.context }]));
    writeFileSync(keys ?? '', await stage.logKey());

    type('memsync receipt --retrieval ret_… --model demo-model --output answer.txt');
    const files = ['--output', output ?? '', '--request', messages ?? '', '--out', bundle ?? ''];
    const got = await stage.json(['receipt', '--retrieval', reply.id, '--model', 'demo-model', ...files], props.diary);
    const receipt = ReceiptReply.parse(got.value);
    props.receipt = receipt.id;
    type('memsync verify bundle.json --key keys.txt --vault … --output answer.txt');
    const trust = ['--key', keys ?? '', '--vault', props.vault, '--output', output ?? ''];
    const verified = await stage.json(['verify', bundle ?? '', ...trust]);
    const cited = receipt.rows.filter((row) => row.cited === true).map((row) => row.tag);
    show(
      `${receipt.id} cites ${cited.join(' and ')}; ${verified.code === 0 ? 'checked offline, nothing has failed' : 'it does not verify'}`,
    );
    return { ok: got.code === 0 && verified.code === 0 && cited.length === 2, saw: `a receipt that verifies, citing ${cited.length} rows` };
  },
};
