// Whether many requests and tabs share a refresh.
import assert from "node:assert/strict";
import { Problem, Session, type Tokens } from "./session";

const [address = "", password = ""] = process.argv.slice(2);
const plain = globalThis.fetch;
let refreshes = 0;
globalThis.fetch = (input, init) => {
  refreshes += Number(String(input instanceof Request ? input.url : input).endsWith("/refresh"));
  return plain(input, init);
};

let shared: Tokens | null = null;
const store = { read: () => shared, write: (tokens: Tokens | null) => (shared = tokens) };
// The service refuses this token as it refuses an expired one.
const expire = () => (shared = { ...shared!, accessToken: "expired" });
const tabs = [new Session(address, store), new Session(address, store)] as const;
const wrong = await tabs[0].logIn("admin", "wrong").catch((error: unknown) => error);
assert.ok(wrong instanceof Problem && wrong.status === 401);
await tabs[0].logIn("admin", password);

expire();
const one = Array.from({ length: 20 }, () => tabs[0].fetch(`${address}/api/me`));
assert.deepEqual([...new Set((await Promise.all(one)).map((answer) => answer.status))], [200]);
assert.equal(refreshes, 1);

expire();
const both = tabs.flatMap((tab) => Array.from({ length: 10 }, () => tab.fetch(`${address}/api/me`)));
assert.deepEqual([...new Set((await Promise.all(both)).map((answer) => answer.status))], [200]);
// Without locks two tabs refresh each once; the service answers the same pair to both.
assert.ok(refreshes <= 3);

expire();
const query = { method: "POST", headers: { "Content-Type": "application/json" }, body: '{"query":"{ userInfo { username } }"}' };
const answer = await tabs[1].fetch(`${address}/graphql`, query);
assert.equal((await answer.json()).data.userInfo.username, "admin");

const { refreshToken } = shared! as Tokens;
await tabs[0].logOut();
shared = { accessToken: "expired", ...(refreshToken ? { refreshToken } : {}) };
assert.equal((await tabs[1].fetch(`${address}/api/me`)).status, 401);
assert.equal(shared, null);
console.log("everything went well");
