/** What names, titles and texts are made of. `{noun}` and the like in a text stand for a word of that list. */
export const words = {
  given:
    list(`Ada Aisha Alba Alma Amal Amina Anders Anouk Anton Ariel Asha Astrid Basil Bea Bela Bianca Bruno Callum
    Camille Carlos Celia Chidi Clara Cyrus Dalia Dario Delia Diego Dilan Edith Elena Elias Elif Emil Enzo Esther Eva
    Farah Felix Fiona Frida Gita Gustav Hana Hassan Hector Hilda Hugo Ida Igor Imani Ingrid Iris Isaac Ivo Jana Jasper
    Joan Jorge Judith Jun Kamal Karin Kaspar Kofi Lars Leila Lena Leo Lidia Linus Lola Lorenzo Luca Mabel Magda Malik
    Marco Mei Mila Milan Mina Miriam Naomi Nadia Nils Nina Noor Olga Omar Oscar Otto Paula Pavel Petra Pia Priya Rafael
    Rania Rosa Ruben Sabine Salma Samir Selma Simon Sofia Sven Tamar Tariq Tessa Theo Tomas Uma Vera Viktor Wanda Yara
    Yusuf Zoe Zora`),
  family:
    list(`Abbott Abara Adeyemi Aguilar Akhtar Albers Almeida Amsel Andersen Arslan Bakker Banerjee Barros Bauer
    Becker Bell Bergman Blum Bosch Brandt Brennan Brook Castillo Chaudhry Chen Clarke Cohen Costa Cruz Dahl Dalton
    Demir Desai Dietrich Dubois Duarte Eriksen Espinoza Farkas Ferreira Fischer Flores Forsyth Fournier Friis Gallo
    Garcia Ghosh Grant Haddad Hale Halvorsen Hansen Harlow Hart Haruna Hayashi Herrera Hoffman Holm Horvat Ibarra Iqbal
    Ito Jansen Jensen Joshi Kaplan Keller Khan Kimura Klein Kovac Kruger Lang Larsen Laurent Leclerc Lehmann Lind Lopez
    Lund Mancini Mansour Marsh Martin Mendes Mercer Meyer Molina Moreau Morris Mwangi Nair Navarro Ness Nilsen Novak
    Obi Olsen Orlov Osei Palmer Park Patel Pereira Petrov Pham Quinn Rahman Ramos Reed Reyes Ribeiro Richter Rossi
    Roux Sato Schmid Serrano Sharma Silva Singh Sokolov Stone Suzuki Svensson Takeda Tanaka Torres Tran Turner Vargas
    Vogel Walsh Weber Winter Wolf Yamada Yilmaz Ziegler Zhou`),
  noun: list(`archive atlas balcony ballot bicycle bookshop bridge budget calendar camera canal cellar chapel choir clock
    compass corner courtyard crossing dictionary drawer ferry festival fountain furnace garden glacier greenhouse harbour
    hedge herbarium island journal kettle kiosk kitchen ladder lamp lantern laundry ledger letter library lighthouse loom
    map market meadow mill mirror museum notebook observatory orchard oven pantry parliament pavement phrasebook piano
    platform postcard printer quarry queue railway receipt recipe reservoir river schedule seed sentence shelf staircase
    station stove street studio telescope terrace theatre thermometer timetable tower tram tunnel typewriter valley
    village violin wardrobe warehouse waterfall wharf window workshop`),
  plural:
    list(`accents apples bakers bees bells birds books boots bottles bricks buttons carpenters chairs clouds
    coins colours committees conversations doors editors errors families farmers footnotes forecasts gardeners habits
    hats hours ideas instruments islands keys languages letters maps margins meetings mushrooms musicians names
    neighbours numbers onions paintings pencils photographs pilots poems questions readers recipes roads roots rumours
    schools seasons shadows shoes signs songs stairs stories strangers students tables teachers tides tools towns
    trains translators trees visitors votes walks weavers winters witnesses`),
  adjective:
    list(`absent ancient awkward borrowed brief bright broken careful cheap cheerful cold common crowded curious
    distant early empty endless familiar famous forgotten fragile gentle hidden honest hopeful humble invisible late
    lonely long lost loud modest narrow northern odd old ordinary patient plain precise private quiet rare reliable
    remote ripe rough round second secret serious shallow sharp short silent simple slow small southern stubborn
    sudden temporary thin tidy tired unfinished unlikely useful vague vast warm weary wild windy`),
  verb: list(`argue begin break change count draw end fail fall finish fold forget grow hurry improve last learn listen
    matter move open pause rest return rhyme settle shine sink sleep spread start stay stop surprise survive travel
    vanish wait wander whisper work`),
  doing:
    list(`arguing baking borrowing building carrying collecting cooking copying counting cycling digging drawing
    editing fixing folding gardening guessing listening measuring mending naming painting planting printing reading
    repairing sailing sewing singing sketching sorting teaching translating travelling waiting walking watching writing`),
  place:
    list(`Alder Ashford Bellmouth Birchwood Brackwater Briar Calder Carrow Copperfield Corran Dunmere Eastleigh Elmbank
    Fairhaven Fenwick Glenrow Greywater Halden Harrow Hazelmere Highmoor Kestrel Kingsbarn Larkhill Lindow Lowfield Marlow
    Millbrook Newhaven Northgate Oakham Osterby Pellwick Quayside Ravensea Redcliff Rushmere Saltmarsh Seaton Silverdale
    Southam Stonebridge Swanmoor Thornbury Upwell Wester Westbrook Whitby Winslow Yarrow`),
  trade:
    list(`archivist baker beekeeper bookbinder botanist carpenter cartographer clerk cook doctor editor engineer farmer
    ferryman gardener historian librarian locksmith mechanic midwife musician nurse optician painter photographer pilot
    plumber postman potter printer surveyor tailor teacher translator typesetter watchmaker weaver`),
  month: list(`January February March April May June July August September October November December`),
  day: list('Monday Tuesday Wednesday Thursday Friday Saturday Sunday'),
  number: list(
    `two three four five six seven eight nine ten eleven twelve fifteen twenty thirty forty sixty`,
  ),
  year: list(
    '1898 1907 1913 1924 1931 1938 1946 1951 1957 1963 1968 1974 1979 1985 1990 1996 2003 2008 2014 2019',
  ),
  tool: list('make sort grep curl tar diff awk sed jq psql rsync pandoc'),
  file: list(
    'notes.md index.csv prices.csv letters.txt map.svg budget.ods schedule.json words.txt tides.csv recipe.md',
  ),
  domain: list('example.org example.com example.net'),
} as const;

