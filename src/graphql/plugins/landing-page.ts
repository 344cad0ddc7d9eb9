import type { ApolloServerPlugin } from '@apollo/server';
import { ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled';
import { ApolloServerPluginLandingPageLocalDefault } from '@apollo/server/plugin/landingPage/default';
import { firstOperation } from '../example-operations.ts';

/** Apollo Sandbox, which comes from Apollo's servers, with a way on where they cannot be reached; or no page at all. */
export function landingPage(explorer: boolean): ApolloServerPlugin {
  if (!explorer) return ApolloServerPluginLandingPageDisabled();
  const sandbox = ApolloServerPluginLandingPageLocalDefault({
    document: firstOperation.query,
    embed: { runTelemetry: false, initialState: { pollForSchemaUpdates: false } },
  });
  return {
    async serverWillStart(server) {
      const listener = await sandbox.serverWillStart?.(server);
      return {
        ...listener,
        async renderLandingPage() {
          const { html } = (await listener?.renderLandingPage?.()) ?? { html: '' };
          return { html: async () => withOfflineNotice(typeof html === 'string' ? html : await html()) };
        },
      };
    },
  };
}

/** Apollo's page with another text for the time until Sandbox is there. */
function withOfflineNotice(html: string): string {
  const [, nonce = ''] = /'nonce-([^']+)'/.exec(html) ?? [];
  return (
    html
      // The browser shows nothing before this font, which the text below does not need, has come or failed.
      .replace(/<link\s+href="https:\/\/fonts\.googleapis\.com[^>]*>/, '')
      .replace(/<div class="fallback">[\s\S]*?<\/div>/, () => offlineNotice(nonce))
  );
}

// Sandbox lies over the whole page, also while it is empty: then no link could be clicked.
const offlineNotice = (nonce: string) => `
<style nonce="${nonce}">
  #embeddableSandbox:empty { display: none; }
  .fallback { max-width: 36em; margin: 12vh auto 0; padding: 0 24px; font: 16px/1.5 system-ui, sans-serif; color: #3b4b68; }
  .fallback h1 { font-size: 24px; font-weight: 500; }
  .fallback a { color: #a8046f; }
</style>
<div class="fallback">
  <h1>Apollo Sandbox is not there yet</h1>
  <p>It comes from Apollo’s servers. If this text stays, the browser does not reach them: you may be offline, or they may be blocked.</p>
  <p><a href="/explorer">Open the built-in explorer</a>: GraphiQL, with the schema and its documentation, from this server alone.</p>
</div>`;
