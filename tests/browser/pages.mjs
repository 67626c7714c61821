// Visits the service's pages as a member of staff does and prints what the browser refused, as JSON.
// Arguments: the browser, the service's address.
import { chromium } from "playwright-core";

const [executablePath, address] = process.argv.slice(2);
const args = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync"];
const browser = await chromium.launch({ executablePath, args, chromiumSandbox: false });
const context = await browser.newContext();
const seen = { refused: [], errors: [], policies: {} };
context.on("console", (message) => {
  if (/Content Security Policy/.test(message.text())) seen.refused.push(message.text());
});
context.on("weberror", (error) => seen.errors.push(String(error.error())));
const page = await context.newPage();

async function visit(path) {
  const answer = await page.goto(`${address}${path}`);
  seen.policies[path] = answer.headers()["content-security-policy"] ?? "";
}

await visit("/api");
await page.locator(".opblock").first().waitFor();
seen.operations = await page.locator(".opblock").count();

await visit("/graphql");
await page.locator(".CodeMirror, .graphiql-query-editor").first().waitFor();
seen.example = (await page.locator(".graphiql-query-editor").innerText()).includes('username: "admin"');

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

await visit("/admin/accounts/user/");
await page.locator("#result_list tbody a").first().click();
await page.locator("#id_groups_add_link, #id_groups_add, .selector-chosen").first().waitFor();
seen.selector = await page.locator(".selector-chosen").count();

await visit("/admin/shop/order/");
await visit("/admin/auth_core/authevent/");
await visit("/nowhere");
await browser.close();
console.log(JSON.stringify(seen));
