// Runs in the page: the fixed calls through @segment/analytics-next. Where to send, and by which protocol, is in the settings
// that the server gives; only the page's own choice of batching is set here.
import { AnalyticsBrowser } from '@segment/analytics-next'

const BATCHING = { deliveryStrategy: { strategy: 'batching', config: { size: 20, timeout: 300 } } }

window.sendCalls = async ({ url, key, run, mode }) => {
  const { UNICODE, NESTED } = window.callData
  const marks = { sdk: `segment-browser-${mode}`, run }
  const analytics = AnalyticsBrowser.load({ writeKey: key, cdnURL: url }, mode === 'batch' ? { integrations: { 'Segment.io': BATCHING } } : {})
  await analytics.ready()
  await analytics.identify('user-42', { ...marks, email: 'ada@example.com', plan: 'pro', age: 37 })
  await analytics.track('Order Completed', { ...marks, orderId: 'o-1', revenue: 19.99, currency: 'EUR' })
  await analytics.track('Ünïcode ☕', { ...marks, ...UNICODE })
  await analytics.track('Nested', { ...marks, ...NESTED })
  await analytics.track('Explicit', marks, { timestamp: new Date('2020-01-02T03:04:05.678Z'), messageId: `${marks.sdk}-${run}-explicit` })
  await analytics.page('Docs', 'Home', marks)
  await analytics.screen('App', 'Main', marks)
  await analytics.group('group-7', { ...marks, industry: 'retail', employees: 12 })
  await analytics.alias('user-42', 'anon-1')
}
