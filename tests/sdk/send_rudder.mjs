// Sends the calls of a file with RudderStack's SDK for Node, settings as they come: send_rudder.mjs URL CALLS
import { readFileSync } from 'node:fs'
import RudderAnalytics from '@rudderstack/rudder-sdk-node'

const [url, file] = process.argv.slice(2)
const calls = JSON.parse(readFileSync(file, 'utf8'))
const fail = error => { console.error(error); process.exit(1) }

const analytics = new RudderAnalytics('any', { dataPlaneUrl: url })
const delivered = calls.map(({ method, message }) => new Promise(resolve => {
  if (message.timestamp) message.timestamp = new Date(message.timestamp)
  analytics[method](message, error => error ? fail(error) : resolve())
}))
await analytics.flush()
await Promise.all(delivered)
process.exit(0)
