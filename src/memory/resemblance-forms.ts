/** Words that carry no matter of their own, in English, German, French and Spanish: they neither tie two texts nor part them. */
export const FRAME = words(`
  a an the this that these those i me my mine myself you your yours he him his she her hers it its itself we us our ours they them their theirs
  who whom whose which what when where how why as at by for from in into of off on onto out over to up upon with within than then through
  throughout and or but so if because since while though although however also too just very quite rather even be am is are was were been being
  do does did doing done have has had having will would shall should can could may might must going get gets got gotten there here about around
  roughly approximately between during until till per all any some such same own via toward towards both both's either both else ever
  user person owner owners themself themselves themselve own his herself himself mr mrs ms pan pani
  m s t re ve ll d st nd rd th
  ich du er sie es wir ihr mich mir mein meine meinen meiner meinem sein seine seinen seiner seinem ihre ihren ihrem unser unsere der die das den
  dem des ein eine einen einem einer eines und oder aber auch ist sind war bin hat habe haben hatte wird werden von vom zu zum zur im in am an
  auf mit bei nach aus um für seit weil da dass als wenn wie gibt nutzer nutzerin benutzer benutzerin sich namens
  je tu il elle on nous vous ils elles mon ma mes ton ta tes sa ses notre nos leur leurs le la les l un une des du de et ou mais est suis sont
  était ai a ont avait au aux en dans sur pour par avec chez que qui quand comme depuis à utilisateur utilisatrice c j qu se ce cette
  yo él ella nosotros mi mis tu tus su sus el los las uno una y o pero es soy está estoy era he ha han del al con para por se lo que cuando
  como porque desde causa usuario usuaria hay
`);

/** Words that say little: they count for less than the others, since every second fact about a person has one. */
export const LIGHT = words(`
  want wish like love enjoy prefer favour favor use need take make keep come go put give see say call name plan hope think consider find seem try
  currently usually always often mostly mainly every each new old other more most much many lot little bit several way thing please way time
  someone something rather well still yet already nearly almost later early late own person people suggest become
  möchte mag gern gerne lieber immer sehr macht jede jeder jedes
  veux voudrais aime préfère toujours très tous toutes chaque cherche
  quiero prefiero gusta siempre muy todos todas cada
`);

/** Words of a kind that say the same; the first of a line stands for them all. Each word stands in its plain form. */
const SAME = `
  home house flat apartment
  child kid children
  spouse partner
  doctor gp physician
  company firm business employer
  job work position role occupation profession
  employ staff employee
  car vehicle automobile
  bike bicycle cycle
  ride rides rode ridden
  phone telephone mobile ring call
  email mail
  holiday vacation trip
  illness disease
  ache pain hurt hurts sore
  scare afraid fear frightened terrified
  begin start began begun started
  quit stop cease stopped
  buy purchase bought
  remove took taken
  repair fix mend
  rent let lease
  pay paid payment payable
  cost price charge rate fee
  earn salary wage income
  receive got obtain
  die died death dead
  marry wed married wedding marriage
  pregnant pregnancy
  own owns possess
  run operate ran
  teach taught teacher
  speak talk spoke spoken
  short brief concise
  answer reply response respond
  small little tiny
  quick fast rapid
  bad badly poor poorly severe severely
  near close nearby
  under below beneath less
  over above
  other second alternate
  week weekly
  month monthly
  year yearly annual annually
  quarter quarterly
  night nightly
  break broke broken fracture
  finish complete
  end ended
  swap replace substitute change
  visit visits
  choose pick chose chosen
  learn learnt learned study studying
  write wrote written
  read reading
  drink drank drunk
  eat ate eaten
  sleep slept asleep
  drive drove driven
  swim swam
  sing sang sung
  sit sat
  wear wore worn
  build built
  bring brought
  lend lent borrow loan
  owe debt
  know known knew
  leave left
  lose lost
  meet met meeting
  keep kept store retain
  hold held
  large big bigger larger
  day daily
  feel felt
  tell told
  send sent
  win won
  grow grew grown
  throw threw
  bear born birth
  bite bit bitten
  fall fell fallen
  fly flew flown
  make made
  give gave given donate
  go went gone
  come came
  see saw seen
  say said
  think thought
  find found
  supply supplier
  repository repo
  error fault
  check cheque
  kilometre km kilometer
  centimetre cm centimeter
  metre meter
  kilo kg kilogram
  gram gramme
  litre liter
  pound gbp
  euro eur
  dollar usd
  minute min
  hour hr hourly
  tyre tire
  grey gray
  permit allow allowed
  handle manage do
  mother mum mom
  father dad
  grandmother granny grandma
  grandfather grandpa
  tv television
  licence license
  chiefly mainly mostly
  only solely exclusively sole
  search look seek
  freeze frost frozen freezing
  commence launch
  annoy irritate
  glad happy
  sad unhappy
  ill sick unwell
  tired exhausted
  dear expensive
  assist help aid
  fitted equipped
  travel travelling journey
  surgery operation operated operate
  tablet pill
  medicine medication drug
  jahr an
  arbeit job
  wohnt lebt wohne lebe
  kam gekommen komme kommt
  an année
  vive vivo
  puedo puede
`;

