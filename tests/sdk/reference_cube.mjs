// drizzle-cube's own server over DuckDB in memory: what the differential test holds our answers against.
// Usage: node reference_cube.mjs ROWS.json; prints "ready PORT". ROWS: [messageId, type, userId, event, properties, timestamp].
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { DuckDBInstance } from "@duckdb/node-api";
import { serve } from "@hono/node-server";
import { drizzle } from "@leonardovida-md/drizzle-neo-duckdb";
import { createCubeApp } from "drizzle-cube/adapters/hono";
import { defineCube } from "drizzle-cube/server";
import { sql } from "drizzle-orm";
import { pgTable, text, timestamp } from "drizzle-orm/pg-core";

const connection = await (await DuckDBInstance.create(":memory:")).connect();
await connection.run("SET TimeZone='UTC'");
await connection.run("CREATE TABLE events(message_id VARCHAR, type VARCHAR, user_id VARCHAR, event VARCHAR, properties VARCHAR, timestamp TIMESTAMP)");
const quoted = (value) => (value === null ? "NULL" : `'${String(value).replaceAll("'", "''")}'`);
const isProgram = process.argv[1] === fileURLToPath(import.meta.url);
const rows = isProgram ? JSON.parse(readFileSync(process.argv[2], "utf8")) : [];
for (let at = 0; at < rows.length; at += 500) {
  await connection.run(`INSERT INTO events VALUES ${rows.slice(at, at + 500).map((row) => `(${row.map(quoted).join(",")})`).join(",")}`);
}

const events = pgTable("events", {
  messageId: text("message_id"), type: text("type"), userId: text("user_id"), event: text("event"),
  properties: text("properties"), timestamp: timestamp("timestamp", { mode: "date" }),
});
const property = (name) => sql`json_extract_string(${events.properties}, ${sql.raw(`'$.${name}'`)})`;
const revenue = sql`TRY_CAST(${property("revenue")} AS DOUBLE)`;
const dimension = (name, column, type = "string") => [name, { name, title: name, type, sql: column }];
const cube = defineCube("Events", {
  title: "Analytics Events",
  public: true,
  meta: { eventStream: { bindingKey: "Events.userId", timeDimension: "Events.timestamp" } },
  sql: () => ({ from: events }),
  dimensions: Object.fromEntries([
    dimension("messageId", events.messageId), dimension("type", events.type), dimension("userId", events.userId),
    dimension("event", events.event), dimension("timestamp", events.timestamp, "time"),
    dimension("currency", property("currency")), dimension("revenue", revenue, "number"),
  ]),
  measures: {
    count: { name: "count", title: "Total Events", type: "count", sql: events.messageId },
    uniqueUsers: { name: "uniqueUsers", title: "Unique Users", type: "countDistinct", sql: events.userId },
    totalRevenue: { name: "totalRevenue", title: "Total Revenue", type: "sum", sql: revenue },
    avgRevenue: { name: "avgRevenue", title: "Average Revenue", type: "avg", sql: revenue },
  },
});
export const app = createCubeApp({
  cubes: [cube], drizzle: await drizzle(connection, { schema: { events } }), schema: { events },
  extractSecurityContext: async () => ({}), engineType: "duckdb",
});
if (isProgram) serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }, ({ port }) => console.log(`ready ${port}`));
