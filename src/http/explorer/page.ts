import { exampleOperations } from '../../graphql/example-operations.ts';

const icon = `data:image/svg+xml,${encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect x="1" y="1" width="14" height="14" rx="2" fill="#d60590"/>' +
    '<path d="M4 4.5h8M4 7.5h3.5M4 9.5h3.5M4 11.5h3.5M9 7h3v5H9z" stroke="#fff" fill="none"/></svg>',
)}`;

// GraphiQL marks the body with the theme that was chosen in its settings; by default it follows the system, as this does.
const styles = `
  :root { color-scheme: light dark; }
  body.graphiql-light { color-scheme: light; }
  body.graphiql-dark { color-scheme: dark; }
  body {
    margin: 0;
    height: 100vh;
    display: grid;
    grid-template-rows: auto minmax(0, 1fr);
    background: light-dark(#fff, hsl(219 29% 18%));
    color: light-dark(#3b4b68, #b7c2d7);
    font: 14px/1.4 Roboto, system-ui, sans-serif;
  }
  header {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 8px 16px;
    padding: 10px 16px 0;
  }
  header strong { display: flex; align-items: center; gap: 8px; font-size: 16px; font-weight: 500; }
  header img { width: 20px; height: 20px; }
  header label { display: flex; flex: 1 1 320px; align-items: center; gap: 8px; max-width: 640px; }
  header input {
    flex: 1;
    min-width: 0;
    padding: 6px 10px;
    border: 1px solid light-dark(#b7c2d7, #556483);
    border-radius: 6px;
    background: transparent;
    color: inherit;
    font: 13px/1.4 'Fira Code', ui-monospace, monospace;
  }
  header input:focus-visible { outline: 2px solid #d60590; outline-offset: -1px; }
  header output[data-refused] { color: light-dark(#c30000, #ff8080); }
  header a { margin-left: auto; color: inherit; }
  main { min-height: 0; }
  main > p { padding: 0 16px; }
  main .graphiql-container { height: 100%; }
  main .graphiql-logo { display: none; }
`;

/** The page at `/explorer`: a bar with a field for the token, and GraphiQL under it. It holds no script. */
export const explorerPage = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Broadsheet explorer</title>
<link rel="icon" href="${icon}">
<link rel="stylesheet" href="/explorer/graphiql.css">
<style>${styles}</style>
<script src="/explorer/graphiql.js" defer></script>
<script src="/explorer/explorer.js" type="module"></script>
</head>
<body>
<header>
<strong><img src="${icon}" alt="">Broadsheet</strong>
<label>Access token <input id="token" type="password" autocomplete="off" spellcheck="false" placeholder="none: you are anonymous"></label>
<output id="viewer" for="token"></output>
<a href="/graphql">Apollo Sandbox</a>
</header>
<main id="graphiql" data-operations="${attribute(JSON.stringify(exampleOperations))}">
<p>Loading …</p>
<noscript><p>The explorer needs JavaScript.</p></noscript>
</main>
</body>
</html>
`;

function attribute(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;');
}
