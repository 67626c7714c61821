// An OpenID Connect issuer: oidc-provider, which logs in any name with any password.
// Usage: node issuer.mjs <port> <redirect URI>...
// For the tests it also signs claims (POST /test/sign), changes its keys (/test/rotate) and what it says of people (/test/people).
import { createServer } from "node:http";
import { exportJWK, exportSPKI, generateKeyPair, SignJWT } from "jose";
import Provider from "oidc-provider";

const [, , port, ...redirects] = process.argv;
const address = `http://127.0.0.1:${port}`;
const people = {};
let current, callback;

async function rotate() {
  const pair = await generateKeyPair("RS256", { extractable: true });
  const kid = `key-${Date.now()}`;
  current = { ...pair, kid };
  const jwk = { ...(await exportJWK(pair.privateKey)), kid, use: "sig", alg: "RS256" };
  const client = { response_types: ["code"], grant_types: ["authorization_code"], redirect_uris: redirects };
  const provider = new Provider(address, {
    clients: [
      { ...client, client_id: "service", client_secret: "the secret: of the service" },
      { ...client, client_id: "posting", client_secret: "another secret", token_endpoint_auth_method: "client_secret_post" },
      { client_id: "machine", client_secret: "a secret", grant_types: ["client_credentials"], redirect_uris: [], response_types: [] },
    ],
    jwks: { keys: [jwk] },
    conformIdTokenClaims: false,
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["preferred_username", "realm_access"] },
    findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ sub, ...people[sub] }) }),
    features: {
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_, audience) => ({ audience, scope: "api", accessTokenFormat: "jwt", jwt: { sign: { alg: "RS256" } } }),
      },
    },
    cookies: { keys: ["a key of the tests"] },
    ttl: { AccessToken: 600, AuthorizationCode: 60, ClientCredentials: 600, Grant: 600, IdToken: 600, Interaction: 600, Session: 600 },
  });
  callback = provider.callback();
}

const actions = {
  "/test/rotate": rotate,
  "/test/people": async (given) => void Object.assign(people, given),
  "/test/sign": async ({ header, claims }) =>
    new SignJWT(claims).setProtectedHeader({ alg: "RS256", kid: current.kid, ...header }).sign(current.privateKey),
  "/test/key": () => exportSPKI(current.publicKey),
};

await rotate();
createServer(async (request, response) => {
  const action = actions[request.url];
  if (!action) return callback(request, response);
  const parts = [];
  for await (const part of request) parts.push(part);
  response.end(JSON.stringify((await action(JSON.parse(Buffer.concat(parts).toString() || "{}"))) ?? null));
}).listen(Number(port), "127.0.0.1");
