/** Words that often say the same thing, a group between bars. Everyday English; written by hand. A word may be in several groups. */
export const SAME = `
photo picture image pic snapshot photograph | movie film cinema | child kid toddler baby | son boy | daughter girl
mother mom mum mama mummy | father dad papa daddy | parent mother father mom mum dad | grandmother grandma granny nana
grandfather grandpa granddad | sibling brother sister | husband spouse partner wife | married marriage wedding wed anniversary
boyfriend girlfriend partner dating relationship romantic | single divorced breakup separated status | pregnant pregnancy expecting
job work career profession occupation employer position role employed | company firm business employer startup workplace
salary pay wage income earn earnings | boss manager supervisor lead | colleague coworker teammate | hire hired recruit
quit resign leave left | fired laid layoff redundant | retire retirement pension | promotion promoted raise | interview hiring
buy purchase order shop get | car vehicle drive | bike bicycle cycling | home house apartment flat condo place
live reside address based located | move relocate moving | rent lease landlord tenant | roommate flatmate housemate
trip travel journey vacation holiday visit tour getaway | flight fly plane airline airport | hotel accommodation stay lodging booked
train rail railway | food meal dish eat cuisine | dinner lunch breakfast supper meal | snack treat | cook bake recipe kitchen
restaurant cafe diner eatery | drink beverage | grocery groceries supermarket shopping | dairy milk lactose cheese yoghurt yogurt
gluten coeliac celiac wheat | vegetarian vegan meat | sweets candy chocolate liquorice licorice | spicy hot | brew tea coffee
doctor physician gp clinic | dentist dental teeth tooth | therapist therapy counsellor counselor counseling counselling psychologist
medicine medication drug pill tablet prescription dose | painkiller aspirin ibuprofen advil paracetamol | illness sick disease ill condition
injury hurt injured wound broke | pain ache sore | allergy allergic intolerance intolerant reaction avoid
faint pass fainted dizzy | nausea vomit throw carsick | spectacles glasses lenses eyesight | exercise workout gym fitness training
diet nutrition eating | weight lose kg pounds | sleep insomnia bed | hospital surgery operation | health wellbeing wellness
hobby interest pastime enjoy leisure spare | favorite favourite prefer love best | like enjoy love fond | hate dislike avoid stand bear
happy glad thrilled excited joy proud delighted | sad upset down depressed unhappy grief | scared afraid fear nervous anxious worried phobia
angry mad annoyed frustrated | stress stressed pressure overwhelmed burnout | tired exhausted fatigue | calm relax relaxing unwind peaceful
friend buddy pal mate | neighbor neighbour | book novel read reading author | song music track album band concert sing
game play gaming console | sport team match athlete | coach trainer | art paint painting draw drawing artist sketch
school college university student class course degree | teach teacher instructor lesson mentor tutor | study learn education
test exam resit | struggle hard difficult trouble | grade mark score result | language speak fluent | country nation abroad overseas | city town
birthday born birth birthdate | age old years | start begin launch open | end finish complete done | stop quit give
win won award prize champion victory | lose lost defeat | help support assist aid | volunteer charity donate fundraiser community
talk speak chat conversation discuss speech | meet meeting encounter | call phone ring | message text write
plan intend goal aim hope want | decide choose choice decision pick | idea inspiration inspire | problem issue trouble challenge difficulty obstacle setback
fix repair mend | broken leak fault defect | outage incident failure down | bug error | money budget finance savings cash | cost price expense fee pay
debt loan mortgage owe | insurance policy cover | tax taxes | phone mobile smartphone number | computer laptop pc machine | email mail
password login credential | big large huge | small little tiny | new latest recent | nature outdoors outdoor hike hiking camping forest
beach sea ocean coast shore | mountain hill | garden plant gardening flower | reason why because | feel feeling emotion
gift present | clothes clothing outfit fashion dress wear | size fit | store shop | event festival | party celebrate celebration
religion church faith spiritual | deadline due | meeting appointment schedule scheduled slot | remind reminder | arrive come visit
dog puppy | cat kitten | pet animal | nickname called name | hometown grew native origin | identity gender | politics political
picture painting | screenplay script | trophy medal | sea ocean | sunset sunrise | self myself | relation relationship`;

