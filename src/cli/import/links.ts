import { posix } from 'node:path';

export interface LinkOptions {
  /** The address of a post, with `{slug}` where its slug goes. */
  readonly postUrl: string;
  /** Where the files were published, `https://example.org`; null leaves absolute links alone. */
  readonly site: string | null;
  /** The name of the folder that holds the files. */
  readonly folderName: string;
}

/** Where the files of a folder lead to, and how their links find each other. */
export class Links {
  readonly #options: LinkOptions;
  readonly #slugs = new Map<string, string>();
  /** By the last step of the path; null where several files have it. */
  readonly #slugsByName = new Map<string, string | null>();

  constructor(options: LinkOptions) {
    this.#options = options;
  }

  /** Makes links to a file lead to its post: those to its path, and to the addresses that it gives itself. */
  add(path: string, addresses: readonly string[], slug: string): void {
    for (const key of [...keysOfPath(path), ...addresses.map(keyOf)]) {
      if (key !== '' && !this.#slugs.has(key)) this.#slugs.set(key, slug);
    }
    const name = posix.basename(keyOf(path));
    this.#slugsByName.set(name, this.#slugsByName.has(name) ? null : slug);
  }

  /** The Markdown of a file with the links to other files turned into links to their posts. Code stays as it is. */
  rewrite(path: string, markdown: string): string {
    const inCode = codeRanges(markdown);
    return markdown.replace(destination, (all: string, ...groups: (string | number | undefined)[]) => {
      const [angle, plain, html, at] = groups as [string?, string?, string?, number?];
      const before = angle ?? plain ?? html ?? '';
      const address = inCode(at ?? 0) ? null : this.#resolve(path, all.slice(before.length));
      return address === null ? all : `${before}${address}`;
    });
  }

  /** The address of the post that a link leads to; null when it leads to none. */
  #resolve(from: string, target: string): string | null {
    const { postUrl, site } = this.#options;
    const [, named, after = ''] = shortcode.exec(target) ?? [];
    let link = named === undefined ? target.replace(siteAddress, '') : named + after;
    const isFile = link !== target || link.startsWith('@/');
    if (link.startsWith('@/')) link = link.slice(1);
    if (site !== null && link.startsWith(`${site}/`)) link = link.slice(site.length);
    if (/^(?:[a-z][a-z0-9+.-]*:|\/\/|#|\?)/i.test(link)) return null;
    const [address, fragment] = splitFragment(link);
    const slug = link.startsWith('/')
      ? this.#findFromRoot(address)
      : (this.#findRelative(from, address) ?? (isFile ? this.#findByName(address) : undefined));
    return slug === undefined ? null : postUrl.replace('{slug}', slug) + fragment;
  }

  /**
   * The files may have stood anywhere below the site's root: a link is taken for one to a file when it ends with the
   * path of the file, which must be a folder and a name at the least, unless nothing else stands before it than the
   * folder's own name.
   */
  #findFromRoot(address: string): string | undefined {
    const steps = keyOf(address).split('/');
    for (let first = Math.max(0, steps.length - maxSteps); first < steps.length; first += 1) {
      const isLast = first === steps.length - 1;
      const isPlain = first === 0 || (first === 1 && steps[0] === this.#options.folderName.toLowerCase());
      const slug = isLast && !isPlain ? undefined : this.#slugs.get(steps.slice(first).join('/'));
      if (slug !== undefined) return slug;
    }
    return undefined;
  }

  /** What a shortcode means by a path from the root, or by a name that only one file has. */
  #findByName(address: string): string | undefined {
    return this.#findFromRoot(address) ?? this.#slugsByName.get(keyOf(address)) ?? undefined;
  }

  /** Pages have their own folder on many sites: what is beside the file may be written as one step up. */
  #findRelative(from: string, address: string): string | undefined {
    const beside = this.#slugs.get(keyOf(posix.join(posix.dirname(from), address)));
    return beside ?? this.#slugs.get(keyOf(posix.join(from, address)));
  }
}

/** How many steps of a path are looked at, from its end. */
const maxSteps = 32;

/** A shortcode or an output of a site generator, which may have spaces and quotes. */
const generated = String.raw`\{\{[^}\n]{1,500}\}\}|\{%[^%\n]{1,500}%\}`;

/** What stands before a link's destination, and the destination: all of it, or it would be torn. */
const destination = new RegExp(
  [
    String.raw`((?:\]\([ \t]*|^ {0,3}\[[^\]\n]{1,500}\]:[ \t]*)<)(?:${generated}|[^<>\n{]){1,2000}(?=>)`,
    String.raw`(\]\([ \t]*|^ {0,3}\[[^\]\n]{1,500}\]:[ \t]*)(?:${generated}|[^\s<>(){]){1,2000}(?=\)|\s+["'()]|\s*$)`,
    String.raw`(\bhref=["'])(?:${generated}|[^\s<>"'{]){1,2000}(?=["'])`,
  ].join('|'),
  'gm',
);

/** Hugo's `ref` and `relref`, Jekyll's `post_url`, `link` and filters of addresses; and what follows them. */
const shortcode =
  /^(?:\{\{[^}]+\}\})?(?:\{\{[<%]\s*(?:rel)?ref\s+(?:path=)?["'`]?|\{%-?\s*(?:post_url|link)\s+|\{\{-?\s*["'](?=[^"'|]+["']\s*\|\s*(?:relative|absolute)_url))([^\s"'`%>]+)[^}]*\}\}?(.*)$/;

/** What Jekyll's pages write before an address from the root. */
const siteAddress = /^(?:\{\{-?\s*site\.(?:baseurl|url)\s*-?\}\})+/;

function splitFragment(link: string): [string, string] {
  const at = link.search(/[#?]/);
  return at < 0 ? [link, ''] : [link.slice(0, at), link.slice(at).replace(/^\?[^#]*/, '')];
}

/** What a path is looked up by: without the parts that addresses of the same page may have or lack. */
function keyOf(address: string): string {
  return decoded(address)
    .toLowerCase()
    .replace(/\.(?:md|markdown|html?)$/, '')
    .replace(/(?:^|\/)_?index$/, '')
    .replace(/\/{2,}/g, '/')
    .replace(/^(?:\.?\/)+|\/$/g, '');
}

function decoded(address: string): string {
  try {
    return decodeURIComponent(address);
  } catch {
    return address;
  }
}

/** The path, without the folder that site generators keep contents in; for Jekyll's posts also the date and name. */
function keysOfPath(path: string): string[] {
  const key = keyOf(path);
  const inner = key.replace(/^content\//, '');
  const [, folder = '', date = '', name = ''] =
    /^((?:.*\/)??)(?:_posts\/)?(\d{4}-\d\d-\d\d)-([^/]+)$/.exec(inner) ?? [];
  return [
    key,
    inner,
    ...(date === '' ? [] : [`${date}-${name}`, `${folder}${date.replaceAll('-', '/')}/${name}`]),
  ];
}

/** Where a fenced block may begin or end: in quotes and in items of lists, too. */
const fenceLine = /^[ \t>]{0,20}(?:(?:[-*+]|\d{1,9}[.)])[ \t]{1,4}){0,3}(`{3,}|~{3,})([^\n]*)/gm;

/** Whether a place is in a fenced block or a span of code. */
function codeRanges(markdown: string): (at: number) => boolean {
  const ranges: [number, number][] = [];
  let fence: { mark: string; start: number } | null = null;
  // An opening fence has no other backtick on its line, and a closing one nothing else.
  for (const { index, 1: mark = '', 2: rest = '' } of markdown.matchAll(fenceLine)) {
    if (fence === null) fence = mark.startsWith('`') && rest.includes('`') ? null : { mark, start: index };
    else if (mark.startsWith(fence.mark) && rest.trim() === '') {
      ranges.push([fence.start, index]);
      fence = null;
    }
  }
  if (fence !== null) ranges.push([fence.start, markdown.length]);
  const inRanges = within(ranges);
  const spans: [number, number][] = [];
  const open = new Map<string, number>();
  for (const { index, 0: ticks } of markdown.matchAll(/`+|\n\s*\n/g)) {
    // A span of code ends with its paragraph at the latest.
    if (!ticks.startsWith('`')) open.clear();
    else if (!inRanges(index)) {
      const start = open.get(ticks);
      if (start === undefined) open.set(ticks, index);
      else {
        spans.push([start, index]);
        open.clear();
      }
    }
  }
  const inSpans = within(spans);
  return (at) => inRanges(at) || inSpans(at);
}

/** Whether a place is in one of some ranges, which are sorted and do not overlap. */
function within(ranges: readonly (readonly [number, number])[]): (at: number) => boolean {
  return (at) => {
    let [low, high] = [0, ranges.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((ranges[middle] as [number, number])[1] < at) low = middle + 1;
      else high = middle;
    }
    const range = ranges[low];
    return range !== undefined && range[0] <= at && at <= range[1];
  };
}
