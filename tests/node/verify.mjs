// Verifies tokens as another service would: with the published keys alone. Prints the claims of each, or why not.
import { createRemoteJWKSet, jwtVerify } from "jose";

const [, , address, issuer, audience, ...tokens] = process.argv;
const keys = createRemoteJWKSet(new URL(`${address}/.well-known/jwks.json`));
const options = { issuer, audience, typ: "at+jwt", algorithms: ["EdDSA", "ES256", "RS256"] };
const verify = (token) => jwtVerify(token, keys, options).then(({ payload }) => payload, ({ code }) => code);
console.log(JSON.stringify(await Promise.all(tokens.map(verify))));