/** What can be said of only one at a time: where each text names another member of one kind, something has changed. */
const KINDS = `
  monday lunes lundi montag/tuesday martes mardi dienstag/wednesday miércoles mercredi mittwoch/thursday jueves jeudi donnerstag/friday viernes vendredi freitag/saturday sábado samedi samstag/sunday domingo dimanche sonntag
  january januar janvier enero/february februar février febrero/march märz mars marzo/april avril abril/may mai mayo/june juni juin junio/july juli juillet julio/august août agosto/september septembre septiembre/october oktober octobre octubre/november novembre noviembre/december dezember décembre diciembre
  mother mum mom mutter mère madre/father dad vater père padre/sister schwester soeur hermana/brother bruder frère hermano/son sohn fils hijo/daughter tochter fille hija/uncle onkel oncle tío/aunt tante tía/cousin/grandmother granny grandma oma abuela/grandfather grandpa opa abuelo/grandson/granddaughter
  left links gauche izquierda/right rechts droite derecha
  morning morgens matin mañana/afternoon nachmittags après-midi/evening abends soir/noon mittags midi
  day days tagsüber/night nights nachts nuit noche
  winter hiver invierno/summer sommer été verano/spring frühling printemps primavera/autumn fall herbst automne otoño
  north/south/east/west
  husband/wife
  best/worst
  buy/sell
  open/close shut
  first/last
  lose/gain
  pass/fail
  hot/cold
  black/white/red/green/blue/yellow/brown
  dog/cat
`;

const COUNTS: readonly (readonly [number, string])[] = [
  [0, 'zero null cero'],
  [2, 'two twice zwei deux dos'],
  [3, 'three third thrice drei trois tres'],
  [4, 'four fourth vier quatre cuatro'],
  [5, 'five fifth fünf cinq cinco'],
  [6, 'six sixth sechs seis'],
  [7, 'seven seventh sieben sept siete'],
  [8, 'eight eighth acht huit ocho'],
  [9, 'nine ninth neun neuf nueve'],
  [10, 'ten tenth zehn dix diez'],
  [11, 'eleven eleventh elf onze'],
  [12, 'twelve twelfth zwölf douze doce dozen'],
  [13, 'thirteen dreizehn treize trece'],
  [14, 'fourteen vierzehn quatorze catorce'],
  [15, 'fifteen fünfzehn quinze quince'],
  [16, 'sixteen sechzehn seize dieciséis'],
  [17, 'seventeen siebzehn diecisiete'],
  [18, 'eighteen achtzehn dieciocho'],
  [19, 'nineteen neunzehn diecinueve'],
  [20, 'twenty zwanzig vingt veinte'],
  [30, 'thirty dreißig trente treinta'],
  [40, 'forty vierzig quarante cuarenta'],
  [50, 'fifty fünfzig cinquante cincuenta'],
  [60, 'sixty sechzig soixante sesenta'],
  [70, 'seventy siebzig setenta'],
  [80, 'eighty achtzig ochenta'],
  [90, 'ninety neunzig noventa'],
  [100, 'hundred hundert cent cien'],
  [1000, 'thousand tausend mille mil'],
  [1_000_000, 'million millionen millón'],
];

