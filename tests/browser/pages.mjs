// Uses the service's pages as people do and prints what was seen, as JSON: first the page at `/` by the keyboard,
// then Swagger UI and GraphiQL, then the admin as a member of staff. Arguments: the browser, the service's address.
import { readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { launch, look, makeSeen, watch } from "./browser.mjs";

const [executablePath, address] = process.argv.slice(2);
const browser = await launch(executablePath);
const seen = { ...makeSeen(), policies: {} };

async function open() {
  const context = await browser.newContext();
  // A refused login and a page that is not there are part of the walk.
  watch(context, address, seen, (text) => /status of 40[14]/.test(text));
  return context.newPage();
}

// With the keyboard alone: from the top to a list of customers.
let page = await open();
await page.goto(address);
const text = (id) => page.locator(`#${id}`).innerText();
async function tabTo(selector) {
  for (let steps = 0; steps < 40; steps += 1) {
    await page.keyboard.press("Tab");
    if (await page.evaluate((wanted) => document.activeElement.matches(wanted), selector)) return;
  }
  throw new Error(`Tab does not reach ${selector}`);
}
await tabTo("#login button");
await page.keyboard.press("Enter");
await page.locator("#token").waitFor();
seen.login = await text("login-result");
seen.expiry = await text("expiry");
await page.waitForFunction((before) => document.getElementById("expiry").innerText !== before, seen.expiry);
seen.later = await text("expiry");
await tabTo("#call button");
await page.keyboard.press("Enter");
await page.locator("#answer").waitFor();
await page.getByText("The access token, decoded").click();
await look(page, "start", seen);
seen.call = await text("call-result");
seen.answer = JSON.parse(await text("answer"));
seen.claims = JSON.parse(await page.locator("#claims").textContent());

seen.snippets = {};
for (const language of ["curl", "javascript", "python", "graphql"]) {
  await page.selectOption("#language", language);
  seen.snippets[language] = await text("snippet");
}
await page.selectOption("[name=scheme]", "auth_basic");
await page.selectOption("#language", "curl");
seen.snippets.basic = await text("snippet");
await page.getByRole("button", { name: "Send the call" }).click();
await page.waitForFunction(() => document.getElementById("call-result").innerText.startsWith("200"));

seen.untyped = [await text("made"), await page.locator("#copy-header").isDisabled()];
await page.fill("#header [name=user]", "zoë");
await page.fill("#header [name=secret]", "pä:ss");
seen.made = await text("made");
await page.selectOption("#header [name=kind]", "Bearer");
await page.fill("#header [name=bearer]", " abc ");
seen.bearer = await text("made");

await page.fill("#login [name=password]", "wrong");
await page.getByRole("button", { name: "Log in", exact: true }).click();
await page.locator("#token").waitFor({ state: "hidden" });
seen.refusal = await text("login-result");
seen.stored = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]));

const cold = await open();
await cold.goto(address, { waitUntil: "networkidle" });
seen.weight = await cold.evaluate(() => {
  const loaded = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")];
  return loaded.reduce((sum, each) => sum + each.decodedBodySize, 0);
});
page = await open();

async function visit(path) {
  const answer = await page.goto(`${address}${path}`);
  seen.policies[path] = answer.headers()["content-security-policy"] ?? "";
}

async function importFile(name) {
  await page.goto(`${address}/admin/shop/customer/import/`);
  await page.setInputFiles("#id_import_file", name);
  await page.selectOption("#id_format", { label: "csv" });
  await page.click("input[type=submit].default");
}

// Pages that no address leads to: the answers of forms.
async function exchange() {
  await page.goto(`${address}/admin/shop/customer/export/`);
  await page.selectOption("#id_format", { label: "csv" });
  const waiting = page.waitForEvent("download");
  await page.click("input[type=submit].default");
  const file = await (await waiting).path();
  seen.exported = await readFile(file, "utf8");
  const changed = join(tmpdir(), `admin-${process.pid}.csv`);
  await writeFile(changed, seen.exported);
  await importFile(changed);
  seen.imported = await page.locator(".messagelist .success").innerText();
  await writeFile(changed, "firstName,email\nGrace,grace@example.org\nAda,nowhere\n");
  await importFile(changed);
  seen.faulty = await page.locator(".import-preview tbody").innerText();
  await look(page, "refused import", seen);
  await rm(changed);
}

await visit("/api");
await page.locator(".opblock").first().waitFor();
seen.operations = await page.locator(".opblock").count();
seen.first = await page.locator(".opblock-summary-path").first().innerText();

// The login of the bar is the tab's: Swagger UI has it again after a reload, and so has GraphiQL.
await page.getByRole("button", { name: "Log in", exact: true }).click();
await page.locator(".btn.authorize.locked").waitFor();
seen.entered = await page.locator(".page-bar :is(input, button):visible").allInnerTexts();
await page.reload();
await page.locator(".btn.authorize.locked").waitFor();

await visit("/graphql");
await page.locator(".CodeMirror, .graphiql-query-editor").first().waitFor();
seen.example = (await page.locator(".graphiql-query-editor").innerText()).includes('username: "admin"');
seen.user = await page.locator("#login-result").innerText();
// Once GraphiQL has read both operations, its button opens a menu.
await page.locator(".graphiql-execute-button[aria-haspopup=menu]").click();
await page.getByRole("menuitem", { name: "List" }).click();
await page.locator(".result-window", { hasText: "customers" }).waitFor();
seen.listed = await page.locator(".result-window").innerText();
seen.local = await page.evaluate(() => Object.keys(localStorage));
await page.getByRole("button", { name: "Log out" }).click();
await page.getByText("You have logged out.").waitFor();
seen.kept = await page.evaluate(() => Object.keys(sessionStorage));

await visit("/admin/login/?next=/admin/");
await page.fill("#id_username", "admin");
await page.fill("#id_password", "admin");
await page.click("input[type=submit]");
await page.locator("#site-name").waitFor();

await visit("/admin/shop/customer/add/");
await page.fill("#id_first_name", "Grace");
await page.locator(".select2-selection").first().click();
await page.locator(".select2-results__option").first().waitFor();
await page.locator(".select2-results__option").last().click();
await page.click("input[name=_save]");
seen.saved = await page.locator(".messagelist .success").innerText();
await exchange();
// Filters that are saved are the present ones at once.
await page.goto(`${address}/admin/shop/customer/?q=e`);
await page.locator(".saved summary").first().click();
await page.fill(".saved details[open] input[name=name]", "With an e");
await page.click(".saved details[open] button");
seen.filter = await page.locator(".saved nav a[aria-current]").innerText();
await page.locator(".saved summary").last().click();
await look(page, "saved filters", seen);

await visit("/admin/accounts/user/");
await page.locator("#result_list tbody a").first().click();
await page.locator("#id_groups_add_link, #id_groups_add, .selector-chosen").first().waitFor();
seen.selector = await page.locator(".selector-chosen").count();

await visit("/admin/shop/order/");
await visit("/admin/auth_core/authevent/");
await visit("/nowhere");
await browser.close();
console.log(JSON.stringify(seen));
