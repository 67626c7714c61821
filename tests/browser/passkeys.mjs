// Registers a passkey in a virtual authenticator, logs in by it without a password, and removes it.
// Arguments: the browser, the service's address.
import { readFileSync } from "node:fs";
import { launch } from "./browser.mjs";

const [executablePath, address] = process.argv.slice(2);
const text = readFileSync(new URL("../../docs/second-factors.md", import.meta.url), "utf8");
const [, passkeys] = text.split("## Passkeys");
const [register, logIn] = [...passkeys.matchAll(/^```\n(.*?)^```$/gms)].map((match) => match[1]);
const send = register.match(/^const send.*?^};$/ms)[0];
const browser = await launch(executablePath);
const page = await (await browser.newContext()).newPage();
const devtools = await page.context().newCDPSession(page);
await devtools.send("WebAuthn.enable");
const { authenticatorId } = await devtools.send("WebAuthn.addVirtualAuthenticator", {
  options: { protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true,
    isUserVerified: true },
});
const ask = (code) => page.evaluate(`(async () => { ${code} })()`);
const seen = {};
await page.goto(`${address}/api`);
seen.password = await ask(`${send} return send("/api/login", { username: "admin", password: "admin" });`);
const token = JSON.stringify(seen.password.accessToken);
seen.made = await ask(`const token = ${token}; ${register} return made;`);
seen.closed = await ask(`${send} return send("/api/login", { username: "admin", password: "admin" });`);
seen.logins = [];
for (let times = 0; times < 2; times += 1) {
  seen.logins.push(await ask(`${send} ${logIn}
    return (await fetch("/api/me", { headers: { Authorization: "Bearer " + accessToken } })).json();`));
}
// An answer that was used, sent again; and a key whose counter went back, as that of a copy does.
seen.replayed = await ask(`${send} ${logIn} return send("/api/login/passkey", { credential: credential.toJSON() });`);
const { credentials: [copy] } = await devtools.send("WebAuthn.getCredentials", { authenticatorId });
await devtools.send("WebAuthn.removeCredential", { authenticatorId, credentialId: copy.credentialId });
await devtools.send("WebAuthn.addCredential", { authenticatorId, credential: { ...copy, signCount: 0 } });
seen.copied = await ask(`${send} ${logIn.replace("const { accessToken }", "const answer")} return answer;`);
await devtools.send("WebAuthn.removeCredential", { authenticatorId, credentialId: copy.credentialId });
await devtools.send("WebAuthn.addCredential", { authenticatorId, credential: { ...copy, signCount: copy.signCount + 5 } });
// A page of another origin cannot ask for the passkey, even if it knows a challenge.
const evil = await page.context().newPage();
const evilTools = await page.context().newCDPSession(evil);
await evilTools.send("WebAuthn.enable");
await evil.route("http://evil.localhost/**", (route) => route.fulfill({ contentType: "text/html", body: "<p>" }));
await evil.goto("http://evil.localhost/");
const options = JSON.stringify(await ask(`${send} return send("/api/login/passkey/options", {});`));
seen.foreign = await evil.evaluate(`(async () => {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(${options});
  return navigator.credentials.get({ publicKey }).then(() => "given", (error) => error.name);
})()`);
await evil.close();
// The person is not verified: the browser or the service refuses.
await devtools.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: false });
seen.unverified = await ask(`${send} try { ${logIn} return accessToken ?? "refused"; } catch { return "refused"; }`);
await devtools.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: true });
const [code] = seen.made.recoveryCodes;
seen.removed = await ask(`return (await fetch("/api/me/factors/${seen.made.id}", { method: "DELETE",
  headers: { Authorization: "Bearer " + ${token}, "Content-Type": "application/json" },
  body: JSON.stringify({ otp: "${code}" }) })).status;`);
seen.gone = await ask(`${send} ${logIn.replace("const { accessToken }", "const answer")} return answer;`);
seen.again = await ask(`${send} return send("/api/login", { username: "admin", password: "admin" });`);
await browser.close();
console.log(JSON.stringify(seen));