/** Number words of 2 and more, and 0, by their value. */
export const COUNT: ReadonlyMap<string, number> = new Map(
  COUNTS.flatMap(([value, names]) => names.split(' ').map((name) => [name, value])),
);

/** What may stand for 1 without saying so. */
export const ONE = words('one a an single ein eine einen un une una uno once eins');

/** Words that turn what follows into its opposite. */
export const NEGATION = words(`
  not no never none neither nor nothing nobody cannot without
  nicht kein keine keinen keinem keiner nie niemals ohne nichts
  pas jamais sans aucun aucune rien ne n
  nunca sin ningún ninguna nada tampoco
`);

/** Words that may say the same as a negation, and may as well not. */
export const REFUSAL = words(`
  avoid avoids avoided avoiding only except unable refuse refuses hate hates dislike dislikes instead rather lack lacks free exclude excluded fail
  failed otherwise nur statt vermeidet évite uniquement seulement evita solo sólo impossible forbidden stop stopped quit unless solely
`);

/** Words that say that something is no longer as it was. */
export const CHANGE = words(`
  now again anymore nowadays formerly previously stopped quit cancelled canceled sold moved changed changes moving switched left lost retired
  jetzt wieder inzwischen nunmehr maintenant désormais ahora ya finished started gave giving back instead upgraded replaced
`);

/** Runs of words that say together what one word says. */
export const PHRASES: readonly (readonly [RegExp, string])[] = [
  [/\b(?:one and a half|one-and-a-half)\b/g, '1.5'],
  [/\b(?:g[ai]ves? up|given up|giving up)\b/g, 'quit'],
  [/\bpass(?:ed|es)? away\b/g, 'died'],
  [/\b(?:split|splits|broke|break|broken) up\b/g, 'separated'],
  [/\b(?:can't|cannot|can not|couldn't) (?:stand|bear)\b/g, 'hate'],
  [/\bexpect(?:s|ing)? a baby\b|\bhaving a baby\b/g, 'pregnant'],
  [/\b(?:no longer|not any ?more)\b/g, 'not anymore'],
  [/\bany more\b/g, 'anymore'],
  [/\bthese days\b/g, 'now'],
  [/\b(?:no|not) more than\b/g, 'at most'],
  [/\bin less than\b/g, 'under'],
  [/\bevery other\b/g, 'every second'],
  [/£/g, ' pound '],
  [/€/g, ' euro '],
  [/\$/g, ' dollar '],
  [/%/g, ' percent '],
];

/** Word by word, the word that stands for it. */
export const STANDS_FOR: ReadonlyMap<string, string> = new Map(
  lines(SAME).flatMap((line) => {
    const [first = '', ...others] = line.split(' ');
    return others.map((other) => [other, first]);
  }),
);

/** Word by word, the kind it is of and which member of that kind it is, as `kind:member`. */
export const MEMBER: ReadonlyMap<string, string> = new Map(
  lines(KINDS).flatMap((line, kind) => line.split('/').flatMap((names, at) => names.split(' ').map((name) => [name, `${kind}:${at}`]))),
);

function lines(table: string): string[] {
  return table.trim().split(/\s*\n\s*/);
}

function words(list: string): ReadonlySet<string> {
  return new Set(list.trim().split(/\s+/));
}
