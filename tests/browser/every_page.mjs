// Opens each page at every width and in both themes and prints what is wrong with it, as JSON.
// Arguments: the browser, the service's address, the paths as JSON, a folder for pictures (optional).
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const [executablePath, address, paths, pictures] = process.argv.slice(2);
const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const args = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync"];
const browser = await chromium.launch({ executablePath, args, chromiumSandbox: false });
const seen = { visited: [], errors: [], outside: [], untitled: [], wide: [], faults: [], unreached: [], traps: [] };
// The inner markup of these two is third-party: Swagger UI's and GraphiQL's.
const THEIRS = ["#swagger-ui", "#graphiql"];

const context = await browser.newContext();
let path = "";
context.on("request", (request) => {
  if (!request.url().startsWith(address) && !/^(data|blob):/.test(request.url())) seen.outside.push(request.url());
});
context.on("weberror", (error) => seen.errors.push(`${path}: ${error.error()}`));
context.on("console", (message) => {
  if (message.type() === "error") seen.errors.push(`${path}: ${message.text()}`);
});
const page = await context.newPage();

// Tab goes round the page once: each visible control has the focus in turn, and none keeps it.
async function walk() {
  const wanted = await page.evaluate((theirs) => {
    const all = [...document.querySelectorAll("a[href], button, input, select, textarea, summary")].filter((each) =>
      each.checkVisibility({ visibilityProperty: true }) && !each.disabled && each.tabIndex >= 0
      && !theirs.some((selector) => each.closest(selector)));
    all.forEach((each, index) => { each.dataset.walk = index; });
    document.activeElement.blur();
    return all.map((each) => each.outerHTML.slice(0, 80));
  }, THEIRS);
  const reached = new Set();
  let before = "";
  // Swagger UI and GraphiQL have controls between ours.
  for (let steps = 0; steps < wanted.length + 300 && reached.size < wanted.length; steps += 1) {
    await page.keyboard.press("Tab");
    const now = await page.evaluate(() => document.activeElement.dataset.walk ?? "");
    if (now && now === before) { seen.traps.push(`${path}: ${wanted[now]}`); break; }
    if (now) reached.add(Number(now));
    before = now;
  }
  wanted.forEach((html, index) => { if (!reached.has(index)) seen.unreached.push(`${path}: ${html}`); });
}

async function look(isOurs) {
  for (const width of [360, 1440]) {
    for (const colorScheme of ["dark", "light"]) {
      const place = `${path} ${width} ${colorScheme}`;
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme });
      if (pictures) await page.screenshot({ path: `${pictures}/${place.replace(/\W+/g, "-")}.png`, fullPage: true });
      if (!isOurs) continue;
      if (await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)) seen.wide.push(place);
      await page.evaluate(axe);
      const { violations } = await page.evaluate((theirs) => axe.run({
        exclude: theirs.filter((selector) => document.querySelector(selector)).map((selector) => [selector]),
      }), THEIRS);
      for (const { id, impact, nodes } of violations) {
        if (["serious", "critical"].includes(impact)) seen.faults.push(`${place}: ${id} ${nodes[0].target}`);
      }
    }
  }
}

async function visit(next) {
  path = next;
  await page.goto(`${address}${path}`, { waitUntil: path.startsWith("/admin/") ? "load" : "networkidle" });
  seen.visited.push(path);
  const [title, lang] = await page.evaluate(() => [document.title, document.documentElement.lang]);
  if (!title || !lang) seen.untitled.push(path);
  // The admin's markup is Django's; tests/browser/admin.mjs looks at the parts of it that are ours.
  const isOurs = !path.startsWith("/admin/");
  if (isOurs || pictures) await look(isOurs);
  if (isOurs) await walk();
}

const all = JSON.parse(paths);
for (const each of all.filter((one) => !one.startsWith("/admin/"))) await visit(each);
await visit("/admin/login/");
await page.fill("#id_username", "admin");
await page.fill("#id_password", "admin");
await page.click("input[type=submit]");
await page.waitForURL(`${address}/admin/`);
for (const each of all.filter((one) => one.startsWith("/admin/") && one !== "/admin/login/")) await visit(each);
await browser.close();
console.log(JSON.stringify(seen));
