// Cube's own client, unmodified, asks the semantic layer what an application asks. Prints one JSON line a step:
// {"step", "error"?}. Usage: node ask_cube.mjs http://127.0.0.1:PORT
import assert from "node:assert/strict";
import cube from "@cubejs-client/core";

const client = cube("token", { apiUrl: `${process.argv[2]}/cubejs-api/v1` });
const january = ["2024-01-01", "2024-01-31"];
const count = { measures: ["Events.count"] };
const daily = (more = {}) => ({ ...count, timeDimensions: [{ dimension: "Events.timestamp", granularity: "day", dateRange: january, ...more }] });
const one = async (query) => (await client.load(query)).rawData();
const filtered = async (operator, values, member = "Events.currency") =>
  Number((await one({ ...count, filters: [{ member, operator, values }] }))[0]["Events.count"]);
const refused = async (query, text) => {
  await assert.rejects(client.load(query), (error) => String(error.message).includes(text) || assert.fail(error.message));
};

const steps = {
  "a measure": async () => assert.deepEqual(await one(count), [{ "Events.count": 16 }]),
  "several measures": async () => {
    const [row] = await one({ measures: ["Events.uniqueUsers", "Events.totalRevenue", "Events.avgRevenue"] });
    assert.deepEqual(row, { "Events.uniqueUsers": 5, "Events.totalRevenue": 65.5, "Events.avgRevenue": 16.375 });
  },
  "an average of nothing is null": async () => {
    const [row] = await one({ measures: ["Events.avgRevenue"], filters: [{ member: "Events.event", operator: "equals", values: ["Nope"] }] });
    assert.equal(row["Events.avgRevenue"], null);
  },
  "dimensions, largest first": async () => {
    const rows = await one({ ...count, dimensions: ["Events.event"] });
    assert.equal(rows[0]["Events.event"], "View");
    assert.equal(rows.reduce((sum, row) => sum + row["Events.count"], 0), 16);
  },
  "a series by day with its gaps": async () => {
    const series = (await client.load(daily())).series();
    assert.equal(series[0].series.length, 31);
    assert.equal(series[0].series[0].value, 3);
    assert.equal(series[0].series[30].value, 1);
  },
  "a chart pivot": async () => {
    const pivot = (await client.load(daily())).chartPivot();
    assert.equal(pivot.length, 31);
    assert.equal(pivot[0]["Events.count"], 3);
    assert.equal(pivot[2]["Events.count"], 1);
  },
  "a table pivot and its columns": async () => {
    const result = await client.load({ ...daily(), dimensions: ["Events.event"] });
    assert.ok(result.tablePivot().length > 0);
    assert.deepEqual(result.tableColumns().map((column) => column.shortTitle), ["Event Timestamp", "Event Name", "Total Events"]);
  },
  "series by event": async () => {
    const names = (await client.load({ ...daily(), dimensions: ["Events.event"] })).seriesNames().map((name) => name.yValues[0]);
    assert.ok(names.includes("View") && names.includes("Buy"));
  },
  "every granularity": async () => {
    for (const granularity of ["second", "minute", "hour", "day", "week", "month", "quarter", "year"]) {
      const rows = await one({ ...count, timeDimensions: [{ dimension: "Events.timestamp", granularity }] });
      assert.equal(rows.reduce((sum, row) => sum + row["Events.count"], 0), 16, granularity);
      assert.match(rows[0][`Events.timestamp.${granularity}`], /^2024-01-01T\d\d:\d\d:\d\d\.000$/);
    }
  },
  "a time dimension that only filters": async () => {
    assert.deepEqual(await one({ ...count, timeDimensions: [{ dimension: "Events.timestamp", dateRange: january }] }), [{ "Events.count": 14 }]);
  },
  "a relative range is resolved for the client": async () => {
    const result = await client.load(daily({ dateRange: "last 7 days" }));
    assert.equal(result.query().timeDimensions[0].dateRange.length, 2);
    assert.equal(result.series().length, 0);
  },
  "this year, last quarter, from to": async () => {
    for (const dateRange of ["this year", "last quarter", "from 7 days ago to now", "2024-01-31"]) await client.load(daily({ dateRange }));
  },
  "a zone": async () => {
    const rows = await one({ ...daily({ dateRange: ["2024-02-01", "2024-02-01"] }), timezone: "Europe/Berlin" });
    assert.deepEqual(rows.map((row) => [row["Events.timestamp"], row["Events.count"]]), [["2024-02-01T00:00:00.000", 3]]);
  },
  "equals and notEquals": async () => assert.deepEqual([await filtered("equals", ["DE"]), await filtered("notEquals", ["US"])], [3, 10]),
  "contains and notContains": async () => assert.deepEqual([await filtered("contains", ["u", "d"]), await filtered("notContains", ["u"])], [10, 9]),
  "startsWith and endsWith": async () => assert.deepEqual([await filtered("startsWith", ["u"]), await filtered("notEndsWith", ["s"])], [7, 9]),
  "set and notSet": async () => assert.deepEqual([await filtered("set"), await filtered("notSet")], [10, 6]),
  "numbers": async () => assert.deepEqual([await filtered("gt", ["10"], "Events.revenue"), await filtered("lte", ["10.5"], "Events.revenue")], [3, 2]),
  "dates": async () => {
    const of = (operator, values) => filtered(operator, values, "Events.timestamp");
    assert.deepEqual([await of("inDateRange", january), await of("notInDateRange", january), await of("beforeDate", ["2024-01-03"]), await of("afterDate", ["2024-01-31"])], [14, 2, 4, 2]);
  },
  "and in or": async () => {
    const filters = [{ or: [{ member: "Events.event", operator: "equals", values: ["Buy"] },
      { and: [{ member: "Events.event", operator: "equals", values: ["View"] }, { member: "Events.userId", operator: "equals", values: ["u4"] }] }] }];
    assert.deepEqual(await one({ ...count, filters }), [{ "Events.count": 6 }]);
  },
  "a filter on a measure": async () => {
    const rows = await one({ ...count, dimensions: ["Events.userId"], filters: [{ member: "Events.count", operator: "gte", values: ["4"] }] });
    assert.deepEqual(rows.map((row) => row["Events.userId"]), ["u4"]);
  },
  "segments": async () => assert.deepEqual(await one({ ...count, segments: ["Events.identified"] }), [{ "Events.count": 15 }]),
  "order and page": async () => {
    const query = { ...count, dimensions: ["Events.messageId"], order: [["Events.messageId", "desc"]], limit: 3, offset: 1 };
    assert.deepEqual((await one(query)).map((row) => row["Events.messageId"]), ["e15", "e14", "e13"]);
  },
  "total": async () => assert.equal((await client.load({ ...count, dimensions: ["Events.messageId"], limit: 2, total: true })).totalRows(), 16),
  "limit 0": async () => assert.deepEqual(await one({ ...count, dimensions: ["Events.event"], limit: 0 }), []),
  "an empty answer": async () => {
    const result = await client.load({ ...count, dimensions: ["Events.event"], filters: [{ member: "Events.event", operator: "equals", values: ["Nope"] }] });
    assert.deepEqual(result.tablePivot(), []);
  },
  "compared ranges": async () => {
    const query = { ...count, timeDimensions: [{ dimension: "Events.timestamp", granularity: "day", compareDateRange: [["2024-01-01", "2024-01-07"], ["2024-01-08", "2024-01-14"]] }] };
    const series = (await client.load(query)).series();
    assert.deepEqual(series.map((item) => item.series.reduce((sum, point) => sum + point.value, 0)), [7, 3]);
  },
  "blended queries": async () => {
    const time = [{ dimension: "Events.timestamp", granularity: "month", dateRange: ["2024-01-01", "2024-02-29"] }];
    const pivot = (await client.load([{ measures: ["Events.count"], timeDimensions: time }, { measures: ["Events.uniqueUsers"], timeDimensions: time }])).chartPivot();
    assert.equal(pivot.length, 2);
  },
  "rows as compact lists": async () => assert.deepEqual((await client.load({ ...count, responseFormat: "compact" })).rawData(), [{ "Events.count": 16 }]),
  "rows as columns": async () => assert.deepEqual((await client.load({ ...count, responseFormat: "columnar" })).rawData(), [{ "Events.count": 16 }]),
  "numbers stay numbers when cast": async () => {
    const result = await client.load(count, { castNumerics: true });
    assert.equal(result.rawData()[0]["Events.count"], 16);
  },
  "ungrouped rows": async () => assert.equal((await one({ dimensions: ["Events.messageId", "Events.timestamp"], ungrouped: true })).length, 16),
  "drill down": async () => {
    const result = await client.load(daily());
    const drill = result.drillDown({ xValues: ["2024-01-01T00:00:00.000"], yValues: ["Events.count"] });
    assert.equal((await one(drill)).length, 3);
  },
  "meta": async () => {
    const meta = await client.meta();
    assert.equal(meta.resolveMember("Events.count", "measures").type, "number");
    assert.equal(meta.defaultTimeDimensionNameFor("Events.count"), "Events.timestamp");
    assert.ok(meta.filterOperatorsForMember("Events.count", "measures").some((operator) => operator.name === "gt"));
  },
  "sql": async () => assert.match((await client.sql(count)).sql(), /^SELECT count\(\*\)/),
  "dry run": async () => {
    const plan = await client.dryRun(daily());
    assert.equal(plan.queryType, "regularQuery");
    assert.equal(plan.normalizedQueries.length, 1);
    assert.ok(plan.pivotQuery.measures.length);
  },
  "a long query goes by POST": async () => assert.equal(await filtered("notEquals", ["x".repeat(20_000)]), 16),
  "people": async () => assert.deepEqual(await one({ measures: ["Users.count"] }), [{ "Users.count": 6 }]),
  "visits": async () => assert.ok((await one({ measures: ["Sessions.count"] }))[0]["Sessions.count"] > 6),
  "an unknown member is refused by name": () => refused({ measures: ["Events.cuont"] }, "did you mean `Events.count`"),
  "an unknown operator is refused": () => refused({ ...count, filters: [{ member: "Events.event", operator: "foo", values: ["a"] }] }, "is not an operator"),
  "an unknown date is refused": () => refused(daily({ dateRange: "foo" }), "Can't parse date: 'foo'"),
};

for (const [step, run] of Object.entries(steps)) {
  try {
    await run();
    console.log(JSON.stringify({ step }));
  } catch (error) {
    console.log(JSON.stringify({ step, error: String(error.message).slice(0, 600) }));
  }
}
