import { Analytics } from '@rudderstack/analytics-js-service-worker'
import { URL_, KEY, sendAll, deadline } from './calls.mjs'

deadline()
await sendAll(new Analytics(KEY, URL_, { flushInterval: 200, logLevel: 'off' }), 'rudder-service-worker')
process.exit(0)
