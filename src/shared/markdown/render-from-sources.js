// The worker's entry where the program runs from its TypeScript sources; the build leaves this file out.
import { register } from 'tsx/esm/api';

register();

export const { render, renderPreformatted } = await import('./render.ts');
