// Logs in by an issuer as people do: into the admin, in vain, from a page, and links an identity. Arguments: the browser, the service's address.
import { createHash } from "node:crypto";
import { launch } from "./browser.mjs";

const [executablePath, address] = process.argv.slice(2);
const browser = await launch(executablePath);
const seen = { refused: [] };

async function open() {
  const context = await browser.newContext();
  context.on("console", (message) => {
    if (/Content Security Policy/.test(message.text()) && message.page().url().startsWith(address)) seen.refused.push(message.text());
  });
  return { context, page: await context.newPage() };
}

async function logInAtIssuer(page, name) {
  await page.fill("input[name=login]", name);
  await page.fill("input[name=password]", "any");
  await page.click("button[type=submit]");
  await page.locator("button[autofocus]").click();
}

const staff = await open();
await staff.page.goto(`${address}/admin/`);
await staff.page.getByText("Log in with Main").click();
await logInAtIssuer(staff.page, "admin-at-issuer");
await staff.page.locator("#user-tools").waitFor();
seen.path = new URL(staff.page.url()).pathname;
seen.user = await staff.page.locator("#user-tools strong").innerText();

const stranger = await open();
await stranger.page.goto(`${address}/admin/`);
await stranger.page.getByText("Log in with Main").click();
await logInAtIssuer(stranger.page, "stranger");
seen.stranger = await stranger.page.locator(".messagelist .error").innerText();

const app = await open();
const verifier = "a verifier that only this page knows, and no other one";
const challenge = createHash("sha256").update(verifier).digest("base64url");
await app.page.goto(`${address}/account/oidc/main/login?next=/admin/login/&code_challenge=${challenge}`);
await logInAtIssuer(app.page, "admin-at-issuer");
await app.page.waitForURL(/#code=/);
seen.fetched = await app.page.evaluate(async (codeVerifier) => {
  const code = new URLSearchParams(location.hash.slice(1)).get("code");
  const answer = await fetch("/api/oidc/token", {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ code, codeVerifier }),
  });
  return { status: answer.status, ...(await answer.json()) };
}, verifier);
seen.kept = (await app.context.cookies(address)).map((cookie) => cookie.name);

// In the page of the account an identity is linked, and taken away.
const owner = await open();
const identities = () => owner.page.locator("#identities strong").count();
const answered = (words) => owner.page.locator("#identities-status", { hasText: words }).waitFor();
await owner.page.goto(`${address}/account/`);
await owner.page.fill("#login [name=username]", "admin");
await owner.page.fill("#login [name=password]", "admin");
await owner.page.locator("#login").getByRole("button", { name: "Log in", exact: true }).click();
await owner.page.locator("#identities li").waitFor();
await owner.page.getByRole("button", { name: "Link Main" }).click();
await logInAtIssuer(owner.page, "another-at-issuer");
await answered("opens your account now");
seen.linked = { count: await identities(), url: owner.page.url() };
await owner.page.getByRole("button", { name: "Take another-at-issuer at Main away" }).click();
await answered("opens your account no more");
seen.unlinked = await identities();
await browser.close();
console.log(JSON.stringify(seen));
