/** The forms of titles. */
export const titles: readonly string[] = [
  'The {noun} that would not {verb}',
  'A {adjective} history of the {noun}',
  'What {plural} know about {plural}',
  'How to {verb} like a {trade}',
  'In praise of {adjective} {plural}',
  'Notes from a {adjective} {noun}',
  'The {trade}, the {noun} and the {noun}',
  '{number} {plural} and a {noun}',
  'Why we stopped {doing}',
  'A year of {doing}',
  'Letter from {place}: the {adjective} {noun}',
  'On {doing}, badly',
  'The last {trade} of {place}',
  '{doing} in {month}',
  'Against {adjective} {plural}',
  'The {noun} at the end of the {noun}',
  'An interview with the {trade} of {place}',
  '{place} after the {adjective} winter',
  'Everything I know about {doing}',
  'The {adjective} art of {doing}',
  'Where do {plural} go in {month}?',
  'Do {plural} {verb}?',
  'The summer of {year}, told by {plural}',
  'A field guide to {adjective} {plural}',
  'Who owns the {noun}?',
  'What the {noun} taught the {trade}',
  '{plural}, {plural} and the {noun} of {place}',
  'Before the {noun} there were {plural}',
  'The night the {noun} of {place} came to a stop',
  'Measuring a {adjective} {noun}',
];

/** The forms of headings. */
export const headings: readonly string[] = [
  'The {noun}',
  'What the {trade} said',
  'A {adjective} {noun}',
  '{doing} and {doing}',
  'Of {plural} and {plural}',
  'Back in {place}',
  'How we did it',
  'What it costs',
  'What comes next',
  'The {adjective} part',
  'On {day}',
  'Since {year}',
];

/** The forms of sentences in posts. Most have no markup, as in most texts. */
export const sentences: readonly string[] = [
  'The {noun} in {place} has been there since {year}, and nobody remembers it without its {adjective} {noun}.',
  'It was a {adjective} {month}, and the {plural} had begun to {verb}.',
  'I asked the {trade}, who has seen more {plural} than anybody, and got a {adjective} answer.',
  'Most {plural} are not like that.',
  'There were {number} of us, and a {noun}.',
  'We had been told that the {plural} would {verb} by {month}; they did not.',
  'A {noun} is only as good as the {plural} that come with it.',
  'Perhaps it is the {adjective} light, perhaps it is the {doing}.',
  'For {number} years the {trade} kept a {noun} beside the {noun}, in case the {plural} should {verb}.',
  'You can hear the {noun} before you can see it.',
  'What looks like a {adjective} {noun} from the road turns out to be a {noun} with {number} {plural}.',
  'On {day} we went to {place}, where the {trade} had promised us {adjective} {plural}.',
  'None of this is new, of course, but it was never as {adjective} as it is now.',
  'The council of {place} bought it in {year} for the price of {number} {plural}.',
  'If you are {doing}, take a {noun} with you and leave the {plural} at home.',
  'I have been {doing} ever since.',
  'That is how a {noun} becomes a {noun}.',
  'She put the {noun} on the table and said that it would {verb}.',
  'He called it *the {adjective} {noun}*, and so did everybody else in {place}.',
  'There is a word for this, **{doing}**, and it explains less than it promises.',
  'The {plural} are [listed here](https://{domain}/archive/{year}/{plural}-of-the-{noun}.html), with their {plural}.',
  'There is [a map](https://maps.{domain}/{year}/the-{noun}-of-{place}?layer={plural}&zoom=14), drawn by a {adjective} {trade}.',
  'It has [its own society](https://www.{domain}/society-of-{plural}-and-{plural}/about), which meets in {month}.',
  'The {trade} wrote [a book](https://books.{domain}/the-{adjective}-{noun}-and-other-{plural} "The {adjective} {noun}") about it.',
  'See also [{noun}](https://dictionary.{domain}/{year}/{noun}-{noun}-{plural}), [{noun}](https://dictionary.{domain}/{year}/{plural}-in-{place}).',
  'More [here](https://{domain}/{place}/{year}/{month}/{adjective}-{plural}-and-a-{noun}.html) and [here](https://{domain}/{place}/{plural}).',
  'Ask [the {trade}](https://www.{domain}/people/{trade}-of-{place}?from={month}&year={year}).',
  'The [{plural}](https://{domain}/{place}/collections/{year}/{adjective}-{plural}.html "{plural} of {place}") {verb}.',
  'The [minutes](https://{domain}/council/minutes/{year}/{month}/{noun}-and-{noun}.pdf) call it {adjective}.',
  'Nobody who has spent a winter with `{tool}` and a {adjective} {noun} will be surprised.',
  'It took us {number} weeks to find the {noun}, and an afternoon to lose it.',
  'A {trade} from {place} wrote to say that the {noun} was ~~broken~~ {adjective}.',
  'Between {month} and {month} the {plural} of {place} do nothing but {verb}.',
  'The rest is a matter of {doing} and of {adjective} {plural}.',
];

