// Runs in the page: the fixed calls through the bundled build of @rudderstack/analytics-js, /sourceConfig from the same server.
import { RudderAnalytics } from '@rudderstack/analytics-js/bundled'

const OPTIONS = {
  single: {},
  batch: { queueOptions: { batch: { enabled: true, maxItems: 20, flushInterval: 300 } } },
  beacon: { useBeacon: true, beaconQueueOptions: { maxItems: 20, flushQueueInterval: 300 } },
}

window.sendCalls = async ({ url, key, run, mode }) => {
  const { UNICODE, NESTED } = window.callData
  const marks = { sdk: `rudder-browser-${mode}`, run }
  const analytics = new RudderAnalytics()
  analytics.load(key, url, { configUrl: url, logLevel: 'ERROR', ...OPTIONS[mode] })
  await new Promise(done => analytics.ready(done))
  analytics.identify('user-42', { ...marks, email: 'ada@example.com', plan: 'pro', age: 37 })
  analytics.track('Order Completed', { ...marks, orderId: 'o-1', revenue: 19.99, currency: 'EUR' })
  analytics.track('Ünïcode ☕', { ...marks, ...UNICODE })
  analytics.track('Nested', { ...marks, ...NESTED })
  analytics.track('Explicit', marks, { originalTimestamp: '2020-01-02T03:04:05.678Z', messageId: `${marks.sdk}-${run}-explicit` })
  analytics.page('Docs', 'Home', marks)
  analytics.group('group-7', { ...marks, industry: 'retail', employees: 12 })
  analytics.alias('user-42', 'anon-1')
}
