// Counts how often the browser would ask for a password in a dialog of its own. Arguments: the browser, the address.
import { launch } from "./browser.mjs";

const [executablePath, address] = process.argv.slice(2);
const browser = await launch(executablePath);
const page = await browser.newPage();
const devtools = await page.context().newCDPSession(page);
let dialogs = 0;
devtools.on("Fetch.authRequired", ({ requestId }) => {
  dialogs += 1;
  devtools.send("Fetch.continueWithAuth", { requestId, authChallengeResponse: { response: "CancelAuth" } });
});
devtools.on("Fetch.requestPaused", ({ requestId }) => devtools.send("Fetch.continueRequest", { requestId }));
await page.goto(`${address}/api`);
await devtools.send("Fetch.enable", { handleAuthRequests: true });

const json = { "Content-Type": "application/json" };
const requests = {
  plain: ["/api/customers", {}],
  stale: ["/api/customers", { headers: { Authorization: "Bearer stale" } }],
  script: ["/api/customers", { headers: { "X-Requested-With": "XMLHttpRequest" } }],
  login: ["/api/login", { method: "POST", headers: json, body: '{"username":"admin","password":"wrong"}' }],
  refresh: ["/api/token/refresh", { method: "POST", headers: json, body: '{"refreshToken":"x"}' }],
  logout: ["/api/logout", { method: "POST", headers: json, body: '{"refreshToken":"x"}' }],
};
const seen = {};
for (const [name, [path, options]] of Object.entries(requests)) {
  dialogs = 0;
  const status = await page.evaluate(async ([path, options]) => (await fetch(path, options)).status, [path, options]);
  seen[name] = { status, dialogs };
}
dialogs = 0;
const block = page.locator('[id$="-listCustomers"]');
await block.locator(".opblock-summary-control").click();
await block.locator(".try-out__btn").click();
const answered = page.waitForResponse((response) => response.url().includes("/api/customers"));
await block.locator(".execute").click();
seen.swagger = { status: (await answered).status(), dialogs };
await browser.close();
console.log(JSON.stringify(seen));
