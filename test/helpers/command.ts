import { vi } from 'vitest';
import { run } from '../../src/cli/program.ts';

/** What a command left behind. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command of the command line in this process, with these environment variables set. */
export async function runCommand(
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<Outcome> {
  let stdout = '';
  let stderr = '';
  const spies = [
    vi.spyOn(console, 'log').mockImplementation((line: string) => {
      stdout += `${line}\n`;
    }),
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      stdout += String(text);
      return true;
    }),
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
      stderr += String(text);
      return true;
    }),
  ];
  for (const [name, value] of Object.entries({ DATABASE_URL: '', NODE_ENV: '', ...env }))
    vi.stubEnv(name, value);
  try {
    const code = await run(['node', 'broadsheet', ...args]);
    return { code, stdout, stderr };
  } finally {
    for (const spy of spies) spy.mockRestore();
    vi.unstubAllEnvs();
  }
}
