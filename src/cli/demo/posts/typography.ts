import type { DemoPost } from '../content.ts';

/** About type and print. */
export const typographyPosts: readonly DemoPost[] = [
  {
    title: 'Choosing a text face for bad paper',
    author: 'tobias-renner',
    contributors: ['piet-de-vries'],
    tags: ['Typography', 'Print', 'Small newspapers', 'Design'],
    daysAgo: 154,
    likes: ['piet-de-vries', 'ines-halloran', 'jonas-lindqvist', 'mara-okafor'],
    body: `Newsprint is blotting paper with ambitions. Ink that lands on it spreads by a tenth of a millimetre in every
direction, which doesn't sound like much until you remember that the thin strokes of a book face are a tenth of a
millimetre wide. On our press, delicate letters put on weight and the holes in the small ones close. An *e* turns
into a *c*, an *a* into a blot, and "pubic works" gets through two proofreaders.

This winter the Lantern changed its text face for the first time since 1979. Here is how we chose, in case you are ever
asked.

## Print it, don't look at it

A face on a screen tells you what the designer wished for. So we set the same column, last June's harbour report, in
nine faces at nine sizes, and printed all of them on our own paper, on our own press, on a damp Tuesday. It has to be
damp. Paper swells.

Then we pinned the sheets to the wall of the bakery, without names, and asked everyone who came for bread to say which
one they'd rather read. Eighty-three people did. It was the best hour of research that I have ever done, and it
smelled of cardamom.

## What to look at

1. **The x-height.** Large, but not so large that *n* and *h* become hard to tell apart at the speed at which people
   read obituaries.
2. **The apertures.** Open *c*, open *e*, open *s*. What is nearly closed on the screen will be closed on Thursday.
3. **Ink traps.** Small notches where strokes meet. On screen they look like damage, on paper they fill up and vanish.
4. **The figures.** We print a tide table. If *3* and *8* are cousins in your face, somebody is going to miss a ferry.
5. **The italic.** It should be narrower, quieter, and not look as though it is late for something.

## What it has to do

| Text              | Size / leading | Characters a line |
| ----------------- | -------------- | ----------------: |
| News              | 8.8 / 10.2 pt  |                34 |
| Letters           | 8.4 / 9.6 pt   |                34 |
| Obituaries        | 9.2 / 11 pt    |                38 |
| Tide table        | 7.6 / 9 pt     |                 – |

Obituaries get more of everything. Nobody decided this, they have always had it. Piet says it's because that is the
page people cut out.

## How it ended

The bakery chose number six. Piet, who set this newspaper in metal for thirty-three years, looked at number six for a
long while, took out his ruler, and said: "It's wide." From Piet this is a declaration of love.

We are now eleven weeks in. Two complaints, one of them about the crossword. And last week Mrs Adeyemi, who is
ninety-one, stopped me outside the post office to tell me that her eyes were getting better.
`,
    comments: [
      {
        author: 'piet-de-vries',
        hours: 1,
        body: `It *is* wide. Seven lines a column fewer than the old one. I counted.

But the \`g\` is honest.`,
        replies: [
          {
            author: 'tobias-renner',
            hours: 0.8,
            body: 'Seven lines that nobody needed. Ask Lucía which ones, she has a list and it is addressed to me.',
            replies: [
              {
                author: 'lucia-ferrer',
                hours: 3,
                body: 'Paragraphs four and five of the harbour report, Tobias. The *good* paragraphs.',
              },
            ],
          },
        ],
      },
      {
        author: 'mara-okafor',
        hours: 18,
        body: 'For anybody who does this in the year 2100: the nine sheets are in the archive, box 41, and they still smell of cardamom.',
      },
      {
        author: 'jonas-lindqvist',
        hours: 40,
        body: 'Can we have the open figures on the website too? I have been looking at the wrong tide for a year.',
        replies: [
          { author: 'tobias-renner', hours: 6, body: 'It is one line of CSS. It is *your* line of CSS.' },
        ],
      },
    ],
  },
  {
    title: 'Hyphens, dashes and other small arguments',
    author: 'tobias-renner',
    tags: ['Typography', 'Language'],
    daysAgo: 83,
    likes: ['piet-de-vries', 'ruth-calloway', 'lucia-ferrer'],
    body: `Three strokes lie about in every text, and they are not the same length, and they are not the same thing.

- The **hyphen** joins: *sea-wall committee*, *twelve-minute crossing*. It also breaks words at the end of a line,
  where it should think first. "The-rapist" has cost more than one newspaper an apology.
- The **en dash** means *to* or *versus*: *1961–1994*, *the Lowmere–Harrow Sands ferry*.
- The **em dash** is for people who have a second thought before they have finished the first. We allow one a column,
  and Ines has used hers.

Then there is the minus sign, which is none of these. It is as wide as the plus sign, and stands as high. We need it in
the tide table, where −0.3 is a number and -0.3 is a number with its head down.

If you only remember one of them, remember this one: *a dash with spaces around it is a pause, a dash without them is a
bridge.*
`,
    comments: [
      {
        author: 'ruth-calloway',
        hours: 11,
        body: 'As a former teacher I should like every pupil I ever had to read this. As their former teacher I know exactly who will not.',
        replies: [
          { author: 'jonas-lindqvist', hours: 4, body: 'I read it - twice.' },
          { author: 'ruth-calloway', hours: 1, body: 'That was a hyphen, Jonas. See me after class.' },
        ],
      },
      {
        author: 'piet-de-vries',
        hours: 14,
        body: 'In metal one never mixed them up. They lay in different boxes.',
      },
    ],
  },
  {
    title: 'An evening with the night printers',
    author: 'mara-okafor',
    contributors: ['piet-de-vries', 'tobias-renner'],
    tags: ['Print', 'People', 'Local history'],
    daysAgo: 27,
    likes: [
      'ines-halloran',
      'piet-de-vries',
      'tobias-renner',
      'amara-nwosu',
      'ruth-calloway',
      'jonas-lindqvist',
    ],
    body: `The press hall is on the industrial road, between a tyre dealer and a firm that makes ice. The Lantern gets it
from ten at night to one in the morning, after a magazine about horses and before the supermarket leaflets.

I went with Piet, who had not been inside a press hall for thirty years and had put on a tie.

The first thing you notice is that nobody speaks. There is no point. The press sounds like a train that has decided not
to stop, and the four people who run it talk with their hands: flat palm, *slower*; two fingers, *more black*; a fist
on the chest, *coffee*. Dolores, who has been here for twenty-six years, can tell from the sound that a plate sits a
hair askew. She put my hand on the rail. I felt a train. She shook her head, walked to the third unit, and tapped
something. I felt the same train. The next copies came out sharp.

Piet stood at the delivery, where the papers come down folded, four a second, and for a while did nothing at all. Then
he took one out of the stream without looking, the way one takes a coat from a hook, opened it, held it up against the
light, and ran his thumbnail along the fold.

"A millimetre," he said.

Dolores couldn't have heard it. But she looked at him, and at the thumb, and held up one finger, and went to the folder
and turned a wheel that I had taken for a part of the wall.

When it was quiet again, at ten to one, they shook hands, and she asked him where he had learnt it. It turned out that
she'd learnt it from a man who had learnt it from him.
`,
    comments: [
      {
        author: 'ines-halloran',
        hours: 2,
        body: 'I have read this four times and I still have something in my eye.',
      },
      {
        author: 'piet-de-vries',
        hours: 5,
        body: 'It was a millimetre and a half. I was being polite.',
        replies: [{ author: 'mara-okafor', hours: 2, body: 'It stands on page two as of this Thursday.' }],
      },
      {
        author: 'amara-nwosu',
        hours: 8,
        body: 'The ice people are my other neighbours at that hour. We wave. It is a whole town of its own, between midnight and four.',
        replies: [
          { author: 'mara-okafor', hours: 20, body: 'May I come and write about that one too?' },
          { author: 'amara-nwosu', hours: 5, body: 'Bring an apron.' },
        ],
      },
    ],
  },
  {
    title: 'Notes towards a style guide',
    author: 'tobias-renner',
    tags: ['Language', 'Typography'],
    status: 'DRAFT',
    daysAgo: 16,
    body: `To be argued about on Monday.

- [x] Numbers up to twelve in words, except in the tide table
- [x] "The council" is singular. The councillors are not
- [ ] *Harbour master*: two words, one person
- [ ] Titles before names: never, except for the dog
- [ ] Semicolons; whether
`,
  },
];
