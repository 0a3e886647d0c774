// Builds what Python ships, into src/syn0/view/static: page.js and page.css (one classic script and
// its style, for the page and for exported files), editor.js (a module that the page loads with the
// drill) and widget.js (one module, for notebooks).
//   node build.mjs            write the files
//   node build.mjs --check    fail where a rebuild gives other bytes, or a file is over its budget
import { build } from "esbuild";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const here = fileURLToPath(new URL(".", import.meta.url));
const shipped = join(here, "../src/syn0/view/static");
const checking = process.argv.includes("--check");
const out = checking ? await mkdtemp(join(tmpdir(), "syn0-page-")) : shipped;

const common = {
  absWorkingDir: here,
  bundle: true,
  charset: "ascii", // so that an exported file cannot be read in a wrong encoding
  legalComments: "none",
  minify: true,
  target: "es2022",
};

await build({ ...common, entryPoints: ["src/page.tsx"], format: "iife", outfile: join(out, "page.js") });
await build({ ...common, entryPoints: ["src/style.css"], outfile: join(out, "page.css") });
await build({ ...common, entryPoints: ["src/editor.ts"], format: "esm", outfile: join(out, "editor.js") });
// The widget's style goes into its shadow root as text: minified first, since text is taken as it is.
const style = await readFile(join(out, "page.css"), "utf8");
await build({
  ...common,
  entryPoints: ["src/widget.tsx"],
  format: "esm",
  outfile: join(out, "widget.js"),
  define: { WIDGET_STYLE: JSON.stringify(style) },
});

const failures = [];
const size = async (name, compressed) => {
  const bytes = await readFile(join(out, name));
  return compressed ? gzipSync(bytes, { level: 9 }).length : bytes.length;
};
const pageSize = (await size("page.js", true)) + (await size("page.css", true));
const widgetSize = await size("widget.js", false);
const editorSize = await size("editor.js", true);
console.log(
  `page ${pageSize} bytes gzipped (budget 71680), editor ${editorSize} (budget 153600), ` +
    `widget ${widgetSize} bytes (budget 204800)`,
);
if (pageSize > 70 * 1024) failures.push("the page is over its budget of 70 KB gzipped");
if (editorSize > 150 * 1024) failures.push("the editor is over its budget of 150 KB gzipped");
if (widgetSize > 200 * 1024) failures.push("the widget is over its budget of 200 KB");
if (checking) {
  for (const name of ["page.js", "page.css", "editor.js", "widget.js"]) {
    const [fresh, committed] = await Promise.all([readFile(join(out, name)), readFile(join(shipped, name))]);
    if (!fresh.equals(committed)) failures.push(`${name} is not what web/src builds: run npm run build`);
  }
  await rm(out, { recursive: true });
}
for (const failure of failures) console.error(failure);
process.exitCode = failures.length ? 1 : 0;
