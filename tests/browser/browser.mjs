// What the scripts share: a browser that asks for nothing by itself, what it complains of, and a look at a page.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
// The inner markup of these two is third-party: Swagger UI's and GraphiQL's.
export const THEIRS = ["#swagger-ui", "#graphiql"];
const WIDTHS = [360, 1440];
const THEMES = ["dark", "light"];
export const makeSeen = () => ({ errors: [], refused: [], outside: [], faults: [], wide: [] });

export function launch(executablePath) {
  const args = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync"];
  return chromium.launch({ executablePath, args, chromiumSandbox: false });
}

// Notes what a policy refused, each other error, and each request to another machine. `isExpected`
// takes the text of an error that the script has caused.
export function watch(context, address, seen, isExpected = () => false) {
  // A machine may be busy with other tests.
  context.setDefaultTimeout(120_000);
  context.on("request", (request) => {
    if (!request.url().startsWith(address) && !/^(data|blob):/.test(request.url())) seen.outside.push(request.url());
  });
  context.on("weberror", (error) => seen.errors.push(`${error.page()?.url()}: ${error.error()}`));
  context.on("console", (message) => {
    const text = `${message.page()?.url()}: ${message.text()}`;
    if (/Content Security Policy/.test(text)) seen.refused.push(text);
    else if (message.type() === "error" && !isExpected(message.text())) seen.errors.push(text);
  });
}

// Looks at the page as it is, at two widths and in both themes: the window is resized and nothing is
// loaded again. axe runs by the debugger, which no policy refuses.
export async function look(page, name, seen, { pictures, ignored = () => false } = {}) {
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 });
    if (await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)) seen.wide.push(`${name} ${width}`);
    if (pictures) await takePictures(page, `${pictures}/${name} ${width}`);
  }
  // axe would take ten seconds for the operations of Swagger UI.
  await page.evaluate((theirs) => theirs.forEach((each) => document.querySelector(each)?.remove()), THEIRS);
  await page.evaluate(axe);
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 });
    for (const colorScheme of THEMES) {
      await page.emulateMedia({ colorScheme });
      // A theme changes colours alone, so that the other rules need not run again for the second theme.
      const isWhole = (width === WIDTHS[0]) === (colorScheme === THEMES[0]);
      for (const { id, impact, nodes } of await findFaults(page, isWhole ? null : ["color-contrast", "link-in-text-block"])) {
        if (!ignored({ id, impact })) seen.faults.push(`${name} ${width} ${colorScheme}: ${id} ${nodes.join(" | ")}`);
      }
    }
  }
}

async function takePictures(page, name) {
  for (const colorScheme of THEMES) {
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: `${name}-${colorScheme}.png`.replace(/[^\w/.]+/g, "-"), fullPage: true });
  }
}

function findFaults(page, rules) {
  return page.evaluate(async (runOnly) => {
    // Links of the admin fade from the colours of one theme to those of the other.
    for (const each of document.getAnimations()) if (each instanceof CSSTransition) each.finish();
    const { violations } = await axe.run({ resultTypes: ["violations"], ...(runOnly && { runOnly }) });
    return violations.map(({ id, impact, nodes }) => ({ id, impact, nodes: nodes.map(({ target }) => String(target)) }));
  }, rules);
}
