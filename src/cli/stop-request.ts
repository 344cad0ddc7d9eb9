import type { Logger } from 'pino';
import { isForgottenRejection } from '../graphql/forgotten-rejection.ts';

/** How long after the first interruption a second one is meant. `npm` passes each on twice. */
const patience = 1_000;

/**
 * Waits for what makes the server stop: SIGTERM, SIGINT, or an error that nothing caught, which also makes the exit
 * code 1. The answer is for the caller to close everything. When that takes longer than `timeout` milliseconds, or
 * when SIGINT comes again after a second, the process exits with 1.
 */
export function stopRequest(log: Logger, timeout: number): Promise<void> {
  return new Promise((resolve) => {
    let since: number | null = null;

    function stop(): void {
      since = performance.now();
      // It holds nothing up: when all is closed, the process ends by itself before.
      setTimeout(() => abort('stopping took too long'), timeout).unref();
      resolve();
    }

    function abort(reason: string): void {
      log.fatal(reason);
      process.exit(1);
    }

    function onSignal(signal: NodeJS.Signals): void {
      if (since === null) {
        log.info({ signal }, 'stopping');
        stop();
      } else if (signal === 'SIGINT' && performance.now() - since >= patience) {
        abort('interrupted again');
      }
    }

    process.on('SIGTERM', onSignal);
    process.on('SIGINT', onSignal);
    process.on('unhandledRejection', (reason) => {
      if (isForgottenRejection(reason))
        log.debug({ err: reason }, 'the error of a field was told by another one');
      else throw reason;
    });
    // What is thrown there comes here too.
    process.on('uncaughtException', (err) => {
      log.fatal({ err }, 'stopping after an error that nothing caught');
      process.exitCode = 1;
      if (since === null) stop();
    });
  });
}