/** Words of one family that their stems do not bring together. */
export const FAMILY = `
decide decision | choose choice | lose loss | die death dead | marry marriage | allergy allergic | diagnose diagnosis | advise advice
explain explanation | describe description | receive reception receipt | believe belief | succeed success successful | apply application applicant
grow growth | know knowledge | see sight | sell sale | think thought | live life | speak speech | sing song singer | fly flight | give gift
weigh weight | high height tall | long length | strong strength | deep depth | wide width | true truth | young youth | warm warmth | hot heat
prove proof | save savings | arrive arrival | refuse refusal | propose proposal | travel traveller | compete competition competitor
collaborate collaboration | recommend recommendation | suggest suggestion | invite invitation | celebrate celebration | educate education
paint painter | teach teacher | write writer | sing singer | dance dancer | act actor actress | play player | design designer | train trainer
piano pianist | guitar guitarist | violin violinist | art artist artistic | science scientist scientific | music musician musical | psychology psychologist
photograph photographer photography | journal journalist journalism | economy economics economist | politics political politician
nurse nursing | engineer engineering | account accountant accounting | bank banking banker | farm farmer | bake baker bakery | garden gardener
analyse analyze analysis | summary summarize summarise | critic criticize criticise criticism | memory memorize remember | exist existence
prefer preference | differ different difference | important importance | depend dependent | resist resistance | patient patience | absent absence
vegetarian vegan | spain spanish | france french | germany german | italy italian | japan japanese | china chinese | england english britain british
sweden swedish | poland polish | portugal portuguese | greece greek | turkey turkish | ireland irish | scotland scottish | norway norwegian
denmark danish | finland finnish | netherlands dutch | switzerland swiss | mexico mexican | brazil brazilian | canada canadian | india indian
korea korean | vietnam vietnamese | thailand thai | russia russian | ukraine ukrainian | america american usa | europe european | asia asian | africa african
one 1 once | two 2 twice | three 3 | four 4 | five 5 | six 6 | seven 7 | eight 8 | nine 9 | ten 10 | twelve 12 dozen | hundred 100 | thousand 1000
january jan | february feb | march mar | april apr | june jun | july jul | august aug | september sept sep | october oct | november nov | december dec
monday mon | tuesday tue | wednesday wed | thursday thu | friday fri | saturday sat | sunday sun
television tv telly | bicycle bike | refrigerator fridge | photograph photo | telephone phone | gymnasium gym | mathematics maths math | laboratory lab
kilometre kilometer km | kilogram kg | mile miles mi | hour hr | minute min | percent percentage % | dollar dollars usd | euro eur | pound gbp
favourite favorite | colour color | neighbour neighbor | centre center | theatre theater | grey gray | organise organize | realise realize | programme program
jewellery jewelry | tyre tire | mum mom | counsellor counselor | yoghurt yogurt | licence license | practise practice | cheque check | pyjamas pajamas | behaviour behavior`;

