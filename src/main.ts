#!/usr/bin/env node
import { run } from './cli/program.ts';

const exitCode = await run(process.argv);
// A server that is brought down by an error has set the code of its own.
if (exitCode !== 0) process.exitCode = exitCode;
