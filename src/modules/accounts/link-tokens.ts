import { opaqueTokens, tokenHash } from './opaque-tokens.ts';

const { create, test } = opaqueTokens('bsl');

export { create as newLinkToken, test as isLinkToken, tokenHash as linkTokenHash };
