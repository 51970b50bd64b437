// Unpacks the browser and the libraries it needs into TMPDIR.
import { dirname, join } from "node:path";
import { createRequire } from "node:module";
import chromium from "@sparticuz/chromium";

const build = dirname(createRequire(import.meta.url).resolve("@sparticuz/chromium"));
const { inflate } = await import(join(build, "..", "esm", "lambdafs.js"));
await inflate(join(build, "..", "..", "bin", "al2023.tar.br"));
console.log(await chromium.executablePath());
