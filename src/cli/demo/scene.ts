import { HistoryReply, type Memory, RememberReply } from '../../../schemas/memory.ts';
import { type RetrievedMemory, RetrievalReply } from '../../../schemas/retrieval.ts';
import type { Random } from '../../core/random.ts';
import type { Stage } from './stage.ts';

/** What the scenes hand on to one another. */
export interface Props {
  vault: string;
  /** Tokens of the two apps. */
  diary: string;
  planner: string;
  /** The receipt of the first answer. */
  receipt: string;
  /** Rows by what they are about. */
  readonly rows: Map<string, string>;
}

export interface SceneParts {
  readonly stage: Stage;
  readonly props: Props;
  readonly random: Random;
  /** A command as it would be typed, before its output. */
  readonly type: (command: string) => void;
  /** What was printed. */
  readonly show: (text: string) => void;
}

/** One step: told, then done for real; whether it came out as told, and what was seen. */
export interface Scene {
  readonly step: string;
  readonly told: string;
  play(parts: SceneParts): Promise<{ readonly ok: boolean; readonly saw: string }>;
}

export const QUESTION = 'Where do I live, and what am I allergic to?';

/** A row that a retrieval served. */
export function rowOf(reply: RetrievalReply, parts: SceneParts, about: string): RetrievedMemory | undefined {
  return reply.rows.find(({ id }) => id === parts.props.rows.get(about));
}

/** Asks the question as the diary app, and shows the context block. */
export async function ask(parts: SceneParts): Promise<RetrievalReply> {
  parts.type(`memsync retrieve "${QUESTION}"`);
  const { value } = await parts.stage.json(['retrieve', QUESTION], parts.props.diary);
  const reply = RetrievalReply.parse(value);
  parts.show(reply.context);
  return reply;
}

/** Remembers a text as an app, as the user's own words. */
export async function remember(parts: SceneParts, token: string, text: string, category: string): Promise<Memory> {
  parts.stage.clock.advance(5000);
  parts.type(`memsync remember "${text}" --category ${category} --kind user_stated`);
  const { value } = await parts.stage.json(['remember', text, '--category', category, '--kind', 'user_stated'], token);
  const [memory] = RememberReply.parse(value).memories;
  if (memory === undefined) throw new RangeError('one text makes one row');
  return memory;
}

/** A row as its owner sees it. */
export async function look(parts: SceneParts, about: string): Promise<Memory> {
  const { value } = await parts.stage.json(['show', parts.props.rows.get(about) ?? '']);
  return HistoryReply.parse(value).memory;
}

/** Where each row was placed: `address background, allergy background`. */
export function placements(reply: RetrievalReply, parts: SceneParts): string {
  const names = new Map([...parts.props.rows].map(([about, id]) => [id, about]));
  return reply.rows.map(({ id, placement }) => `${names.get(id) ?? id} ${placement}`).join(', ');
}
