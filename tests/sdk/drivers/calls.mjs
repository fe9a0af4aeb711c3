// The fixed calls of the drivers for JavaScript. SDK_RUN marks the events of one run.
export const URL_ = process.env.SDK_URL, KEY = process.env.SDK_KEY, RUN = process.env.SDK_RUN
if (!URL_ || !KEY || !RUN) { console.error('set SDK_URL, SDK_KEY and SDK_RUN'); process.exit(2) }

export const UNICODE = { title: '日本語 Café “Ünïcode” – naïve', emoji: '🎉👩‍🚀🇩🇪', quote: '"\\\t\u0001' }
export const NESTED = {
  a: { b: { c: [1, 2.5, { d: null, e: [] }] } }, flags: [true, false, null], big: 9007199254740991, small: 1e-7, empty: {} }

// [method, message] pairs in the shape of the SDKs for Node.
export const calls = sdk => {
  const marks = { sdk, run: RUN }, userId = 'user-42'
  const explicit = { messageId: `${sdk}-${RUN}-explicit`, timestamp: new Date('2020-01-02T03:04:05.678Z') }
  return [
    ['identify', { userId, traits: { ...marks, email: 'ada@example.com', plan: 'pro', age: 37 } }],
    ['track', { userId, event: 'Order Completed', properties: { ...marks, orderId: 'o-1', revenue: 19.99, currency: 'EUR' } }],
    ['track', { userId, event: 'Ünïcode ☕', properties: { ...marks, ...UNICODE } }],
    ['track', { userId, event: 'Nested', properties: { ...marks, ...NESTED } }],
    ['track', { userId, event: 'Explicit', ...explicit, properties: marks }],
    ['page', { userId, category: 'Docs', name: 'Home', properties: { ...marks, url: 'https://example.com/docs' } }],
    ['screen', { userId, name: 'Main', properties: marks }],
    ['group', { userId, groupId: 'group-7', traits: { ...marks, industry: 'retail', employees: 12 } }],
    ['alias', { userId, previousId: 'anon-1' }],
  ]
}

// Calls an SDK whose methods take (message, callback); ends when every callback came without an error.
export const sendAll = async (analytics, sdk) => {
  await Promise.all(calls(sdk).map(([method, message]) =>
    new Promise(done => analytics[method](message, error => error ? fail(error) : done()))))
}

export const fail = error => {
  console.error('SDK error:', error?.message ?? error?.reason ?? error)
  process.exit(1)
}
process.on('unhandledRejection', fail)
export const deadline = (ms = 30_000) => setTimeout(() => fail(`no reply within ${ms} ms`), ms).unref()
