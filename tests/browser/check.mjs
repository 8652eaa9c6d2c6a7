// Opens pages of reports in a browser and says what is wrong with them.
//
//     node tests/browser/check.mjs FOLDER PAGE...
//     node tests/browser/check.mjs FOLDER --spoiled PAGE
//
// In: HTML files. Out: screenshots and a PDF of each in FOLDER, a line for each fault, exit code 1 if there is one. With
// --spoiled the page is damaged in every way that is looked for, and it is a fault if one of them is not found.

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const BROWSER = "/usr/bin/chromium";
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
// A phone and a desktop.
const WIDTHS = [360, 1280];
// The width of A4 in CSS pixels, without margins of 12 mm.
const PAPER = 703;

const OPTIONS = {
    executablePath: BROWSER,
    headless: true,
    args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ],
    offline: true,
};

// A browser with an empty profile, which is removed in the end.
async function browser(options, use) {
    const profile = mkdtempSync(join(tmpdir(), "dnoaudit-browser-"));
    const context = await chromium.launchPersistentContext(profile, { ...OPTIONS, ...options });
    try {
        return await use(context);
    } finally {
        await context.close();
        rmSync(profile, { recursive: true, force: true });
    }
}

// Opens a file in a browser, hands it on, and gives the faults of the visit and what the browser itself had to say.
async function visited(context, file, visit) {
    const faults = [];
    const address = pathToFileURL(file).href;
    const page = await context.newPage();
    page.on("request", (request) => {
        if (request.url() !== address) faults.push(`request: ${request.url().slice(0, 200)}`);
    });
    page.on("popup", () => faults.push("window: the page opened another"));
    page.on("console", (message) => faults.push(`console: ${message.type()}: ${message.text().slice(0, 150)}`));
    page.on("pageerror", (error) => faults.push(`console: ${String(error).slice(0, 150)}`));
    page.on("dialog", (dialog) => {
        faults.push(`dialog: ${dialog.message().slice(0, 200)}`);
        return dialog.dismiss();
    });
    await page.setViewportSize({ width: WIDTHS[0], height: 800 });
    await page.goto(address, { waitUntil: "load" });
    await visit(page, faults);
    await page.close();
    return faults;
}

// What runs or could, and whether it is the page of a report at all. Runs in the page.
function content() {
    const faults = [];
    for (const element of document.querySelectorAll("*")) {
        const name = element.localName;
        const loads = ["script", "iframe", "object", "embed", "link", "base", "form", "img", "audio", "video", "source"];
        if (loads.includes(name)) faults.push(`content: <${name}>`);
        for (const { name: attribute, value } of element.attributes) {
            const runs = attribute.startsWith("on") || /^\s*(javascript|data|vbscript):/i.test(value);
            const leads = ["href", "xlink:href"].includes(attribute) && !value.startsWith("#");
            if (runs || leads) faults.push(`content: <${name} ${attribute}=${value.slice(0, 80)}>`);
        }
    }
    const count = (selector) => document.querySelectorAll(selector).length;
    if (count("h1") !== 1) faults.push(`content: ${count("h1")} headings of the first level`);
    if (count("main section > h2") < 8) faults.push("content: sections are missing");
    if (count("table caption") < 8) faults.push("content: tables are missing");
    if (count("svg[role=img]") < 2) faults.push("content: charts are missing");
    return faults;
}

// Whatever stands beyond the right edge and can't be scrolled to within its own box. Runs in the page.
function overflow() {
    const faults = [];
    const root = document.documentElement;
    const width = root.clientWidth;
    if (root.scrollWidth > width) faults.push(`overflow: the page is ${root.scrollWidth} px wide in ${width}`);
    const clips = (element) => getComputedStyle(element).overflowX !== "visible";
    for (const element of document.body.querySelectorAll("*")) {
        if (element.closest("svg") !== null && element.localName !== "svg") continue;
        const box = element.getBoundingClientRect();
        if (box.width === 0 || box.right <= width + 1) continue;
        let around = element.parentElement;
        while (around !== null && !clips(around)) around = around.parentElement;
        if (around !== null && getComputedStyle(around).overflowX !== "hidden") continue;
        faults.push(`overflow: <${element.localName}> ends at ${Math.ceil(box.right)} px of ${width}: ${element.textContent.trim().slice(0, 60)}`);
    }
    return faults.slice(0, 5);
}

