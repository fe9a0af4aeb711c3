// drizzle-cube's own client, unmodified, asks the semantic layer what its components ask. Prints one JSON line a step:
// {"step", "error"?}. Usage: node ask_drizzle.mjs http://127.0.0.1:PORT
import assert from "node:assert/strict";
import { createCubeClient } from "drizzle-cube/client/providers";

const client = createCubeClient("token", { apiUrl: `${process.argv[2]}/cubejs-api/v1` });
const january = ["2024-01-01", "2024-01-31"];
const count = { measures: ["Events.count"] };
const daily = (more = {}) => ({ ...count, timeDimensions: [{ dimension: "Events.timestamp", granularity: "day", dateRange: january, ...more }] });
const one = async (query, options) => (await client.load(query, options)).rawData();
const result = async (query) => (await client.load(query)).loadResponse.results[0];
const filtered = async (operator, values, member = "Events.currency") =>
  (await one({ ...count, filters: [{ member, operator, values }] }))[0]["Events.count"];
const refused = async (query, text) => {
  await assert.rejects(client.load(query), (error) => String(error.message).includes(text) || assert.fail(error.message));
};
const is = (name) => ({ member: "Events.event", operator: "equals", values: [name] });
const path = { bindingKey: "Events.userId", timeDimension: "Events.timestamp" };
const funnel = (more = {}) => ({ funnel: { ...path, steps: ["View", "Cart", "Buy"].map((name) => ({ name, filter: is(name) })), ...more } });

