import type { DemoPost } from '../content.ts';

/** Recipes. */
export const kitchenPosts: readonly DemoPost[] = [
  {
    title: 'Rye bread for people with jobs',
    author: 'kenji-sato',
    contributors: ['amara-nwosu'],
    tags: ['Cooking', 'Bread', 'Food'],
    daysAgo: 121,
    likes: ['amara-nwosu', 'mara-okafor', 'jonas-lindqvist', 'ruth-calloway', 'ines-halloran'],
    body: `Most recipes for rye bread were written by somebody who is at home on Tuesdays. This one takes twenty minutes
of your time and twenty hours of the bread's, and the bread doesn't mind. Amara has checked it, and changed it in three
places, and was right.

## You need

- 500 g whole rye flour
- 420 ml water, as warm as a bath that you'd stay in
- 100 g sourdough starter (ask at the bakery, bring a jar)
- 10 g salt
- 1 tablespoon of treacle, for the colour and because it is January somewhere
- a handful of sunflower seeds

## You do

1. **Evening, ten minutes.** Stir everything but the salt and the seeds in a bowl. It will look like something that one
   repairs boats with. That's correct. Cover it and go to bed.
2. **Morning, five minutes.** Stir in salt and seeds. Fill it into a greased tin, smooth the top with a wet spoon,
   cover it, go to work.
3. **Evening, five minutes.** It has risen by a third, with small holes in the top. Not risen? Give it an hour near the
   stove. Heat the oven to 220 °C.
4. Bake for 15 minutes, then turn the oven down to 180 °C for another 50.
5. Let it cool. Then, and this is where the recipe is won or lost, **leave it alone until tomorrow**. Cut today it's
   putty. Cut tomorrow it's bread, and will be for eight days.

## It went wrong

| What happened             | What it was                                |
| ------------------------- | ------------------------------------------ |
| A gap below the crust     | too much water, or an impatient morning    |
| Sour enough to wake you   | too warm a night; use less starter         |
| A brick                   | an old starter; feed it for two days first |
| You cut it the same day   | nothing to be done, have it with soup      |
`,
    comments: [
      {
        author: 'amara-nwosu',
        hours: 2,
        body: 'The three places: more water, less oven, and he had *four* tablespoons of treacle in it. Four.',
        replies: [
          { author: 'kenji-sato', hours: 1, body: 'I live on a boat. It is always January on a boat.' },
        ],
      },
      {
        author: 'jonas-lindqvist',
        hours: 52,
        body: 'Cut it the same day. Had it with soup. Can confirm the table.',
      },
      {
        author: 'ruth-calloway',
        hours: 620,
        body: 'My first loaf at the age of seventy-four. It rose, it cooled, I waited, and it was **bread**.',
        replies: [
          { author: 'amara-nwosu', hours: 14, body: 'Ruth! Bring the heel by, I want to see the crumb.' },
          { author: 'kenji-sato', hours: 15, body: 'This is the best comment that I have ever had.' },
        ],
      },
    ],
  },
  {
    title: 'Mackerel, three ways, one pan',
    author: 'kenji-sato',
    tags: ['Cooking', 'Fish', 'Food'],
    daysAgo: 52,
    likes: ['piet-de-vries', 'amara-nwosu', 'lucia-ferrer'],
    body: `From June on, mackerel costs nothing, and everybody you know has too many. Here are three answers.

**Fried in oatmeal.** Fillets, salt, a coat of medium oatmeal, bacon fat, three minutes on the skin and one on the
other side. Gooseberries, if you have a neighbour with gooseberries.

**In miso.** Simmer slices in a hand of sake, a hand of water, a spoon of sugar and some ginger. After ten minutes stir
in two spoons of red miso, and let it thicken until it shines. Eat it over rice, with the porthole open.

**Cold, in vinegar.** Salt the fillets for an hour, rinse, dry, and lay them in rice vinegar for another. Peel off the
thin skin, slice, and serve with mustard, or with nothing. The fish must be from *this morning*. If you have to ask, fry
it.
`,
    comments: [
      {
        author: 'piet-de-vries',
        hours: 30,
        body: 'My wife made the first one for forty years. I made it on Sunday, from your recipe. It was nearly right. Thank you.',
        replies: [
          {
            author: 'kenji-sato',
            hours: 2,
            body: 'Tell me what was missing, Piet. I will change the recipe.',
          },
        ],
      },
    ],
  },
  {
    title: 'Soup for a power cut',
    author: 'kenji-sato',
    tags: ['Cooking', 'Food', 'Weather'],
    daysAgo: 12,
    likes: ['ruth-calloway', 'amara-nwosu', 'ines-halloran', 'jonas-lindqvist'],
    body: `On Monday the power was off from four in the afternoon until after ten. On a boat one hardly notices. I took
the big pot to the quay and made this on the gas ring, and by eight there were nineteen of us and no soup.

Fry two onions in more butter than you'd admit. Add four potatoes and two leeks, cut small, and water to cover. When you
can crush a potato against the side, do that to half of them. Then smoked haddock, in pieces, and a cup of milk. Don't
let it boil again. Pepper, and whatever is green.

It's enough for four, or for nineteen who are standing up.
`,
    comments: [
      {
        author: 'ines-halloran',
        hours: 13,
        body: 'We had the paper to finish and no light. Lucía read me the council minutes by torch, out there, over this soup. I have had worse editorial meetings.',
      },
      {
        author: 'amara-nwosu',
        hours: 15,
        body: 'And at six in the morning the third in the queue said "the usual?" before I could. Somebody has been reading Mara.',
        replies: [{ author: 'ruth-calloway', hours: 3, body: 'It was me.' }],
      },
    ],
  },
];