// Text that paper would not show, because it has to be scrolled to. Runs in the page.
function cut() {
    const scrolls = (element) => ["auto", "scroll", "hidden"].includes(getComputedStyle(element).overflowX);
    const cut = [...document.body.querySelectorAll("*")].filter(
        (element) => scrolls(element) && element.scrollWidth > element.clientWidth + 1,
    );
    return cut.slice(0, 5).map((element) => `print: <${element.localName} class="${element.className}"> is cut off`);
}

// What a screen reader or a keyboard would stumble over.
async function accessibility(page, faults) {
    await page.evaluate(AXE);
    const found = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
    if (found.passes.length < 10) faults.push("axe: hardly a rule applied");
    for (const { id, help, nodes } of found.violations) {
        faults.push(`axe: ${id}: ${help}: ${nodes.length} times, first ${nodes[0].html.slice(0, 120)}`);
    }
}

// The texts of headings and cells that are seen. Runs in the page.
function seen() {
    const shown = (element) => element.checkVisibility() && element.getBoundingClientRect().height > 0;
    return [...document.querySelectorAll("h1, h2, h3, p, dd, caption, th, td")]
        .filter(shown)
        .map((element) => element.textContent);
}

// Screenshots and the PDF go to files that begin with `place`; there are none without it.
async function check([scripted, bare], file, place) {
    let text = [];
    const picture = async (page, name) => {
        if (place !== undefined) await page.screenshot({ path: `${place}-${name}.png`, fullPage: true });
    };
    const first = await visited(scripted, file, async (page, faults) => {
        faults.push(...(await page.evaluate(content)));
        text = await page.evaluate(seen);
        if (text.length < 200) faults.push(`content: ${text.length} texts are seen`);
        for (const width of WIDTHS) {
            await page.setViewportSize({ width, height: 800 });
            const beyond = await page.evaluate(overflow);
            faults.push(...beyond.map((fault) => `${fault} (at ${width} px)`));
            // Of a spoiled page it is enough to know it once.
            if (place !== undefined || width === WIDTHS[0]) await accessibility(page, faults);
            await picture(page, width);
        }
    });
    const second = await visited(bare, file, async (page, faults) => {
        const still = await page.evaluate(seen);
        if (text.some((one, place) => one !== still[place]) || still.length !== text.length) {
            faults.push(`script: without it ${still.length} of ${text.length} texts are seen`);
        }
        await page.emulateMedia({ media: "print" });
        await page.setViewportSize({ width: PAPER, height: 1000 });
        faults.push(...(await page.evaluate(cut)));
        const beyond = await page.evaluate(overflow);
        faults.push(...beyond.map((fault) => fault.replace("overflow", "print")));
        await picture(page, "print");
        if (place === undefined) return;
        const margin = { top: "12mm", right: "12mm", bottom: "12mm", left: "12mm" };
        const pdf = await page.pdf({ path: `${place}.pdf`, format: "A4", margin });
        const sheets = pdf.toString("latin1").match(/\/Type\s*\/Page\b(?!s)/g)?.length ?? 0;
        if (sheets < 2) faults.push(`print: ${sheets} sheets`);
    });
    return [...new Set([...first, ...second])];
}

