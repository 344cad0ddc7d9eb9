import { AppError } from '../../shared/errors.ts';
import {
  type BodyLimitName,
  bodyLimits,
  type LimitName,
  limits,
  limitWords,
  type Measures,
} from './limits.ts';

/** @throws {AppError} `LIMIT_EXCEEDED` for the first measure that is over its limit. */
export function refuseExcess(measures: Measures): void {
  for (const [name, actual] of Object.entries(measures) as [LimitName, number][]) {
    if (actual > limits[name]) throw limitExceeded(name, actual);
  }
}

/** @param actual null where counting stopped at the limit. */
export function limitExceeded(name: LimitName | BodyLimitName, actual: number | null): AppError {
  const max = { ...limits, ...bodyLimits }[name];
  const message = `The request has ${actual ?? `more than ${max}`} ${limitWords[name]}; at most ${max} are allowed.`;
  return new AppError('LIMIT_EXCEEDED', message, { limit: { name, max, actual } });
}