/** Kinds of thing, and things of the kind. Asking for the kind finds the things, not the other way about. */
export const KINDS = `
pet animal: dog cat puppy kitten rabbit hamster parrot turtle fish guinea horse bird snake lizard tortoise
sport exercise: football soccer basketball tennis baseball volleyball swimming swim running run cycling golf hockey yoga climbing surfing skiing boxing kickboxing karate judo rugby cricket badminton pilates weights marathon jog
instrument: guitar piano violin drums flute clarinet cello saxophone trumpet harp ukulele synthesizer keyboard bass
country nation: england france germany spain italy japan china india sweden canada mexico brazil portugal ireland greece australia netherlands america norway thailand turkey switzerland austria belgium denmark finland poland vietnam korea egypt morocco kenya ghana nigeria argentina chile peru colombia iceland scotland uk usa
city: paris london tokyo berlin rome boston seattle chicago barcelona amsterdam lisbon madrid vienna york miami toronto dublin prague sydney melbourne munich hamburg milan venice dallas denver austin houston philadelphia detroit atlanta cologne leeds manchester edinburgh
state: california texas florida oregon washington nevada arizona colorado ohio michigan georgia virginia alaska hawaii montana utah minnesota illinois
family relative: mother father brother sister mom dad mum parent husband wife son daughter aunt uncle cousin grandma grandpa grandmother grandfather niece nephew child kid
child kid: son daughter toddler baby
relative: aunt uncle cousin niece nephew grandmother grandfather
drink beverage: coffee tea beer wine juice water soda smoothie lemonade cocktail milk
color colour: red blue green yellow black white purple orange pink brown gray grey
season: spring summer autumn winter fall
summer: june july august
winter: december january february
spring: march april may
autumn fall: september october november
weekend: saturday sunday
hobby activity: reading painting hiking gardening cooking photography dancing writing gaming knitting running pottery swimming camping fishing baking sewing chess climbing yoga drawing kayaking
vehicle car: truck motorcycle van toyota ford honda volkswagen tesla bmw audi sedan suv
dessert sweet: cake cookie pie chocolate brownie tart pudding cheesecake ice cupcake
fruit: apple banana strawberry raspberry cherry peach mango grape lemon blueberry pear plum
vegetable: carrot potato tomato spinach broccoli onion cabbage lettuce pepper kale
meat: chicken beef pork lamb steak bacon ham turkey sausage
nut: hazelnut walnut almond peanut cashew pistachio pecan
food: pizza pasta rice bread salad soup sandwich sushi curry taco noodle chicken cheese burger
diet: vegetarian vegan gluten keto halal kosher pescatarian
dairy: milk cheese butter cream yogurt yoghurt
allergy: nut peanut hazelnut pollen gluten dairy shellfish penicillin latex dust
painkiller: aspirin ibuprofen paracetamol advil tylenol
medicine medication: aspirin ibuprofen antibiotic insulin warfarin inhaler tablet pill
doctor: dentist gp surgeon dermatologist cardiologist paediatrician pediatrician orthodontist optician physio
illness condition disease: diabetes asthma cancer migraine flu covid arthritis depression anxiety coeliac adhd dyslexia eczema
job profession occupation career: teacher nurse doctor engineer lawyer accountant chef waiter driver developer programmer designer manager electrician plumber carpenter writer editor translator scientist architect consultant journalist musician artist actor producer photographer librarian baker hairdresser counselor
subject: maths math physics chemistry biology history geography art music literature economics
degree: bachelor master phd doctorate diploma nursing engineering
language: english french spanish german italian portuguese chinese japanese mandarin arabic russian korean dutch swedish hebrew hindi
religion: christian catholic muslim jewish buddhist hindu church mosque synagogue temple
furniture: table chair sofa couch desk bed shelf wardrobe cupboard
appliance: washing fridge oven dishwasher microwave kettle toaster dryer
clothes clothing: shirt dress shoes jacket coat jeans trousers skirt sweater hat socks boots sneakers
jewelry jewellery: ring necklace bracelet earrings watch
tool software app: excel word figma jira slack notion photoshop git github docker
database: postgres postgresql mysql sqlite mongodb redis oracle
programming: python javascript typescript java rust go ruby php kotlin swift
device gadget: phone laptop tablet computer camera headphones iphone ipad macbook kindle
laptop computer: macbook thinkpad dell lenovo
book: novel fantasy thriller biography memoir series author
movie film: comedy drama thriller documentary horror netflix
music: jazz rock pop classical hiphop rap folk metal
dance: ballet salsa hiphop contemporary tango waltz
feast holiday: christmas easter thanksgiving halloween diwali hanukkah ramadan passover
emotion feeling: happy sad angry scared proud excited nervous anxious grateful relieved
weather: rain snow sun storm wind
document: passport visa licence license certificate contract
transport: train bus tram bike car plane ferry taxi metro subway
crafts craft: pottery knitting sewing crochet woodwork quilt embroidery
game: chess poker monopoly minecraft catan zelda cards puzzle
insect: bee wasp ant spider butterfly
disability: wheelchair deaf blind
groceries: milk bread eggs vegetables fruit tofu`;