// Ways to damage a page, and the faults by which each has to be known.
const body = (text) => (page) => page.replace("</main>", () => `${text}</main>`);
const head = (text) => (page) => page.replace("</head>", () => `${text}</head>`);
const free = (page) => page.replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/, "");
const SPOILED = {
    "a script that the policy forbids": [body("<script>document.title = 1</script>"), ["console", "content"]],
    "a script that writes to the console": [(page) => body("<script>console.error('x')</script>")(free(page)), ["console"]],
    "a script that asks": [(page) => body("<script>alert(1)</script>")(free(page)), ["dialog"]],
    "a handler": [body('<p onclick="x()">x</p>'), ["content"]],
    "an image from elsewhere": [
        (page) => body('<p><img alt="x" src="http://example.invalid/x.png"></p>')(free(page)),
        ["request", "content"],
    ],
    "a style sheet from elsewhere": [
        (page) => head('<link rel="stylesheet" href="http://example.invalid/x.css">')(free(page)),
        ["request", "content"],
    ],
    "a link that leads away": [body('<p><a href="http://example.invalid/">away</a></p>'), ["content"]],
    "a box that is too wide": [body('<p style="width: 1400px">wide</p>'), ["overflow"]],
    "a table that leaves a hidden edge": [
        (page) => head("<style>body { overflow-x: hidden } .scroll { overflow: visible }</style>")(page),
        ["overflow"],
    ],
    "grey on white": [head("<style>p { color: #bbb !important }</style>"), ["axe"]],
    "tables that a keyboard can't scroll": [(page) => page.replaceAll(' tabindex="0"', ""), ["axe"]],
    "no language": [(page) => page.replace(' lang="en-GB"', ""), ["axe"]],
    "text that a script shows": [
        (page) => body("<script>for (const e of document.querySelectorAll('td')) e.hidden = false</script>")(
            free(page).replaceAll("<td", "<td hidden"),
        ),
        ["script"],
    ],
    "tables that are cut off on paper": [
        head("<style>@media print { .scroll { overflow: hidden !important } td { min-width: 20rem !important } }</style>"),
        ["print"],
    ],
    "no tables": [(page) => page.replace(/<table[\s\S]*<\/table>/, ""), ["content"]],
};

async function checkSpoiled(browsers, file, folder) {
    const page = readFileSync(file, "utf8");
    const copy = join(folder, "spoiled.html");
    const faults = [];
    for (const [way, [spoil, kinds]] of Object.entries(SPOILED)) {
        const spoiled = spoil(page);
        writeFileSync(copy, spoiled);
        const found = await check(browsers, copy);
        const missed = kinds.filter((kind) => !found.some((fault) => fault.startsWith(kind)));
        if (spoiled === page) faults.push(`${way}: the page has no place for it`);
        else if (missed.length > 0) faults.push(`${way}: not found as ${missed}; found ${JSON.stringify(found)}`);
        else console.log(`found: ${way}: ${found.find((fault) => fault.startsWith(kinds[0]))}`);
    }
    rmSync(copy);
    return faults;
}

async function main(folder, files) {
    mkdirSync(folder, { recursive: true });
    const report = (name, faults) => {
        faults.forEach((fault) => console.log(`${name}: ${fault}`));
        console.log(`${name}: ${faults.length === 0 ? "sound" : `${faults.length} faults`}`);
        return faults.length;
    };
    const all = async (browsers) => {
        if (files[0] === "--spoiled") {
            return report("spoiled pages", await checkSpoiled(browsers, resolve(files[1]), folder));
        }
        let wrong = 0;
        for (const file of files) {
            const name = basename(file, ".html");
            wrong += report(name, await check(browsers, resolve(file), join(folder, name)));
        }
        console.log(`screenshots: ${folder}`);
        return wrong;
    };
    return browser({}, (scripted) =>
        browser({ javaScriptEnabled: false }, (bare) => all([scripted, bare])),
    );
}

const [out, ...files] = process.argv.slice(2);
if (out === undefined || files.length === 0 || (files[0] === "--spoiled" && files.length !== 2)) {
    console.error("Usage: node check.mjs FOLDER PAGE... | FOLDER --spoiled PAGE");
    process.exit(2);
}
process.exitCode = (await main(resolve(out), files)) === 0 ? 0 : 1;
