import type { DemoPost } from '../content.ts';

/** About the newspaper itself. */
export const newspaperPosts: readonly DemoPost[] = [
  {
    title: 'Why a town of nine thousand still prints a newspaper',
    author: 'ines-halloran',
    contributors: ['tobias-renner'],
    tags: ['Journalism', 'Small newspapers', 'Lowmere'],
    daysAgo: 176,
    likes: ['piet-de-vries', 'tobias-renner', 'amara-nwosu', 'mara-okafor', 'lucia-ferrer', 'ruth-calloway'],
    body: `People ask me this at weddings. They ask kindly, the way one asks about a cough. Lowmere has nine thousand
inhabitants, four churches, two bridges and one weekly newspaper, and of all of these the newspaper is the one that
people expect to find boarded up.

So here is the long answer, once, and from now on I shall hand out the address of this page and go back to the cake.

## What it costs

The Lantern comes out on Thursdays, on twelve pages, sixteen in the weeks before Christmas. We print 2,100 copies and
sell about 1,850 of them. The rest goes to the school, the hospital waiting room and, I am told, the fish market.

| What we pay for                    | Share of the year |
| ---------------------------------- | ----------------: |
| Five people, two of them whole     |              61 % |
| Paper and printing                 |              19 % |
| Rent, heat, insurance              |               9 % |
| The van, and Mr Osei who drives it |               8 % |
| Everything that breaks             |               3 % |

The last line was budgeted at one per cent. Then we bought a second-hand folding machine.

## What it is for

A newspaper in a place like this has three duties, and only the first is news.

1. **To be in the room.** The planning committee meets on the second Tuesday. When nobody watches, it meets for
   eighteen minutes. When Lucía sits in the back row with her thermos, it meets for an hour and a half. Nothing else
   about the meeting changes. That is the whole argument for local journalism, and you can time it.
2. **To keep the record.** Births, deaths, the score against Harrow Sands. Somebody will want to know in eighty years,
   and it won't be on anybody's telephone.
3. **To be wrong in public.** We print corrections on page two, in the type size of the mistake. A town needs at least
   one institution that says "we were wrong" every week, on paper, without being made to.

## Why paper

Because paper stops. You reach the back page, there is the tide table, and you are done; nobody has arranged for you to
be angry until bedtime. And because a thing that must fit on twelve pages has been chosen by someone who can be found
behind the counter on Friday mornings, and shouted at.

We are on the web as well, you are reading the proof. The web is where we are quick. Thursday is where we are careful.

> A paper that nobody writes angry letters to is a leaflet.
>
> — Edda Halloran, publisher of the Lantern, 1958–1987

She was my grandmother. She also said that the folding machine would outlive us all, and about that she was wrong.
`,
    comments: [
      {
        author: 'piet-de-vries',
        hours: 3,
        body: 'She said it about the *old* folding machine, Ines. The old one ran for thirty-one years. I have a scar from it.',
        replies: [
          {
            author: 'ines-halloran',
            hours: 1.5,
            body: 'I stand corrected, on page two, in the type size of the mistake.',
            replies: [
              {
                author: 'piet-de-vries',
                hours: 0.6,
                body: 'Nine point, please. And mind the leading.',
              },
            ],
          },
        ],
      },
      {
        author: 'amara-nwosu',
        hours: 9,
        body: 'I timed the planning committee too, when they decided about the ovens. Fifty minutes *with* Lucía, and forty of them were about my chimney. I would have preferred eighteen.',
        replies: [
          {
            author: 'lucia-ferrer',
            hours: 4,
            body: 'You got your chimney, though.',
          },
          {
            author: 'amara-nwosu',
            hours: 5,
            body: 'I did get my chimney.',
          },
        ],
      },
      {
        author: 'ruth-calloway',
        hours: 1_950,
        body: 'Late to this one, I only found the website last month. Thank you for the tide table. Please never let anybody "refresh" the tide table.',
      },
    ],
  },
  {
    title: 'Corrections, and why they stand on page two',
    author: 'ines-halloran',
    tags: ['Journalism', 'Corrections'],
    daysAgo: 61,
    likes: ['ruth-calloway', 'lucia-ferrer', 'tobias-renner', 'jonas-lindqvist'],
    body: `Last week we wrote that the new crossing on Quay Street had cost 14,000. It had cost 140,000. We also called
the mayor's dog Biscuit. The dog is called Brisket, and I have been spoken to.

Both corrections are on page two. A reader asked why there, and not at the back with the small print.

The rule is older than I am, and it has three parts:

- A correction says what was wrong, what is right, and nothing about how it happened. Nobody is interested in our week.
- It stands on page two, because page two is where people look after they have looked at the picture on page one.
- It is as large as the mistake. If we get a headline wrong, the correction has a headline.

On the website the same rule means: **the text is corrected, and it says so at the end, with the date.** We don't
quietly change what you read yesterday. If you remember a wrong number from us, you should be able to find out that you
remembered it rightly.

*Corrected: an earlier version of this text said that the crossing is on Key Street.*
`,
    comments: [
      {
        author: 'tobias-renner',
        hours: 2,
        body: 'For the record, the correction at the end was not planned.',
        replies: [
          { author: 'jonas-lindqvist', hours: 0.5, body: 'It is the best thing on the page, leave it.' },
        ],
      },
      {
        author: 'ruth-calloway',
        hours: 20,
        body: 'I taught the mayor. He could not spell the dog either.',
      },
    ],
  },
  {
    title: 'Summer picnic on the sea wall: the rain date',
    author: 'ines-halloran',
    tags: ['Lowmere', 'Notices'],
    status: 'ARCHIVED',
    daysAgo: 118,
    likes: ['amara-nwosu', 'kenji-sato'],
    body: `The readers' picnic moves to **Sunday, two o'clock**, at the same place: the long bench below the pilots'
house. Bring a blanket and something to share. Kenji brings soup in any case, Amara brings bread, and Piet brings the
draughts board and his reputation.

If it rains on Sunday as well, we shall all sit in the van.
`,
    comments: [
      {
        author: 'kenji-sato',
        hours: 6,
        body: 'It rained. Eleven people fit into the van, if nobody breathes in.',
      },
    ],
  },
];
