import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';

/** A file that the explorer's page loads. */
export interface Asset {
  readonly type: string;
  readonly body: Buffer;
  /** A strong validator (RFC 9110), quoted. */
  readonly etag: string;
}

/** Reads the files of the explorer's page: GraphiQL and its workers from their package, and the page's own script. */
export async function loadAssets(): Promise<ReadonlyMap<string, Asset>> {
  // Several megabytes of text, so they are not imported before somebody opens the page.
  const graphiql = await import('@graphql-yoga/render-graphiql/graphiql');
  const script = 'text/javascript; charset=utf-8';
  return new Map([
    ['graphiql.css', asset('text/css; charset=utf-8', graphiql.css)],
    ['graphiql.js', asset(script, graphiql.js)],
    ['explorer.js', asset(script, await readFile(new URL('browser/explorer.js', import.meta.url), 'utf8'))],
    // The names after "worker-" are the ones by which Monaco, the editor, asks for its workers.
    ['worker-editorWorkerService.js', asset(script, graphiql.editorWorkerService)],
    ['worker-graphql.js', asset(script, graphiql.graphqlWorker)],
    ['worker-json.js', asset(script, graphiql.jsonWorker)],
  ]);
}

function asset(type: string, text: string): Asset {
  const body = Buffer.from(text);
  return { type, body, etag: `"${createHash('sha256').update(body).digest('base64url')}"` };
}
