import { rowTokens } from './tokens.ts';
import { WEIGHT } from './weighing.ts';

/** Words that often say the same, a group between bars. */
const SAME = `
photo picture image pic snapshot photograph | movie film cinema | child kid son daughter childhood toddler baby | mother mom mum mama
father dad papa | parent mother father mom dad | grandmother grandma granny | grandfather grandpa | sibling brother sister
husband spouse partner wife married marriage wedding | boyfriend girlfriend partner dating relationship romantic
job work career profession occupation employer position role employed | company firm business employer startup
salary pay wage income earn | boss manager supervisor | buy purchase order shop | car vehicle drive | bike bicycle cycling
home house apartment flat condo | live reside address | move relocate | trip travel journey vacation holiday visit tour
food meal dish eat cuisine dinner lunch breakfast | cook bake recipe | restaurant cafe diner eatery | drink beverage
doctor physician | dentist dental teeth | medicine medication drug pill prescription dose | illness sick disease ill
injury hurt injured | allergy allergic intolerance intolerant | exercise workout gym fitness training | diet vegetarian vegan
hobby interest pastime enjoy leisure | favorite favourite prefer love best | like enjoy love | hate dislike avoid
happy glad thrilled excited joy proud | sad upset down depressed | scared afraid fear nervous anxious
stress stressed pressure overwhelmed | friend buddy pal mate | book novel read reading author | song music track album band concert
game play gaming | sport team match athlete | art paint painting draw drawing artist | school college university student class course degree
teach teacher instructor lesson mentor | study learn education | test exam | language speak fluent | country nation abroad | city town
birthday born birth | old age | start begin launch open | end finish complete | stop quit leave | win won award prize champion | lose lost
help support assist | volunteer charity donate fundraiser community | talk speak chat conversation discuss speech | meet encounter
plan intend goal aim | decide choose choice decision | idea inspiration inspire | problem issue trouble challenge difficulty obstacle setback
money budget finance savings cost price expense | phone mobile | computer laptop | email mail | big large huge | small little tiny
nature outdoors outdoor hike hiking camping forest | beach sea ocean | mountain hill | reason why because | feel feeling emotion
gift present | clothes clothing outfit fashion dress wear | store shop | event festival | party celebrate celebration
religion church faith spiritual | deadline due | meeting appointment schedule scheduled`;

/** Kinds of thing, and things of the kind. */
const KINDS = `
pet: dog cat puppy kitten rabbit hamster parrot turtle fish
sport: football soccer basketball tennis baseball volleyball swimming running cycling golf hockey yoga climbing surfing skiing
instrument: guitar piano violin drums flute clarinet cello saxophone
country: england france germany spain italy japan china india sweden canada mexico brazil portugal ireland greece australia netherlands
country: america norway thailand turkey switzerland
city: paris london tokyo berlin rome boston seattle chicago barcelona amsterdam lisbon madrid vienna york
family: mother father brother sister mom dad parent husband wife son daughter aunt uncle cousin grandma
drink: coffee tea beer wine juice water
color: red blue green yellow black white purple orange pink
season: spring summer autumn winter fall
hobby: reading painting hiking gardening cooking photography dancing writing gaming knitting running
vehicle: car truck motorcycle bike van
dessert: cake cookie pie chocolate
activity: hiking camping swimming painting running pottery dancing kayaking`;

/** What is asked for beside a word, and what it counts. */
export interface Akin {
  readonly term: string;
  readonly weight: number;
}

const NONE: readonly Akin[] = [];
const TABLE = tableOf();

/** Terms that may stand for a term, each once, in a fixed order. */
export function akinTo(term: string): readonly Akin[] {
  return TABLE.get(term) ?? NONE;
}

function tableOf(): ReadonlyMap<string, readonly Akin[]> {
  const table = new Map<string, Map<string, number>>();
  const add = (from: string | undefined, to: string | undefined, weight: number): void => {
    if (from === undefined || to === undefined || from === to) return;
    const akin = table.get(from) ?? new Map<string, number>();
    akin.set(to, Math.max(akin.get(to) ?? 0, weight));
    table.set(from, akin);
  };
  for (const group of SAME.split(/[|\n]/)) {
    const terms = termsOf(group);
    for (const from of terms) for (const to of terms) add(from, to, WEIGHT.synonym);
  }
  for (const line of KINDS.split('\n')) {
    const [kind, things] = line.split(':').map(termsOf);
    for (const thing of things ?? []) add(kind?.[0], thing, WEIGHT.kind);
  }
  return new Map([...table].map(([term, akin]) => [term, Array.from(akin, ([to, weight]): Akin => ({ term: to, weight }))]));
}

function termsOf(words: string): string[] {
  return rowTokens(words).map(({ term }) => term);
}
