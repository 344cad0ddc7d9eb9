import {
  convertMarkdown,
  countWords,
  excerptOf,
  minutesOfWords,
  searchTextOf,
} from '../../shared/markdown/index.ts';
import { Dice, type RandomKey } from './random.ts';
import {
  bios,
  headings,
  items,
  pictures,
  quotes,
  remarks,
  sentences,
  snippets,
  titles,
} from './templates.ts';
import { words as wordLists } from './words.ts';

/** A part of a text that renders by itself: what stands before and after it does not change its HTML. */
interface Block {
  readonly markdown: string;
  readonly html: string;
  readonly text: string;
  /** How many words the text has. */
  readonly words: number;
}

/** What is stored of a post's text. */
export interface PostText {
  readonly body: string;
  readonly html: string;
  readonly excerpt: string;
  readonly searchText: string;
  readonly readingTimeMinutes: number;
}

/** How many different blocks of each sort there are. Each is rendered once. */
const poolSizes = { paragraph: 1_200, heading: 240, figure: 400, remark: 1_600 };
type Sort = keyof typeof poolSizes;
const sorts = Object.keys(poolSizes) as Sort[];

/** Makes texts out of a bounded number of blocks, so that rendering many of them costs little. */
export class Prose {
  readonly #key: RandomKey;
  readonly #blocks: Record<Sort, (Block | undefined)[]> = {
    paragraph: [],
    heading: [],
    figure: [],
    remark: [],
  };

  constructor(key: RandomKey) {
    this.#key = key;
  }

  /** The text of a post, of about 1 kB. It is what rendering its body gives. */
  post(dice: Dice): PostText {
    const length = 100 + 850 * dice.unit() ** 1.5;
    const blocks = [this.#pick('paragraph', dice)];
    let written = 0;
    while (written < length) {
      // A paragraph stands between two figures: two lists in a row would be one.
      const added = [this.#pick('paragraph', dice)];
      if (dice.unit() < 0.35) added.unshift(this.#pick('heading', dice));
      if (dice.unit() < 0.6) added.push(this.#pick('figure', dice), this.#pick('paragraph', dice));
      blocks.push(...added);
      written += added.reduce((sum, { markdown }) => sum + markdown.length, 0);
    }
    const { markdown: body, html, text, words } = joined(blocks);
    return {
      body,
      html,
      // A text of ASCII without runs of white space: this holds more than an excerpt takes.
      excerpt: excerptOf(text.slice(0, 300)),
      searchText: searchTextOf(text),
      readingTimeMinutes: minutesOfWords(words),
    };
  }

  /** The text of a comment, a sentence or a few. */
  comment(dice: Dice): { body: string; html: string } {
    const blocks = [this.#pick('remark', dice)];
    if (dice.unit() < 0.2) blocks.push(this.#pick('remark', dice));
    const { markdown: body, html } = joined(blocks);
    return { body, html };
  }

  #pick(sort: Sort, dice: Dice): Block {
    const pool = this.#blocks[sort];
    const index = dice.below(poolSizes[sort]);
    return (pool[index] ??= this.#make(sort, index));
  }

  #make(sort: Sort, index: number): Block {
    const dice = new Dice(this.#key, 'block', index * sorts.length + sorts.indexOf(sort));
    const markdown = makers[sort](dice);
    const { html, text } = convertMarkdown(markdown);
    return { markdown, html, text, words: countWords(text) };
  }
}

/** A title on one line, of ASCII letters, digits and punctuation. */
export function titleBy(dice: Dice): string {
  return written(titles, dice);
}

/** What somebody says of themselves. */
export function bioBy(dice: Dice): string {
  return written(bios, dice);
}

const makers: Record<Sort, (dice: Dice) => string> = {
  paragraph: (dice) => several(2 + dice.below(2), () => written(sentences, dice)).join(' '),
  heading: (dice) => `${dice.unit() < 0.8 ? '##' : '###'} ${written(headings, dice)}`,
  figure: (dice) => dice.pick(figures)(dice),
  remark: (dice) => several(1 + dice.below(2), () => written(remarks, dice)).join(' '),
};

const figures: readonly ((dice: Dice) => string)[] = [
  (dice) => several(3 + dice.below(3), () => `- ${written(items, dice)}`).join('\n'),
  (dice) => several(3 + dice.below(2), (place) => `${place + 1}. ${written(items, dice)}`).join('\n'),
  (dice) => several(1 + dice.below(2), () => `> ${written(quotes, dice)}`).join('\n'),
  // Half of them are pictures.
  picture,
  picture,
  picture,
  picture,
  (dice) => `\`\`\`${filled(dice.pick(snippets), dice)}\`\`\``,
];

function picture(dice: Dice): string {
  return filled(dice.pick(pictures), dice);
}

function joined(blocks: readonly Block[]): Block {
  return {
    markdown: blocks.map(({ markdown }) => markdown).join('\n\n'),
    html: blocks.map(({ html }) => html).join(''),
    text: blocks
      .map(({ text }) => text)
      .filter((text) => text !== '')
      .join('\n'),
    words: blocks.reduce((sum, { words }) => sum + words, 0),
  };
}

function written(forms: readonly string[], dice: Dice): string {
  const text = filled(dice.pick(forms), dice).replace(/\b([Aa]) (?=\*{0,2}[aeiou])/g, '$1n ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function filled(form: string, dice: Dice): string {
  return form.replace(/\{(\w+)\}/g, (_, list: string) =>
    dice.pick(wordLists[list as keyof typeof wordLists]),
  );
}

function several<T>(count: number, make: (place: number) => T): T[] {
  return Array.from({ length: count }, (_, place) => make(place));
}