/** The forms of an item in a list. */
export const items: readonly string[] = [
  'a {noun}, {adjective} if possible',
  '{number} {plural}',
  'the {noun} of the {trade}',
  'more {doing} than you think',
  '*{adjective}* {plural} from {place}',
  'a {noun} and its {plural}',
  'nothing that could {verb}',
];

/** The forms of pictures. */
export const pictures: readonly string[] = [
  '![A {adjective} {noun}](https://images.{domain}/{year}/{place}/{adjective}-{noun}-1200x800.jpg "Photograph: the {trade} of {place}")',
  '![The {noun} of {place} in {month}, with {number} {plural}](https://images.{domain}/{year}/{noun}-of-{place}.jpg)',
  '![{plural} and {plural}](https://images.{domain}/collections/{place}/{plural}/{year}-{month}-large.webp "From the {noun} of a {adjective} {trade}")',
];

/** The forms of what is quoted. */
export const quotes: readonly string[] = [
  'A {noun} is a {noun} that has learnt to {verb}.',
  'We did not want a {adjective} {noun}. We wanted the {plural} to {verb}.',
  'Show me your {plural} and I will tell you about your {noun}.',
  'In {place} we have {number} words for {plural}, and none for {doing}.',
  'It is always the {adjective} {noun} that lasts.',
];

/** The forms of code, with the language of each. */
export const snippets: readonly string[] = [
  'sh\n{tool} {file} | sort | uniq -c\n',
  'sh\ncurl -s https://{domain}/{noun}/{year} > {file}\n',
  "js\nconst {plural} = await load('{file}');\nconsole.log({plural}.length);\n",
  "sql\nselect count(*) from {plural} where {noun} = '{place}';\n",
  'text\n{noun} .... {year}\n{plural} ... {number}\n',
];

/** The forms of comments. */
export const remarks: readonly string[] = [
  'Thank you for this.',
  'I had forgotten about the {noun}.',
  'My grandmother was a {trade} in {place}, and she would have agreed.',
  'Is there a map of the {plural} somewhere?',
  'I am not so sure about the {plural}.',
  'We tried {doing} in {month}, with {number} {plural}. It did not {verb}.',
  'The {noun} in {place} is *much* more {adjective} than that.',
  'This is the best thing that I have read about {doing} this year.',
  'Could you say more about the {adjective} {noun}?',
  'There is a small error in the part about the {noun}: it was {year}.',
  'I laughed out loud at the {trade}.',
  'As a {trade}, I can only confirm this.',
  'You should see the [{noun} of {place}](https://{domain}/{place}).',
  'Saved for a {adjective} {day}.',
  'What happened to the {plural} afterwards?',
  'It **is** {adjective}, and I would not have it otherwise.',
  'No mention of {plural}?',
  'I read this to my neighbours, who have {number} {plural}.',
  'Somebody had to write about {doing}.',
  'Agreed, except for the {adjective} {plural}.',
];

/** The forms of what people say of themselves. */
export const bios: readonly string[] = [
  'Writes about {plural} and {doing}.',
  '{trade} in {place}.',
  'Once a {trade}, now mostly {doing}.',
  'Reads everything about {plural}. Lives in {place}.',
  'Interested in {adjective} {plural} and every kind of {noun}.',
  'Here for the {plural}.',
];