const steps = {
  "a measure": async () => assert.deepEqual(await one(count), [{ "Events.count": 16 }]),
  "several measures": async () => {
    const [row] = await one({ measures: ["Events.uniqueUsers", "Events.totalRevenue", "Events.avgRevenue"] });
    assert.deepEqual(row, { "Events.uniqueUsers": 5, "Events.totalRevenue": 65.5, "Events.avgRevenue": 16.375 });
  },
  "an average of nothing is 0": async () => {
    const [row] = await one({ measures: ["Events.avgRevenue"], filters: [is("Nope")] });
    assert.equal(row["Events.avgRevenue"], 0);
  },
  "columns in the order of the query, and no others": async () => {
    const [row] = await one({ ...daily(), dimensions: ["Events.event"] });
    assert.deepEqual(Object.keys(row), ["Events.event", "Events.count", "Events.timestamp"]);
  },
  "a series by day with its gaps": async () => {
    const rows = await one(daily());
    assert.equal(rows.length, 31);
    assert.deepEqual(rows[0], { "Events.count": 3, "Events.timestamp": "2024-01-01T00:00:00.000Z" });
    assert.equal(rows[30]["Events.count"], 1);
  },
  "gaps left open, or filled with null": async () => {
    assert.equal((await one({ ...daily(), fillMissingDates: false })).length, 9);
    assert.equal((await one({ ...daily(), fillMissingDatesValue: null }))[5]["Events.count"], null);
  },
  "gaps for each combination": async () => assert.equal((await one({ ...daily(), dimensions: ["Events.type"] })).length % 31, 0),
  "every granularity": async () => {
    for (const granularity of ["second", "minute", "hour", "day", "week", "month", "quarter", "year"]) {
      const rows = await one({ ...count, timeDimensions: [{ dimension: "Events.timestamp", granularity }] });
      assert.equal(rows.reduce((sum, row) => sum + row["Events.count"], 0), 16, granularity);
      assert.match(rows[0]["Events.timestamp"], /^2024-01-01T\d\d:\d\d:\d\d\.000Z$/);
    }
  },
  "a time without a granularity is a column": async () => {
    const rows = await one({ ...count, timeDimensions: [{ dimension: "Events.timestamp", dateRange: ["2024-01-01", "2024-01-01"] }] });
    assert.deepEqual(rows.map((row) => row["Events.count"]), [2, 1]);
  },
  "relative ranges": async () => {
    for (const dateRange of ["today", "this week", "last 7 days", "last 2 quarters", "last 24 hours", "last day", "last 12 months"]) await client.load(daily({ dateRange }));
  },
  "a zone": async () => {
    const rows = await one({ ...daily({ dateRange: ["2024-02-01", "2024-02-01"] }), timezone: "Europe/Berlin" });
    assert.deepEqual(rows, [{ "Events.count": 3, "Events.timestamp": "2024-02-01T00:00:00.000Z" }]);
  },
  "equals and notEquals": async () => assert.deepEqual([await filtered("equals", ["DE"]), await filtered("notEquals", ["US"])], [3, 10]),
  "in and notIn": async () => assert.deepEqual([await filtered("in", ["US", "us"]), await filtered("notIn", ["US", "us"])], [7, 9]),
  "contains and notContains": async () => assert.deepEqual([await filtered("contains", ["u", "d"]), await filtered("notContains", ["u"])], [10, 9]),
  "like and regex": async () => assert.deepEqual([await filtered("like", ["U%"]), await filtered("ilike", ["u%"]), await filtered("regex", ["^u"])], [6, 7, 7]),
  "set as the filter builder sends it": async () => assert.deepEqual([await filtered("set", []), await filtered("notSet", [])], [10, 6]),
  "isEmpty and isNotEmpty": async () => assert.deepEqual([await filtered("isEmpty", []), await filtered("isNotEmpty", [])], [6, 10]),
  "between": async () => assert.deepEqual([await filtered("between", [5, 20], "Events.revenue"), await filtered("notBetween", [5, 20], "Events.revenue")], [3, 1]),
  "dates": async () => {
    const of = (operator, values) => filtered(operator, values, "Events.timestamp");
    assert.deepEqual([await of("inDateRange", january), await of("beforeDate", ["2024-01-03"]), await of("afterDate", ["2024-01-31"])], [14, 4, 2]);
  },
  "groups in both spellings": async () => {
    const filters = [is("View"), { member: "Events.userId", operator: "equals", values: ["u4"] }];
    const spellings = [{ or: filters }, { type: "or", filters }];
    for (const group of spellings) assert.deepEqual(await one({ ...count, filters: [group] }), [{ "Events.count": 8 }]);
  },
  "a filter that is being edited": async () => {
    const { data, warnings } = await result({ ...count, filters: [{ member: "Events.event", operator: "equals", values: [] }] });
    assert.deepEqual([data, warnings[0].code], [[{ "Events.count": 16 }], "INCOMPLETE_FILTER"]);
  },
  "values for a filter's list": async () => {
    const query = { dimensions: ["Events.event"], limit: 25, order: { "Events.event": "asc" }, filters: [{ member: "Events.event", operator: "contains", values: ["u"] }] };
    assert.deepEqual(await one(query), [{ "Events.event": "Buy" }]);
  },
  "a filter on a measure": async () => {
    const rows = await one({ ...count, dimensions: ["Events.userId"], filters: [{ member: "Events.count", operator: "gte", values: [4] }] });
    assert.deepEqual(rows.map((row) => row["Events.userId"]), ["u4"]);
  },
  "order and page": async () => {
    const query = { ...count, dimensions: ["Events.messageId"], order: { "Events.messageId": "desc" }, limit: 3, offset: 1 };
    assert.deepEqual((await one(query)).map((row) => row["Events.messageId"]), ["e15", "e14", "e13"]);
  },
  "limit 0 and an empty answer": async () => {
    assert.deepEqual(await one({ ...count, dimensions: ["Events.event"], limit: 0 }), []);
    assert.deepEqual(await one({ ...count, dimensions: ["Events.event"], filters: [is("Nope")] }), []);
  },
  "compared ranges": async () => {
    const query = { ...count, timeDimensions: [{ dimension: "Events.timestamp", granularity: "day", compareDateRange: [["2024-01-01", "2024-01-07"], ["2024-01-08", "2024-01-14"]] }] };
    const { data, annotation } = await result(query);
    assert.deepEqual([0, 1].map((index) => data.filter((row) => row.__periodIndex === index).reduce((sum, row) => sum + row["Events.count"], 0)), [7, 3]);
    assert.equal(annotation.periods.labels.length, 2);
    assert.equal(data[0].__period, "2024-01-01 - 2024-01-07");
  },
  "ungrouped rows": async () => assert.equal((await one({ dimensions: ["Events.messageId", "Events.timestamp"], ungrouped: true })).length, 16),
  "annotations": async () => {
    const { annotation, query } = await result(daily());
    assert.deepEqual(annotation.measures["Events.count"], { title: "Total Events", shortTitle: "Total Events", type: "count" });
    assert.equal(annotation.timeDimensions["Events.timestamp"].granularity, "day");
    assert.deepEqual(query, daily());
  },
  "refresh": async () => assert.deepEqual(await one(count, { bustCache: true }), [{ "Events.count": 16 }]),
  "a batch": async () => {
    const results = await client.batchLoad([count, { measures: ["Events.nope"] }, daily()]);
    assert.deepEqual(results[0].rawData(), [{ "Events.count": 16 }]);
    assert.ok(results[1].error.includes("Events.nope"));
    assert.equal(results[2].rawData().length, 31);
  },
  "a funnel": async () => {
    const rows = await one(funnel({ includeTimeMetrics: true }));
    assert.deepEqual(rows.map((row) => [row.step, row.stepIndex, row.count]), [["View", 0, 5], ["Cart", 1, 3], ["Buy", 2, 3]]);
    assert.equal(rows[0].conversionRate, null);
    assert.ok(rows[1].avgSecondsToConvert > 0);
  },
  "a funnel in a window": async () => assert.deepEqual((await one(funnel({ globalTimeWindow: "PT2H" }))).map((row) => row.count), [5, 2, 1]),
  "a flow": async () => {
    const [{ nodes, links }] = await one({ flow: { ...path, eventDimension: "Events.event", startingStep: { name: "Cart", filter: is("Cart") }, stepsBefore: 1, stepsAfter: 1 } });
    assert.equal(nodes.find((node) => node.id === "start_Cart").value, 4);
    assert.ok(links.every((link) => nodes.some((node) => node.id === link.source) && nodes.some((node) => node.id === link.target)));
  },
  "a sunburst": async () => {
    const [{ nodes }] = await one({ flow: { ...path, eventDimension: "Events.event", startingStep: { name: "Cart", filter: is("Cart") }, stepsBefore: 0, stepsAfter: 2, outputMode: "sunburst" } });
    assert.ok(nodes.some((node) => node.id === "after_1_Cart→Buy"));
  },
  "retention": async () => {
    const rows = await one({ retention: { ...path, dateRange: { start: january[0], end: january[1] }, granularity: "week", periods: 4, retentionType: "classic" } });
    assert.deepEqual(rows.map((row) => [row.period, row.cohortSize, row.retainedUsers]), [[0, 4, 4], [1, 4, 2], [2, 4, 0], [3, 4, 0], [4, 4, 0]]);
  },
  "meta": async () => {
    const { cubes } = await client.meta();
    const events = cubes.find((cube) => cube.name === "Events");
    assert.deepEqual(events.meta.eventStream, { bindingKey: "Events.userId", timeDimension: "Events.timestamp" });
    assert.equal(events.measures.find((measure) => measure.name === "Events.count").type, "count");
    assert.ok(events.dimensions.find((dimension) => dimension.name === "Events.timestamp").granularities.includes("week"));
  },
  "sql": async () => assert.match(JSON.stringify(await client.sql(count)), /SELECT count\(\*\)/),
  "dry run": async () => {
    const plan = await client.dryRun(daily());
    assert.deepEqual([plan.mode, plan.queryType, plan.valid, plan.cubesUsed], ["regular", "regularQuery", true, ["Events"]]);
    assert.equal((await client.dryRun(funnel())).modeMetadata.stepCount, 3);
    await assert.rejects(client.dryRun({ measures: ["Events.nope"] }), /Events.nope/);
  },
  "explain": async () => {
    for (const options of [undefined, { analyze: true }]) assert.ok((await client.explain(daily(), options)).operations.length > 0);
  },
  "a long query goes by GET": async () => assert.equal(await filtered("notEquals", ["x".repeat(100_000)]), 16),
  "people": async () => assert.deepEqual(await one({ measures: ["Users.count"] }), [{ "Users.count": 6 }]),
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
