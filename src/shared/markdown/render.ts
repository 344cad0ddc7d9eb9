import { type Converted, convertMarkdown, convertToPreformatted } from './convert.ts';
import { readingTimeMinutes, searchTextOf } from './plain-text.ts';

/** What is stored of a Markdown text besides the text itself. */
export interface RenderedMarkdown {
  /** Sanitised HTML, at most five times as long as the text and 64,000 characters more. */
  readonly html: string;
  /** The beginning of the plain text, at most 100,000 bytes as UTF-8. */
  readonly searchText: string;
  readonly readingTimeMinutes: number;
}

/** Renders a text in this thread. */
export function render(markdown: string): RenderedMarkdown {
  return rendered(convertMarkdown(markdown));
}

/** Renders a text that cannot be converted, as preformatted text. */
export function renderPreformatted(markdown: string): RenderedMarkdown {
  return rendered(convertToPreformatted(markdown));
}

function rendered({ html, text }: Converted): RenderedMarkdown {
  return { html, searchText: searchTextOf(text), readingTimeMinutes: readingTimeMinutes(text) };
}
