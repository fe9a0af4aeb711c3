import { Analytics } from '@segment/analytics-node'
import { URL_, KEY, calls, fail, deadline } from './calls.mjs'

deadline()
const analytics = new Analytics({ writeKey: KEY, host: URL_, maxRetries: 2 }).on('error', fail)
const all = calls('segment-node')
let delivered = 0
for (const [method, message] of all) analytics[method](message, error => error ? fail(error) : delivered++)
await analytics.closeAndFlush({ timeout: 25_000 })
if (delivered !== all.length) fail(`${delivered} of ${all.length} delivered`)