/** The names of tags, the most used ones first. */
export const tagNames: readonly string[] =
  `Culture|Books|Food|History|Technology|Travel|Photography|Music|Nature|Design|
  Local history|Gardening|Science|Programming|Politics|Walking|Cooking|Language|Education|Architecture|Cycling|Film|
  Poetry|Health|Economics|Railways|Typography|The sea|Maps|Translation|Craft|Weather|Painting|Theatre|Philosophy|
  Data|Open source|Bread|Birds|Libraries|Interviews|Essays|Letters|Archives|Mathematics|Astronomy|Museums|Radio|
  Climate|Housing|Transport|Law|Family|Work|Sport|Chess|Sailing|Geology|Botany|Fermentation|Printing|Accessibility|
  Databases|Testing|GraphQL|PostgreSQL|TypeScript|Security|Performance|Privacy|Newsletters|Community|Volunteering|
  Winter|Summer|Mountains|Rivers|Islands|Markets|Tea|Coffee|Cheese|Ceramics|Textiles|Furniture|Repair|Tools|
  Dictionaries|Puzzles|Comics|Folklore|Obituaries|Corrections|Long reads|Field notes`
    .split('|')
    .map((name) => name.trim());

function list(text: string): readonly string[] {
  return text.trim().split(/\s+/);
}
