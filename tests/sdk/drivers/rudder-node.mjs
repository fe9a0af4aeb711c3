import Analytics from '@rudderstack/rudder-sdk-node'
import { URL_, KEY, sendAll, fail, deadline } from './calls.mjs'

deadline()
const analytics = new Analytics(KEY, { dataPlaneUrl: URL_, flushInterval: 200, logLevel: 'none', errorHandler: fail })
await sendAll(analytics, 'rudder-node')
await analytics.flush()
process.exit(0)
