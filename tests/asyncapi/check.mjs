// What the AsyncAPI project's own parser says of documents: `node check.mjs FOLDER FILE...`, FOLDER having the parser.
// Written is one line of JSON for each file: a list of what was found in it, worst first.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const SEVERITIES = ["error", "warning", "information", "hint"];
const [folder, ...files] = process.argv.slice(2);
const { Parser } = createRequire(`${folder}/`)("@asyncapi/parser");
const parser = new Parser();

for (const file of files) {
  const diagnostics = await parser.validate(readFileSync(file, "utf-8"));
  diagnostics.sort((one, other) => one.severity - other.severity);
  const found = diagnostics.map(({ severity, path, message }) => [SEVERITIES[severity], path.join("/"), message]);
  console.log(JSON.stringify(found));
}
