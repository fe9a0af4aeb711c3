// How long drizzle-cube's own server takes to turn a query into SQL: its dry run, in process, without a network.
// Reads queries from stdin, one JSON text a line; prints the median of each in microseconds, one a line.
import { readFileSync } from "node:fs";
import { app } from "../tests/sdk/reference_cube.mjs";

const RUNS = 301;
for (const text of readFileSync(0, "utf8").trim().split("\n")) {
  const body = JSON.stringify({ query: JSON.parse(text) });
  const times = [];
  for (let run = 0; run < RUNS; run++) {
    const begin = performance.now();
    const reply = await app.request("/cubejs-api/v1/dry-run", { method: "POST", headers: { "Content-Type": "application/json" }, body });
    const { valid, error } = await reply.json();
    times.push((performance.now() - begin) * 1e3);
    if (!valid) throw Error(`${text}: ${error}`);
  }
  console.log(times.sort((a, b) => a - b)[RUNS >> 1].toFixed(2));
}
process.exit(0);
