// The page of `triaged rescore --report` in a real browser, light and dark: it asks for nothing, says nothing on the console,
// fits its window and runs no script. Writes a screenshot where a file is named.
//
//     node report.js REPORT.html [SCREENSHOT.png]
"use strict";
const path = require("node:path");
const { pathToFileURL } = require("node:url");
const { chromium } = require("playwright-core");

const BROWSER = process.env.CHROMIUM || "/usr/bin/chromium";
// Sandboxes nest badly in containers, and the page is our own; the rest keeps the browser itself from calling home.
const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync"];

async function look(browser, page, colorScheme, screenshot) {
  const context = await browser.newContext({ colorScheme, viewport: { width: 1000, height: 1400 } });
  const view = await context.newPage();
  const faults = [];
  view.on("request", (request) => request.url() === page || faults.push(`requests ${request.url()}`));
  view.on("console", (message) => faults.push(`console: ${message.text()}`));
  view.on("pageerror", (error) => faults.push(`error: ${error.message}`));
  await view.goto(page, { waitUntil: "networkidle" });
  const seen = await view.evaluate(() => ({
    title: document.title,
    plots: document.querySelectorAll("svg").length,
    scripts: document.querySelectorAll("script").length,
    wide: document.documentElement.scrollWidth > document.documentElement.clientWidth,
    background: getComputedStyle(document.documentElement).backgroundColor + getComputedStyle(document.body).backgroundColor,
  }));
  if (!seen.title || seen.plots === 0) faults.push("no title or no plot");
  if (seen.scripts > 0) faults.push(`${seen.scripts} scripts`);
  if (seen.wide) faults.push("wider than its window");
  if (screenshot) await view.screenshot({ path: screenshot });
  await context.close();
  return { faults, background: seen.background };
}

async function main([file, screenshot]) {
  const page = pathToFileURL(path.resolve(file)).href;
  const browser = await chromium.launch({ executablePath: BROWSER, args: FLAGS });
  try {
    const light = await look(browser, page, "light", screenshot);
    const dark = await look(browser, page, "dark");
    const faults = [...light.faults, ...dark.faults];
    if (light.background === dark.background) faults.push("dark looks like light");
    if (faults.length > 0) throw new Error(faults.join("; "));
    console.log("the report asks for nothing and says nothing, light and dark");
  } finally {
    await browser.close();
  }
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error.message);
  process.exit(1);
});
