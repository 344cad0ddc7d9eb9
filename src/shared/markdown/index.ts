import type { RenderedMarkdown } from './render.ts';
import { RenderPool } from './render-pool.ts';

export { convertMarkdown, rendererVersion } from './convert.ts';
export { countWords, excerptOf, minutesOfWords, readingTimeMinutes, searchTextOf } from './plain-text.ts';
export type { RenderedMarkdown } from './render.ts';

/** Eight of the longest posts; the slowest texts known take two seconds and 200 MB each. */
const pool = new RenderPool({ pendingLength: 8_000_000, time: 60_000, heap: 256 });

/**
 * Renders a text, in a worker thread when it is long.
 *
 * @param client The user who asked; null for the server itself.
 * @throws {AppError} `SERVICE_UNAVAILABLE` when too many long texts are waiting, of this client or of all.
 */
export function renderMarkdown(markdown: string, client: string | null): Promise<RenderedMarkdown> {
  return pool.render(markdown, client);
}

/** Ends the worker threads when they have rendered what they have. A later text starts new ones. */
export function closeRenderPool(): Promise<void> {
  return pool.close();
}
