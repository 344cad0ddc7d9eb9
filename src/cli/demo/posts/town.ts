import type { DemoPost } from '../content.ts';

/** Town hall and transport. */
export const townPosts: readonly DemoPost[] = [
  {
    title: 'What the town budget says in the appendix',
    author: 'lucia-ferrer',
    contributors: ['jonas-lindqvist'],
    tags: ['Town hall', 'Money', 'Lowmere', 'Data'],
    daysAgo: 133,
    likes: ['ines-halloran', 'jonas-lindqvist', 'ruth-calloway', 'amara-nwosu', 'tobias-renner'],
    body: `The budget of Lowmere has a foreword with a photograph of children, eighty-four pages of tables, and an
appendix. The foreword says that these are difficult times and that we face them together. The appendix says who
"we" is.

## Three numbers

**412,000 for the sea wall.** It is the largest single item, and nobody argues about it, because everybody over sixty
remembers why. It also was 412,000 last year, and the year before. A wall that costs exactly the same three years in
a row is a wall on which somebody spends what is left.

**38,500 for "events".** Of this, 31,000 is the harbour festival, 4,000 is fireworks, and 3,500 is the insurance of the
fireworks. The insurance has doubled in two years, for reasons that anyone who stood near the bandstand will understand.

**Nothing for the library roof.** The word "library" appears twice: once in the foreword, and once in the list of
buildings with "measures to be examined". The roof has been examined in four successive budgets. It has still not been
measured.

## How to read along

The budget is a public document, though it tries not to look like one. You can ask for it at the town hall on weekdays
between ten and noon, second floor, and you don't have to say why. If you would rather not climb the stairs, Jonas has
typed the tables into a spreadsheet, all of them, by hand, over a weekend, for which he was paid in bread.

The council votes on **Tuesday the ninth**. I shall be in the back row. There are, at the last count, forty chairs.
`,
    comments: [
      {
        author: 'ruth-calloway',
        hours: 900,
        body: 'I went. Second floor, ten past ten. The young man was very surprised, and then very nice, and then asked whether he could go and get his colleague to come and look at me.',
        replies: [
          {
            author: 'lucia-ferrer',
            hours: 12,
            body: 'How many chairs were taken on the ninth, from where you sat? I counted seventeen.',
            replies: [
              { author: 'ruth-calloway', hours: 3, body: 'Nineteen. Two were behind the pillar, knitting.' },
            ],
          },
        ],
      },
      {
        author: 'jonas-lindqvist',
        hours: 5,
        body: 'A correction: I was paid in bread *and* a jar of the plum jam.',
        replies: [{ author: 'amara-nwosu', hours: 2, body: 'The jam was a tip.' }],
      },
      {
        author: 'piet-de-vries',
        hours: 31,
        body: 'In 1974 the library roof was also to be examined. I set the line myself. I could have kept it standing.',
      },
    ],
  },
  {
    title: 'The ferry timetable, explained at last',
    author: 'lucia-ferrer',
    tags: ['Ferries', 'Lowmere', 'Transport'],
    daysAgo: 44,
    likes: ['kenji-sato', 'ruth-calloway', 'mara-okafor', 'ines-halloran', 'amara-nwosu'],
    body: `The ferry from Lowmere to Harrow Sands takes twelve minutes. Understanding when it leaves takes longer.

The timetable on the pier has **six footnotes**, two of which refer to each other. After a morning with the harbour
master and a good deal of his tea, this is what they mean:

- **a** — not at low water springs. That is roughly two days after a new or full moon; look at page twelve.
- **b** — schooldays only. *Not* "weekdays". On the first Monday of the holidays about thirty people find this out.
- **c** — on request. Ring the bell. Ring it properly.
- **d** — see **e**.
- **e** — runs when **d** does not.
- **f** — only with the small boat, so no prams, no pianos.

The harbour master says that the piano was once, in 1998, and that they'd rather not talk about it.

From next month, he also says, there will be a telephone number with a voice that tells you whether the next boat runs.
It will be his voice. He has been practising.
`,
    comments: [
      {
        author: 'kenji-sato',
        hours: 4,
        body: 'I have lived on the water here for six years and did not know that the bell works.',
        replies: [{ author: 'lucia-ferrer', hours: 1, body: 'He hears it. He wants you to *mean* it.' }],
      },
      {
        author: 'mara-okafor',
        hours: 26,
        body: 'The piano belonged to the Methodists. There is a photograph. I shall say no more until I have written to the family.',
        replies: [
          { author: 'ines-halloran', hours: 1, body: 'Mara, this is a front page.' },
          {
            author: 'tobias-renner',
            hours: 2.5,
            body: 'Landscape format, please let it be landscape format.',
          },
        ],
      },
      {
        author: 'ruth-calloway',
        hours: 50,
        body: 'Footnote **d** was there when I was a girl. I had assumed it was a joke, and that I was not yet old enough for it.',
      },
    ],
  },
  {
    title: 'The cinema question',
    author: 'lucia-ferrer',
    contributors: ['mara-okafor'],
    tags: ['Town hall', 'Lowmere'],
    status: 'DRAFT',
    daysAgo: 5,
    body: `*Not for print before the owner has answered.*

What we know:

- The Regal has been for sale since March. The sign is in the window of an agent two towns away.
- The council has a right of first refusal. It runs out at the end of the quarter.
- Nobody on the council seems to know this. I asked four of them. Two asked me what I had heard.

To do: call the owner's daughter. Ask Mara for the opening night, she says there was a brass band and a goat.
`,
  },
];
