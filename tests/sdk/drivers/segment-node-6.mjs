import Analytics from 'analytics-node'
import { URL_, KEY, sendAll, fail, deadline } from './calls.mjs'

deadline()
const analytics = new Analytics(KEY, { host: URL_, flushInterval: 200, errorHandler: fail })
await sendAll(analytics, 'segment-node-6')
await analytics.flush()
process.exit(0)
