import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';

const executablePath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';

const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A page in a browser profile of its own, and what happened on it so far. */
export interface Tab {
  readonly page: Page;
  /** The addresses that were asked for, those that are `data:` or `blob:` left out. */
  readonly requests: readonly string[];
  /** Errors and warnings of the console, breaches of the content security policy, and exceptions that nobody caught. */
  readonly complaints: readonly string[];
}

export interface TabOptions {
  /** What servers but the page's own do with a request: fail it at once, or never answer. */
  readonly otherServers?: 'refuse' | 'ignore';
}

/** Starts Chromium before the tests of a file and ends it after them; answers how a page is opened. */
export function useChromium(): (url: string, options?: TabOptions) => Promise<Tab> {
  let browser: Browser | undefined;
  beforeAll(async () => {
    if (!existsSync(executablePath)) {
      throw new Error(`There is no Chromium at ${executablePath}: install it, or set CHROMIUM_PATH.`);
    }
    browser = await chromium.launch({ executablePath, args });
  });
  afterAll(() => browser?.close());

  return async (url, { otherServers = 'refuse' } = {}) => {
    if (browser === undefined) throw new Error('Pages are opened in tests only.');
    const context = await browser.newContext();
    const page = await context.newPage();
    const requests: string[] = [];
    const complaints: string[] = [];
    context.on('request', (request) => {
      if (/^(https?|wss?):/.test(request.url())) requests.push(request.url());
    });
    page.on('websocket', (socket) => requests.push(socket.url()));
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.exposeFunction('complain', (text: string) => complaints.push(text));
    await page.addInitScript(
      `addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) =>
        complain('refused by ' + effectiveDirective + ': ' + blockedURI))`,
    );
    const isForeign = ({ origin }: URL) => origin !== new URL(url).origin;
    await page.route(isForeign, (route) => (otherServers === 'refuse' ? route.abort() : undefined));
    // A page whose scripts do not come is never loaded.
    await page.goto(url, { waitUntil: 'commit' });
    return { page, requests, complaints };
  };
}
