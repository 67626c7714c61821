// Walks the screens of the admin as its user does, and prints what they showed as JSON.
// Arguments: the browser, the service's address, admin's password.
import { createServer } from "node:http";
import { build } from "esbuild";
import { chromium } from "playwright-core";

const [executablePath, service, password] = process.argv.slice(2);
const options = { bundle: true, write: false, format: "esm", minify: true, logLevel: "error" };
const define = { "process.env.NODE_ENV": '"production"', global: "window" };
const made = await build({ entryPoints: ["app.jsx"], ...options, define });
const page_ = '<!doctype html><div id="root"></div><script type="module" src="/app.js"></script>';
const server = createServer((request, response) => {
  const isScript = request.url === "/app.js";
  response.setHeader("Content-Type", isScript ? "text/javascript" : "text/html");
  response.end(isScript ? made.outputFiles[0].text : page_);
});
await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
const admin = `http://127.0.0.1:${server.address().port}`;

const args = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync"];
const browser = await chromium.launch({ executablePath, args, chromiumSandbox: false });
const page = await (await browser.newContext({ timezoneId: "UTC", locale: "en-GB" })).newPage();
page.setDefaultTimeout(20000);
process.on("uncaughtException", async (error) => {
  console.error(error, seen, await page.locator("body").innerText());
  process.exit(1);
});
const seen = { errors: [], outside: [] };
page.on("pageerror", (error) => seen.errors.push(String(error)));
page.on("request", (request) => {
  const local = [service, admin, "data:", "blob:"].some((known) => request.url().startsWith(known));
  if (!local) seen.outside.push(request.url());
});

const field = (source) => page.locator(`[id="${source}"]`);
const open = (path) => page.evaluate((hash) => { window.location.hash = hash; }, path);
const choose = async (source, value) => {
  await field(source).click();
  await page.locator(`li[role="option"]`, { hasText: value }).first().click();
};
// A form leaves for its list once the answer is there. What comes next waits for that.
const save = async () => {
  const before = page.url();
  const answered = page.waitForResponse((answer) => answer.url().endsWith("/graphql") && /mutation/.test(answer.request().postData() ?? ""));
  await page.locator('button[type="submit"]').click();
  const answer = await (await answered).json();
  await page.waitForURL((now) => now.href !== before);
  return answer;
};
const rows = async () => {
  await page.locator("tbody tr").first().waitFor();
  return page.locator("tbody tr").evaluateAll((found) => found.map((row) => [...row.cells].map((cell) => cell.innerText.trim())));
};

await page.goto(`${admin}/?api=${encodeURIComponent(service)}`);
await field("username").fill("admin");
await field("password").fill(password);
await page.locator('button[type="submit"]').click();
await page.getByRole("menuitem").first().waitFor();

await open("/SchoolClass/create");
await field("label").fill("1a");
await save();
await open("/Home/create");
await field("city").fill("London");
await save();

await open("/Student/create");
await field("firstName").fill("Ada");
await field("serialCode").fill("5");
await choose("gender", "Female");
await field("birthDate").fill("2015-12-10T00:00");
await page.locator("input#isBoarder").click();
await choose("classField.id", "1a");
await choose("home.id", "London");
seen.created = (await save()).data.data;
await open("/Student");
seen.students = await rows();
await choose("gender", "Male");
await page.getByText("No results found").waitFor();
seen.filtered = "No results found";

await open(`/Student/${seen.created.id}`);
await page.waitForFunction(() => document.getElementById("firstName")?.value === "Ada");
seen.form = await field("birthDate").inputValue();
await field("firstName").fill("Augusta");
await field("birthDate").fill("2015-12-11T00:00");
seen.changed = (await save()).data.data;
await open(`/SchoolClass/${seen.created.classField.id}/show`);
seen.linked = await rows();

await open("/Attendance/create");
await field("date").fill("2026-01-31T00:00");
await field("arrivedAt").fill("1970-01-01T08:30");
await choose("state", "held");
seen.attended = (await save()).data.data;
await open("/Attendance");
seen.attendances = await rows();

await open(`/Student/${seen.created.id}`);
await page.waitForFunction(() => document.getElementById("firstName")?.value === "Augusta");
const deleted = page.waitForResponse((answer) => /deleteStudent/.test(answer.request().postData() ?? ""));
await page.locator('button[aria-label="Delete"]').click();
await page.getByRole("button", { name: "Confirm" }).click();
seen.deleted = (await (await deleted).json()).data.data.id === seen.created.id;

if (process.argv[5]) await page.screenshot({ path: process.argv[5] });
await browser.close();
server.close();
console.log(JSON.stringify(seen));
