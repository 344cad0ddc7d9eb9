import type { DemoPost } from '../content.ts';

/** About the machines behind the paper. */
export const technologyPosts: readonly DemoPost[] = [
  {
    title: 'Moving ninety years of newspaper into PostgreSQL',
    author: 'jonas-lindqvist',
    contributors: ['mara-okafor'],
    tags: ['Technology', 'PostgreSQL', 'Archives', 'Small newspapers', 'Data'],
    daysAgo: 92,
    likes: ['mara-okafor', 'lucia-ferrer', 'tobias-renner', 'ines-halloran'],
    body: `The archive of the Lantern was, until last month, a card index, a shared folder called \`NEW archive (2)\`, and
Mara. The card index was excellent up to 1988. The folder was not excellent. Mara is, but she goes home at six.

So over one long weekend we moved everything into a database. This is what we learned, for the next small paper.

## One table is enough for longer than you think

Our first drawing had fourteen tables. Then we wrote down the questions that people really ask at the counter: *When was
my grandfather in the paper? What did you write about the pier? Do you have the page from the day I was born?* All of
them are answered by this:

~~~sql
create table pages (
  id      uuid primary key,
  issue   date not null,
  number  smallint not null,
  text    text not null,
  words   tsvector generated always as (to_tsvector('english', text)) stored,
  unique (issue, number)
);

create index pages_words on pages using gin (words);
~~~

The scans lie in a folder, named by date and page. The database holds what can be searched. That's all.

## Let the database look for things

We had planned to install a search engine. We didn't need to:

~~~sql
select issue, number, ts_headline('english', text, query) as passage
from pages, websearch_to_tsquery('english', 'pier "harbour master" -fishing') as query
where words @@ query
order by ts_rank_cd(words, query) desc
limit 20;
~~~

58,000 pages, and the answer is there before Mara has put on her glasses. She has stopped putting on her glasses first.

## What went wrong

- **Dates.** Eleven issues claim to be from a 31st of June. Nine of them are.
- **Old spelling.** In 1934 it was *to-day*, and the machine that reads our scans takes the hyphen for the end of a
  line. We kept what is on the page, and made a small dictionary for the search.
- **Page two.** Corrections are only useful if you find them *from the mistake*. We added a column for that on Sunday at
  eleven in the evening, and it is the one that Mara uses most.

## What it cost

One weekend, two pots of coffee, and a computer that had been the receptionist's. The backup runs every night onto a disk
that Ines carries home in her handbag, which the manual calls *off-site*.
`,
    comments: [
      {
        author: 'mara-okafor',
        hours: 1,
        body: 'I was sceptical, and I would like that on record. I am no longer sceptical. I would like that on record too.',
      },
      {
        author: 'tobias-renner',
        hours: 6,
        body: 'Nine issues *are* from a 31st of June?',
        replies: [
          {
            author: 'jonas-lindqvist',
            hours: 0.4,
            body: 'It says so in the masthead, so it is so. We keep what is on the page.',
          },
          {
            author: 'piet-de-vries',
            hours: 20,
            body: 'Summer of 1967. The apprentice set the date. We let it stand for nine weeks to see who would notice. One letter came.',
            replies: [
              {
                author: 'tobias-renner',
                hours: 1,
                body: 'Piet, you have just answered an entry in the error log.',
              },
            ],
          },
        ],
      },
      {
        author: 'lucia-ferrer',
        hours: 44,
        body: 'I searched for "library roof". 1974, 1981, 1990, 1996, 2003, and then every single year.',
      },
    ],
  },
  {
    title: 'Reading the tide gauge in thirty lines of Python',
    author: 'jonas-lindqvist',
    tags: ['Technology', 'Data', 'The sea', 'Python'],
    daysAgo: 33,
    likes: ['ruth-calloway', 'lucia-ferrer', 'kenji-sato'],
    body: `There's a grey box at the end of the pier, and in it a float on a wire, and on the wire a wheel. Every six minutes
the box sends the height of the water by radio, as a line of text, to anybody who listens. For years nobody did.

~~~python
import serial
from datetime import datetime, timezone

ZERO = 2.14  # metres: the mark by the pilots' house

def readings(port="/dev/ttyUSB0"):
    with serial.Serial(port, 4800, timeout=400) as box:
        while line := box.readline():
            kind, value, check = line.decode("ascii").strip().split(",")
            if kind != "WL" or sum(value.encode()) % 256 != int(check, 16):
                continue  # a gull on the antenna, probably
            yield datetime.now(timezone.utc), float(value) - ZERO

for time, height in readings():
    print(f"{time:%H:%M}  {height:+.2f} m")
~~~

That is nearly all of it. The rest draws a curve, and compares it with the printed table.

**What I found:** on calm days the table is right to within four centimetres. With two days of wind from the north-west
the water comes up to half a metre higher than it says, and about twenty minutes early. The harbour master has known
this for thirty years. He calls it "the shove". We now print the shove, on Thursdays, next to the table, in open figures.
`,
    comments: [
      {
        author: 'ruth-calloway',
        hours: 5,
        body: 'A storm surge, and a textbook one. I have waited all my life for somebody in this town to draw that curve.',
        replies: [
          {
            author: 'jonas-lindqvist',
            hours: 2,
            body: 'You drew it on the blackboard in 2009. I only added the numbers.',
            replies: [{ author: 'ruth-calloway', hours: 1, body: 'You *were* listening.' }],
          },
        ],
      },
      {
        author: 'kenji-sato',
        hours: 9,
        body: 'Could it ring my telephone when the shove is over thirty centimetres? Asking for a boat.',
        replies: [
          { author: 'jonas-lindqvist', hours: 12, body: 'Give me until the weekend. Payment in soup.' },
          { author: 'kenji-sato', hours: 1, body: 'Agreed.' },
        ],
      },
    ],
  },
];
