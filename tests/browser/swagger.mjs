// Walks Swagger UI as a new user does and prints what happened as JSON. Arguments: the browser, the service's address.
import { launch } from "./browser.mjs";

const [executablePath, address] = process.argv.slice(2);
const browser = await launch(executablePath);
const page = await browser.newPage();
const seen = { outside: [], errors: [] };
page.on("request", (request) => {
  if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(address)) seen.outside.push(request.url());
});
page.on("pageerror", (error) => seen.errors.push(String(error)));

// Opens an operation once, fills in what is given, executes, and gives the address asked, the status and the body.
async function execute(operation, { parameters = {}, body } = {}) {
  const block = page.locator(`[id$="-${operation}"]`);
  if (!(await block.locator(".execute").count())) {
    if (!(await block.locator(".try-out__btn").count())) await block.locator(".opblock-summary-control").click();
    await block.locator(".try-out__btn").click();
  }
  for (const [name, value] of Object.entries(parameters)) {
    const row = block.locator(`tr[data-param-name="${name}"]`);
    await row.locator("input, textarea").first().fill(value);
  }
  if (body !== undefined) await block.locator(".body-param textarea").fill(body);
  const answered = page.waitForResponse((response) => response.url().includes("/api/") && response.request().method() !== "OPTIONS");
  await block.locator(".execute").click();
  const answer = await answered;
  await block.locator(".live-responses-table").waitFor();
  return { url: decodeURIComponent(answer.url().replace(address, "")), status: answer.status(), body: await answer.json() };
}

async function authorize(scheme, ...values) {
  await page.locator(".btn.authorize").click();
  const form = page.locator(".auth-container").filter({ has: page.locator("h4", { hasText: scheme }) });
  const inputs = form.locator("input");
  for (const [position, value] of values.entries()) await inputs.nth(position).fill(value);
  await form.locator("button.authorize").click();
  await page.locator(".close-modal").click();
}

async function logOut(scheme) {
  await page.locator(".btn.authorize").click();
  await page.locator(".auth-container").filter({ has: page.locator("h4", { hasText: scheme }) })
    .locator("button", { hasText: "Logout" }).click();
  await page.locator(".close-modal").click();
}

await page.goto(`${address}/api`);
await page.locator(".opblock").first().waitFor();
await page.locator(".btn.authorize").click();
seen.schemes = (await page.locator(".auth-container h4 code").allInnerTexts()).map((text) => text.trim());
await page.locator(".close-modal").click();

seen.anonymous = await execute("listCustomers");
seen.login = await execute("login"); // as it is prefilled
seen.wrong = await execute("login", { body: JSON.stringify({ username: "admin", password: "wrong" }) });
await authorize("auth_jwt", seen.login.body.accessToken);
seen.prefilled = await execute("createCustomer");
seen.list = await execute("listCustomers");
seen.created = await execute("createCustomer", { body: JSON.stringify({ firstName: "Zoë" }) });
const parameters = { where: JSON.stringify({ firstName: { startsWith: "Zo" }, orders: { none: {} } }), take: "5" };
seen.filtered = await execute("listCustomers", { parameters });
const id = { id: seen.created.body.id };
seen.changed = await execute("updateCustomer", { parameters: id, body: JSON.stringify({ phone: "1" }) });
seen.bad = await execute("updateCustomer", { parameters: id, body: '{"phone": 1}' });
await logOut("auth_jwt");
await authorize("auth_basic", "admin", "admin");
seen.deleted = await execute("deleteCustomer", { parameters: id });
seen.kept = await page.evaluate(() => Object.keys(localStorage));
if (process.argv[4]) await page.screenshot({ path: process.argv[4] });
await browser.close();
console.log(JSON.stringify(seen));
