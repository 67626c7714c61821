// Walks the page of the account as a person does, with the mails in a folder, and prints what was seen.
// Arguments: the browser, the service's address, the folder of the mails, a folder for pictures (optional).
import { createHmac } from "node:crypto";
import { readFile, readdir } from "node:fs/promises";
import { launch, look as lookAt, makeSeen, watch } from "./browser.mjs";

const [executablePath, address, mails, pictures] = process.argv.slice(2);
const browser = await launch(executablePath);
const seen = { ...makeSeen(), referrers: [], urls: [] };
const PASSWORD = "analytical engine of 1837";
const NEXT = "difference engine of 1822";
const LAST = "a third engine of 1843";
const WAIT = { timeout: 120_000 };

const context = await browser.newContext();
watch(context, address, seen, (text) => /status of 4/.test(text));
context.on("request", (request) => {
  if (/token=/.test(request.headers().referer)) seen.referrers.push(request.headers().referer);
  seen.urls.push(request.url());
});
let page = await context.newPage();
const devtools = await context.newCDPSession(page);
await devtools.send("WebAuthn.enable");
const { authenticatorId } = await devtools.send("WebAuthn.addVirtualAuthenticator", {
  options: { protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true,
    isUserVerified: true },
});

// Django's own page has no heading of the first level.
const look = (name) => lookAt(page, name, seen, {
  pictures, ignored: ({ id }) => name === "admin" && id === "page-has-heading-one",
});

