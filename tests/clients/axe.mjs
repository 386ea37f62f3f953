// Opens pages in Debian's chromium: axe violations, console errors and requests of each, as JSON.
// Usage: node axe.mjs [light|dark] [width] URL...
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
const require = createRequire(process.env.NODE_PATH + "/");
const puppeteer = require("puppeteer-core").default ?? require("puppeteer-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

const [scheme, width, ...urls] = process.argv.slice(2);
const browser = await puppeteer.launch({
  executablePath: "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu"],
});
const said = { chromium: await browser.version(), pages: {} };
for (const url of urls) {
  const page = await browser.newPage();
  await page.setBypassCSP(true); // for axe alone: the site's own policy forbids scripts
  await page.setViewport({ width: Number(width), height: 900 });
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
  const errors = [];
  const requests = [];
  page.on("console", (m) => m.type() === "error" && errors.push(m.text()));
  page.on("pageerror", (e) => errors.push(String(e)));
  page.on("request", (r) => requests.push(r.url()));
  await page.goto(url, { waitUntil: "load" });
  await new Promise((done) => setTimeout(done, 300));
  await page.evaluate(axe);
  const result = await page.evaluate(() =>
    window.axe.run(document, { preload: false, runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }),
  );
  said.axe = result.testEngine.version;
  said.pages[url] = {
    violations: result.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).slice(0, 3)}`),
    passes: result.passes.length,
    errors,
    requests,
    scrolls: await page.evaluate(() => document.documentElement.scrollWidth > innerWidth),
    results: await page.$$eval("#results > li > a", (links) => links.map((a) => a.textContent)).catch(() => []),
    marks: await page.$$eval("mark", (marks) => marks.map((m) => m.textContent)),
  };
  await page.close();
}
await browser.close();
console.log(JSON.stringify(said));
