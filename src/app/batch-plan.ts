import { LIMITS } from '../../schemas/limits.ts';
import type { NewMemory } from '../../schemas/memory.ts';
import { makeId } from '../core/ids.ts';
import { type Instant, MAX_INSTANT } from '../core/instant.ts';
import type { RowHeader } from '../memory/header.ts';
import { lifecycleOf } from '../memory/tier.ts';
import { type Access, collectionByName, defaultCollection, inScope, requireCategory, visibleRow } from './access.ts';
import type { EventBody } from './event-body.ts';
import type { Echo, Echoes } from './echoes.ts';
import { inheritAll, inheritFrom, type Inheritance, makeHeader, requireObserved, withinDepth } from './row-plan.ts';
import { Replacing, type Replacement } from './replacing.ts';
import type { Services } from './services.ts';

/** An item that becomes a row, with what it does to the rows that are there. */
export interface NewRow extends Replacement {
  readonly kind: 'new';
  readonly header: RowHeader;
  readonly text: string;
}

/** An item that says what a row says already. */
export interface Sighting {
  readonly kind: 'sighting';
  readonly row: string;
  readonly body: EventBody;
}

const NO_ECHO: Echo = { sources: [], inherited: inheritAll() };
const NO_REPLACEMENT: Replacement = { replaces: [], contests: [], replacedBy: null };

/** Works out what a batch will do, item by item, each in the light of those before it. Changes nothing. */
export class BatchPlan {
  readonly #services: Services;
  readonly #access: Access;
  /** Null where nothing can be an echo: what is imported was said elsewhere. */
  readonly #echoes: Echoes | null;
  readonly #now: Instant;
  /** Rows that this batch adds, by what they say. */
  readonly #said = new Map<string, NewRow[]>();
  readonly #replacing: Replacing;

  /** What is imported (`echoes` is null) starts as background at best, and takes no other row's place. */
  constructor(services: Services, access: Access, echoes: Echoes | null, now: Instant) {
    this.#services = services;
    this.#access = access;
    this.#echoes = echoes;
    this.#now = now;
    this.#replacing = new Replacing(access, now);
  }

  /** @throws {MemSyncError} as `remember` */
  all(items: readonly NewMemory[]): (NewRow | Sighting)[] {
    return items.map((item) => this.#plan(item));
  }

  #plan(item: NewMemory): NewRow | Sighting {
    const access = this.#access;
    const collection = item.collection === undefined ? defaultCollection(access) : collectionByName(access, item.collection);
    const category = item.category ?? 'private';
    requireCategory(access, category);
    const observedAt = requireObserved(item.observedAt, this.#now);
    const sources = [...new Set(item.derivedFrom)].map((id) => visibleRow(access, id));
    const replaced = [...new Set(item.supersedes)].map((id) => visibleRow(access, id));
    const seen = this.#sighted(item.text, collection);
    if (seen !== null) {
      const body: EventBody = {
        ...(item.claimed === undefined ? {} : { claimed: item.claimed }),
        ...(observedAt === null ? {} : { observedAt }),
      };
      return { kind: 'sighting', row: seen, body };
    }
    const echo = this.#echoes?.of(item.text, item.claimed?.thread, this.#now) ?? NO_ECHO;
    const derivedFrom = withinDepth(
      access.vault,
      0,
      sources.map((source) => source.state.id),
      echo.sources,
    );
    const inherited = inheritAll(
      this.#repeated(item.text),
      ...sources.map((source) => inheritFrom(access.vault, source, 'source')),
      echo.inherited,
      ...(this.#echoes === null ? [neverActive(observedAt ?? this.#now)] : []),
    );
    const header = makeHeader(
      {
        row: makeId('memory', this.#now, this.#services.random),
        version: 1,
        collection,
        type: item.type ?? 'semantic',
        category,
        subject: item.subject ?? null,
        attribute: item.attribute ?? null,
        claimed: item.claimed ?? {},
        grantId: access.grant.id,
        channel: 'api',
        ceiling: access.state.body.originCeiling,
        recordedAt: this.#now,
        observedAt,
        validUntil: item.validUntil ?? null,
        derivedFrom: derivedFrom.slice(0, LIMITS.sources),
        supersedes: replaced.map((row) => row.state.id),
      },
      inherited,
    );
    const replacement = this.#echoes === null ? NO_REPLACEMENT : this.#replacing.of(header);
    const row: NewRow = { kind: 'new', header, text: item.text, ...replacement };
    const key = access.vault.sayingKey(item.text);
    this.#said.set(key, [...(this.#said.get(key) ?? []), row]);
    return row;
  }

  /** The row in this collection that says the same now, stored or earlier in the batch. */
  #sighted(text: string, collection: string): string | null {
    const { vault } = this.#access;
    for (const { row, version } of vault.sayingsOf(text)) {
      const there = vault.rows.get(row);
      if (there?.header.collection === collection && vault.isCurrent(row, version) && inScope(this.#access, there)) return row;
    }
    return this.#said.get(vault.sayingKey(text))?.find((planned) => planned.header.collection === collection)?.header.row ?? null;
  }

  /** What the same text, said elsewhere or before an edit, leaves to a row that says it anew. */
  #repeated(text: string): Inheritance {
    const { vault } = this.#access;
    const parts: Inheritance[] = [];
    for (const { row } of vault.sayingsOf(text)) {
      const there = vault.rows.get(row);
      if (there !== undefined) parts.push(inheritFrom(vault, there, 'repeat'));
    }
    for (const { header } of this.#said.get(vault.sayingKey(text)) ?? []) {
      const origin = header.origin.effective;
      const bounds = lifecycleOf({ ...header, origin }, null, vault.state.policy.policy);
      parts.push({ bases: [{ at: header.basisAt, reason: 'repeat' }], origins: [origin], bounds });
    }
    return inheritAll(...parts);
  }
}

/** What keeps a row from being active, whatever the policy says of its origin, until its owner stands behind it. */
function neverActive(since: Instant): Inheritance {
  return { bases: [], origins: [], bounds: { activeUntil: since, backgroundUntil: MAX_INSTANT } };
}
