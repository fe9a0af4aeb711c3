// Sends the calls of a file with Segment's SDK for Node, settings as they come: send_segment.mjs URL CALLS
import { readFileSync } from 'node:fs'
import { Analytics } from '@segment/analytics-node'

const [url, file] = process.argv.slice(2)
const calls = JSON.parse(readFileSync(file, 'utf8'))
const fail = error => { console.error(error); process.exit(1) }

const analytics = new Analytics({ writeKey: 'any', host: url }).on('error', fail)
let delivered = 0
for (const { method, message } of calls) {
  if (message.timestamp) message.timestamp = new Date(message.timestamp)
  analytics[method](message, error => error ? fail(error) : delivered++)
}
await analytics.closeAndFlush()
if (delivered !== calls.length) fail(`${delivered} of ${calls.length} delivered`)
