// What Meta's Parameter Builder for Node makes of the texts on stdin: lines of JSON in, lines of JSON out.
// builder_hashing.py runs it; NODE_PATH names the folder that holds capi-param-builder-nodejs.
const { getNormalizedPII, getNormalizedAndHashedPII } = require("capi-param-builder-nodejs/src/piiUtil/PIIUtil");

const lines = require("node:fs").readFileSync(0, "utf8").split("\n").filter(Boolean);
for (const { text, name } of lines.map((line) => JSON.parse(line))) {
  const hash = getNormalizedAndHashedPII(text, name);
  console.log(JSON.stringify({ normalized: getNormalizedPII(text, name) || null, hash: hash && hash.split(".")[0] }));
}
