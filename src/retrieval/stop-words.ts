/**
 * English words that carry grammar rather than matter: they are neither indexed nor asked for. Words that are also names, months or
 * matter (`may`, `will`, `us`, `second`, `still`) are not here; a common word costs little, since its rarity weighs it.
 */
export const STOP_WORDS: ReadonlySet<string> = new Set(
  [
    'a an the this that these those and or but nor if then than because while although though so as of at by for with about into',
    'onto upon to from in on out off over under up down through between during before after i me my mine myself we our ours',
    'ourselves you your yours yourself yourselves he him his himself she her hers herself it its itself they them their theirs',
    'themselves who whom whose which what when where why how there here am is are was were be been being do does did doing done',
    'have has had having can could would should shall might must ca wo sha not no yes any some such each both either neither all',
    'only own same too very just also ever else oh hey hi hello okay ok yeah really',
  ].flatMap((line) => line.split(' ')),
);
