// Runs the code of docs/cookies.md in a page of the service, and a page of another site against it; prints JSON.
// Arguments: the browser, the service's address, and "session" or "refresh".
import { readFileSync } from "node:fs";
import { launch } from "./browser.mjs";

const [executablePath, address, kind] = process.argv.slice(2);
const text = readFileSync(new URL("../../docs/cookies.md", import.meta.url), "utf8");
const blocks = [...text.matchAll(/^```js\n(.*?)^```$/gms)].map((match) => match[1]);
const browser = await launch(executablePath);
const context = await browser.newContext();
const page = await context.newPage();
const seen = {};

// A page of another site that has the visitor's browser send what it can.
async function attack() {
  const evil = await context.newPage();
  await evil.route("http://evil.example/**", (route) => route.fulfill({ contentType: "text/html", body: "<p>" }));
  await evil.goto("http://evil.example/");
  await evil.evaluate(async (target) => {
    const credentials = "include";
    const body = '{"username":"mallory","password":"mallory"}';
    const requests = [["/api/logout", {}], ["/api/logout", { mode: "no-cors" }], ["/api/token/refresh", { mode: "no-cors" }],
      ["/api/login", { mode: "no-cors", body }], ["/api/login", { headers: { "Content-Type": "application/json" }, body }]];
    for (const [path, options] of requests) {
      await fetch(target + path, { method: "POST", credentials, ...options }).catch(() => null);
    }
  }, address);
  await evil.close();
}

// Logs in by the form of Swagger UI, makes a customer there, and logs out.
async function useSwagger() {
  const form = page.locator("form#login");
  await form.locator("[name=username]").fill("admin");
  await form.locator("[name=password]").fill("admin");
  await form.getByRole("button", { name: "Log in" }).click();
  await form.locator("[name=leave]").waitFor();
  const block = page.locator('[id$="-createCustomer"]');
  await block.locator(".opblock-summary-control").click();
  await block.locator(".try-out__btn").click();
  const answered = page.waitForResponse((response) => response.url().endsWith("/api/customers"));
  await block.locator(".execute").click();
  const made = (await answered).status();
  await form.locator("[name=leave]").click();
  await form.locator("[name=leave]").waitFor({ state: "hidden" });
  return { made, left: await ask("return (await fetch('/api/me')).status;") };
}

const ask = (code) => page.evaluate(`(async () => { ${code} })()`);
await page.goto(`${address}/api`);
if (kind === "session") {
  const [, call, steps] = blocks[0].match(/^(.*?)^(await .*)$/ms);
  const lines = steps.trim().split("\n");
  const me = 'const me = (await fetch("/api/me")).status;';
  seen.whole = await ask(`${call} ${lines.slice(0, -1).join("\n")} ${me} return { me, customer: customer.firstName, data };`);
  seen.readable = await ask("return document.cookie.split('; ').map((each) => each.split('=')[0]).sort();");
  seen.untokened = await ask('return (await fetch("/api/logout", { method: "POST" })).status;');
  await attack();
  seen.attacked = await ask("return await (await fetch('/api/me')).json();");
  await page.reload();
  seen.reloaded = await ask("return (await fetch('/api/me')).status;");
  await ask(`${call} ${lines.at(-1)}`);
  seen.ended = await ask("return (await fetch('/api/me')).status;");
  seen.swagger = await useSwagger();
} else {
  const me = 'const me = (await ask("GET", "/api/me")).status;';
  seen.login = await ask(`${blocks[1]} const done = await logIn("admin", "admin"); ${me} return { done, me };`);
  seen.readable = await ask("return document.cookie;");
  seen.cookies = (await context.cookies()).map(({ name, path, httpOnly, sameSite }) => ({ name, path, httpOnly, sameSite }));
  await page.reload();
  seen.reloaded = await ask(`${blocks[1]} ${me} return { me, kept: Boolean(accessToken) };`);
  await attack();
  const twice = "const both = await Promise.all([refresh(), refresh()]);";
  seen.attacked = await ask(`${blocks[1]} ${twice} ${me} return { both, me };`);
  seen.ended = await ask(`${blocks[1]} await refresh(); await logOut(); ${me} return { me };`);
  seen.left = (await context.cookies()).map(({ name }) => name);
}
await browser.close();
console.log(JSON.stringify(seen));