// The thread of the outbox sends a mail after the answer. Returns the link in the newest of a subject.
async function readLink(subject, to = "ada@example.org") {
  for (let tries = 0; tries < 300; tries += 1) {
    const texts = await Promise.all((await readdir(mails)).sort().map((name) => readFile(`${mails}/${name}`, "utf8")));
    const found = texts.join("\n").split(/(?=^Content-Type: multipart)/m)
      .filter((text) => text.includes(`Subject: ${subject}`) && text.includes(`To: ${to}`));
    if (found.length) return found.at(-1).match(/https?:\/\/\S+/)[0];
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error(`no mail "${subject}"`);
}

// A code of RFC 6238 for a secret in base32.
function showCode(secret, later = 0) {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...secret.replaceAll(" ", "")].map((letter) => letters.indexOf(letter).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + later));
  const digest = createHmac("sha1", key).update(counter).digest();
  const at = digest.at(-1) & 15;
  return String((digest.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

const form = (id) => page.locator(`#${id}`);
const text = (id) => page.locator(`#${id}`).innerText();
const press = (id, name) => form(id).getByRole("button", { name, exact: true }).click();
const entered = () => page.locator("body.in").waitFor(WAIT);
const open = () => page.goto(`${address}/account/`);

async function fill(id, inputs) {
  for (const [name, value] of Object.entries(inputs)) await form(id).locator(`[name=${name}]`).fill(value);
}

async function logIn(inputs) {
  await fill("login", inputs);
  await press("login", "Log in");
}

// Before the script is there, no form sends anything.
const bare = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
await bare.goto(`${address}/account/`);
seen.forms = await bare.locator("form").evaluateAll((forms) =>
  forms.map((each) => each.method === "post" || each.id === "login").filter((fine) => !fine).length);
seen.enabled = await bare.locator("form button:enabled:not([type=button])").count();
await bare.context().close();

// Sign up, and confirm the address.
await open();
await look("out");
await page.getByRole("link", { name: "Sign up" }).click();
await look("sign-up");
await page.getByLabel("E-mail address").fill("ada@example.org");
await page.getByLabel("Username").fill("ada");
await page.getByLabel("Password").fill("short");
await page.getByRole("button", { name: "Sign up" }).click();
seen.short = await page.locator(".fault").first().innerText(WAIT);
await look("sign-up refused");
await page.getByLabel("Password").fill(PASSWORD);
await page.getByRole("button", { name: "Sign up" }).click();
await page.getByRole("status").waitFor(WAIT);
// Another person asks for the same name, and confirms later.
await page.getByRole("status").waitFor(WAIT);
await page.evaluate((body) => fetch("/api/register", {
  method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
}), { username: "ada", password: PASSWORD, email: "mary@example.org" });
await page.goto(await readLink("Confirm your e-mail address"));
await look("verify");
await page.getByRole("button", { name: "Confirm" }).click();
await page.getByRole("status").waitFor(WAIT);
await look("verified");
await page.goto(await readLink("Confirm your e-mail address", "mary@example.org"));
await page.getByRole("button", { name: "Confirm" }).click();
seen.taken = await page.locator(".fault").innerText(WAIT);
await look("name taken");
await page.getByLabel("Another username").fill("mary");
await page.getByRole("button", { name: "Confirm" }).click();
await page.getByRole("status").waitFor(WAIT);
await page.getByRole("link", { name: "Your account" }).click();

// Log in with the keyboard alone, and set up an app.
await page.getByLabel("Username").first().focus();
await page.keyboard.type("ada");
await page.keyboard.press("Tab");
await page.keyboard.type(PASSWORD);
await page.keyboard.press("Enter");
await entered();
seen.email = (await page.locator("#email-now:not(:empty)").innerText(WAIT));
await page.locator("#sessions li").waitFor(WAIT);
seen.sessions = await page.locator("#sessions li").count();
await look("in");
await fill("totp-begin", { currentPassword: "wrong" });
await press("totp-begin", "Set up an app");
await page.locator("#totp-begin [role=status]:not(:empty)").waitFor(WAIT);
seen.wrong = await page.locator("#totp-begin [role=status]").innerText();
await fill("totp-begin", { currentPassword: PASSWORD });
await press("totp-begin", "Set up an app");
await form("totp-confirm").waitFor(WAIT);
seen.picture = await page.locator("img.qr").evaluate((image) => image.decode().then(() => image.naturalWidth > 20));
const secret = await page.locator("#totp-confirm code").innerText();
await look("totp");
await fill("totp-confirm", { otp: showCode(secret, -1) });
await press("totp-confirm", "Confirm");
await form("codes").waitFor(WAIT);
const codes = (await text("codes-list")).split("\n");
seen.codes = codes.length;
await look("codes");
await press("codes", "I have kept them");
seen.hidden = await page.content().then((html) => html.includes(codes[0]));
await press("login", "Log out");
await page.locator("body:not(.in)").waitFor(WAIT);

// The password alone opens nothing any more.
await logIn({ username: "ada", password: PASSWORD });
await page.locator("#login-result:not(:empty)").waitFor(WAIT);
await page.waitForFunction(() => /code/.test(document.getElementById("login-result").innerText));
seen.second = await text("login-result");
seen.focus = await page.evaluate(() => document.activeElement.name);
await page.keyboard.type(showCode(secret));
await page.keyboard.press("Enter");
await entered();
seen.me = await page.evaluate(async () => {
  const { accessToken } = JSON.parse(sessionStorage.login);
  return (await fetch("/api/me", { headers: { Authorization: `Bearer ${accessToken}` } })).json();
});

// A passkey: add it, rename it, and log in by it at every form of a login.
await fill("passkey-add", { name: "My phone", currentPassword: PASSWORD, otp: codes[1] });
await press("passkey-add", "Add a passkey");
await page.getByText('Passkey "My phone"').waitFor(WAIT);
await page.getByRole("button", { name: 'Rename Passkey "My phone"' }).click();
await fill("factor-change", { name: "My key" });
await press("factor-change", "Do it");
await page.getByText('Passkey "My key"').waitFor(WAIT);
seen.factors = await page.locator("#factors strong").allInnerTexts();
await look("factors");
await press("login", "Log out");
await page.locator("body:not(.in)").waitFor(WAIT);
await press("login", "Use a passkey");
await entered();
seen.passkeys = [];
for (const path of ["/", "/api", "/graphql"]) {
  await page.goto(`${address}${path}`);
  await page.getByRole("button", { name: "Log out" }).click();
  await page.getByText("You have logged out.").waitFor(WAIT);
  await page.getByRole("button", { name: "Use a passkey" }).click();
  await page.locator("#login-result", { hasText: "You are ada" }).waitFor(WAIT);
  seen.passkeys.push(path);
}

// Remove the app and make new codes, by the passkey where no code is typed; end the other logins.
await page.evaluate((body) => fetch("/api/login", {
  method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
}), { username: "ada", password: PASSWORD, otp: codes[4] });
await open();
await entered();
await page.getByRole("button", { name: "Remove Authenticator app" }).click();
await press("factor-change", "Do it");
await page.getByText("The factor is removed.").waitFor(WAIT);
await press("codes-renew", "Make new codes");
await form("codes").waitFor(WAIT);
seen.renewed = (await text("codes-list")).split("\n").filter((each) => !codes.includes(each)).length;
const [, spare, another, last] = (await text("codes-list")).split("\n");
await press("codes", "I have kept them");
seen.before = await page.locator("#sessions li").count();
await form("end-others").click();
await page.getByText("All other logins have ended.").waitFor(WAIT);
seen.left = await page.locator("#sessions li").count();

// Another password on the page, and then one by the link of a mail.
await fill("password-form", { currentPassword: PASSWORD, newPassword: NEXT, otp: spare });
await press("password-form", "Change the password");
await page.locator("body:not(.in)").waitFor(WAIT);
seen.changed = await text("login-result");
await page.getByRole("link", { name: "Forgotten password" }).click();
await look("forgotten");
await page.getByLabel("E-mail address").fill("ADA@example.org");
await page.getByRole("button", { name: "Send the link" }).click();
await page.getByRole("status").waitFor(WAIT);
await page.goto(await readLink("Choose a new password"));
await look("reset");
await page.getByLabel("New password").fill(LAST);
await page.keyboard.press("Enter");
await page.getByRole("status").waitFor(WAIT);

// By mail: the link in another tab of the same browser, and the second factor there.
await open();
await fill("magic-ask", { email: "ada@example.org" });
await press("magic-ask", "Send me a code");
await form("magic-confirm").waitFor(WAIT);
await look("magic");
const first = page;
page = await context.newPage();
await page.goto(await readLink("Your code to log in"));
seen.kept = page.url();
await look("magic-link");
await fill("magic-confirm", { otp: another });
await press("magic-confirm", "Log in by mail");
await entered();
seen.mailed = await text("login-result");
await page.close();
page = first;

// The admin, by a passkey: first as somebody who is not staff.
await page.goto(`${address}/admin/login/?next=/admin/accounts/`);
await look("admin");
await page.getByRole("button", { name: "Use a passkey" }).click();
await page.locator(".messagelist").waitFor(WAIT);
seen.stranger = await page.locator(".messagelist").innerText();

// The end of the account.
await open();
await press("login", "Use a passkey");
await entered();
await fill("delete-form", { currentPassword: "wrong", otp: last });
await press("delete-form", "Delete my account");
await page.locator("#delete-form [role=status]:not(:empty)").waitFor(WAIT);
seen.still = await page.locator("#delete-form [role=status]").innerText();
await fill("delete-form", { currentPassword: LAST, otp: last });
await press("delete-form", "Delete my account");
await page.locator("body:not(.in)").waitFor(WAIT);
seen.deleted = await text("login-result");
await logIn({ username: "ada", password: LAST });
await page.getByText("incorrect").waitFor(WAIT);

// Staff must have a second factor here, and has none yet.
await devtools.send("WebAuthn.clearCredentials", { authenticatorId });
await page.evaluate(() => sessionStorage.clear());
await open();
await logIn({ username: "admin", password: "admin" });
await page.locator("body.enrol").waitFor(WAIT);
seen.missing = await text("login-result");
await look("missing");
await fill("passkey-add", { name: "Desk", currentPassword: "admin" });
await press("passkey-add", "Add a passkey");
await form("codes").waitFor(WAIT);
seen.spares = (await text("codes-list")).split("\n").length;
await page.goto(`${address}/admin/login/?next=/admin/accounts/`);
await page.getByRole("button", { name: "Use a passkey" }).click();
// The address of the login ends with the same words, as its query.
await page.waitForURL(({ pathname }) => pathname === "/admin/accounts/", WAIT);
seen.admin = await page.locator("h1").last().innerText();
seen.stored = await page.evaluate(() => JSON.stringify([Object.keys(localStorage), document.cookie]));
await browser.close();
// No request comes any more.
seen.leaked = seen.urls.filter((url) => /engine|password=|otp=/.test(decodeURIComponent(url)));
delete seen.urls;
console.log(JSON.stringify(seen));
