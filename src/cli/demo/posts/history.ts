import type { DemoPost } from '../content.ts';

/** From the town's records. */
export const historyPosts: readonly DemoPost[] = [
  {
    title: 'The night of the flood, in eleven photographs',
    author: 'mara-okafor',
    contributors: ['ruth-calloway'],
    tags: ['Local history', 'The sea', 'Photography', 'Lowmere'],
    daysAgo: 109,
    likes: ['ruth-calloway', 'ines-halloran', 'piet-de-vries', 'lucia-ferrer', 'kenji-sato', 'amara-nwosu'],
    body: `In the last week of January 1953 a storm pushed the North Sea into its southern corner, and there was more sea
than corner. Everybody here knows the number, because it's cut into the stone by the pilots' house, at the height of a
tall man's chin. What we didn't have was a picture of the night itself.

Now we have eleven. They were in a biscuit tin, in the estate of Walter Ames, who kept the chemist's on Cooper Lane and
developed other people's holidays. His niece brought the tin to the archive in a shopping bag and asked whether it was
of any interest.

## What they show

**One to three** were taken from the window above the shop. There is no street. There is a row of lamp posts that stand
in something black, and each has a second lamp post hanging below it, upside down. The wind must have dropped for a
moment, or there would be no reflections. Ruth has worked out from the tide tables that this must have been shortly
after one o'clock, in the slack between the two surges.

**Four** is blurred. Somebody is carrying something. It may be a child or a radio.

**Five to eight** show the rowing boat of the pilots, tied to the railing of the *first floor* of the town hall. In the
seventh a man is climbing out of a window with a ledger in his arms. We know who he is, and we know the ledger: it is
the register of births, it's on my shelf, and its lower edge is still wavy. Every birthday in this town before 1953 is
known because a clerk called Hubert Lindqvist went back for it.

**Nine and ten** are of the morning. People are standing on the church steps, looking at the water the way one looks at
an animal that has come into the house.

**Eleven** is of the queue at the bakery. It opened at six, as always, with the ovens on the upper floor. The picture is
perfectly sharp. Everyone in it is wet to the waist, and the third from the left is laughing.

## What we ask

Forty-one people can be made out in these pictures, and we have names for twenty-six. The prints hang in the reading
room until the end of the month, with pencils. If you know a coat, a hat, or a way of standing, please write it down.
`,
    comments: [
      {
        author: 'jonas-lindqvist',
        hours: 2,
        body: 'Hubert was my great-grandfather. The family story is only that he "got wet at work". Nobody ever said a word about a window.',
        replies: [
          {
            author: 'mara-okafor',
            hours: 1,
            body: 'Come by whenever you like. I have the ledger on the table, you can put your hand where it got wet.',
          },
          {
            author: 'ines-halloran',
            hours: 7,
            body: 'Jonas. May we print that sentence? "He got wet at work."',
            replies: [{ author: 'jonas-lindqvist', hours: 2, body: 'He would have hated it. Please do.' }],
          },
        ],
      },
      {
        author: 'ruth-calloway',
        hours: 600,
        body: 'The laughing one is my mother. She was laughing because the baker had said "the usual?"',
        replies: [
          {
            author: 'amara-nwosu',
            hours: 9,
            body: 'It is still what we say when the power fails. I never knew where it came from.',
          },
          { author: 'mara-okafor', hours: 10, body: 'Twenty-seven names. Thank you, Ruth.' },
        ],
      },
      {
        author: 'kenji-sato',
        hours: 30,
        body: 'I moored my boat higher after reading this.',
      },
    ],
  },
  {
    title: 'A street named after nobody',
    author: 'mara-okafor',
    tags: ['Local history', 'Maps'],
    daysAgo: 70,
    likes: ['ruth-calloway', 'tobias-renner', 'lucia-ferrer'],
    body: `Everyone assumes that Jasper Street is named after a Jasper. There was a Jasper Mill, people say, or a mayor. I
have been through the mayors. There was an Aspinall, two Jacksons, and a man who signed with a drawing of a fish.

The street first appears on the map of 1871, and there it's called **Gasper Street**. In the council minutes of the
same year it is **Gas Pr. Street**, with a point. And in a bill of 1868, for 212 yards of iron pipe, it is what it was
all along: *Gas Pipe Street*.

So: a pipe, an abbreviation, a clerk with a beautiful hand, and a sign painter who was trying to be helpful.

The council has been informed. It has decided to examine the matter.
`,
    comments: [
      {
        author: 'tobias-renner',
        hours: 3,
        body: 'A full stop in the wrong place made a whole person. I am going to frame this and hang it over my desk.',
      },
      {
        author: 'lucia-ferrer',
        hours: 8,
        body: '"It has decided to examine the matter." They will examine it right after the library roof.',
        replies: [
          {
            author: 'ruth-calloway',
            hours: 30,
            body: 'I live in Jasper Street. I should like it to be known that I am in favour of the pipe.',
          },
        ],
      },
    ],
  },
  {
    title: 'The lighthouse keeper’s shopping lists',
    author: 'mara-okafor',
    tags: ['Local history', 'The sea', 'Food'],
    status: 'DRAFT',
    daysAgo: 9,
    body: `Found between the pages of the log of 1911, on the backs of weather forms. Forty lists. He never misses flour,
tobacco, or "the paper, all of the week".

Idea: one list a month, with the weather on the other side. Ask Kenji whether one can cook from them.

> Flour 1 st. Treacle. Onions if good. Wick. *A different book.*
`,
  },
];
