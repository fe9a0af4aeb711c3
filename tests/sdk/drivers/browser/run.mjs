// Sends the fixed calls with a browser SDK in Chromium: run.mjs segment|rudder single|batch|beacon
// The page is of another loopback origin, so CORS and preflights are real, and it reaches nothing but the server: every other
// address is refused. Ends well when every call's request was answered 2xx; what fails on the way is the SDK's to send again.
import http from 'node:http'
import { build } from 'esbuild'
import { chromium } from 'playwright-core'
import { URL_, KEY, RUN, UNICODE, NESTED, fail, deadline } from '../calls.mjs'

const WAIT_MS = 60_000
const BEACON_WAIT_MS = 5_000
const [, , sdk, mode] = process.argv
const want = sdk === 'segment' ? 9 : 8
deadline(WAIT_MS + 30_000)

const bundle = await build({
  entryPoints: [new URL(`${sdk}.js`, import.meta.url).pathname],
  bundle: true, write: false, format: 'iife', define: { 'process.env.NODE_ENV': '"production"' } })
const site = http.createServer((request, response) => {
  const isScript = request.url === '/app.js'
  response.writeHead(200, { 'content-type': isScript ? 'text/javascript' : 'text/html; charset=utf-8' })
  response.end(isScript ? bundle.outputFiles[0].text : '<!doctype html><title>Shop</title><script src=/app.js></script>')
})
await new Promise(done => site.listen(0, '127.0.0.1', done))
const pageUrl = `http://127.0.0.1:${site.address().port}`

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage', '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1'] })
const page = await browser.newPage()
const answered = new Set()
const notes = []
let broken = ''
page.on('console', message => { if (message.type() === 'error') notes.push(message.text()) })
page.on('pageerror', error => { broken = String(error) })
page.on('request', request => { if (![URL_, pageUrl].some(known => request.url().startsWith(known))) broken = `asked ${request.url()}` })
page.on('requestfailed', request => notes.push(`failed ${request.method()} ${request.url()} ${request.failure()?.errorText}`))
page.on('response', response => {
  const request = response.request()
  if (!request.url().startsWith(URL_) || request.method() !== 'POST') return
  if (!response.ok()) return notes.push(`${response.status()} for ${request.url()}`)
  const body = JSON.parse(request.postData() ?? '{}')  // what a beacon carries is not shown
  for (const event of body.batch ?? [body]) if (event.messageId) answered.add(event.messageId)
})
await page.goto(`${pageUrl}/shop?utm_source=ads`)
page.evaluate(async ([data, options]) => {
  window.callData = data
  await window.sendCalls(options)
}, [{ UNICODE, NESTED }, { url: URL_, key: KEY, run: RUN, mode }]).catch(error => { broken ||= String(error) })

// Nobody sees how a beacon fared: the page hides, and what counts is what the server stored.
const patience = mode === 'beacon' ? BEACON_WAIT_MS : WAIT_MS
for (let waited = 0; waited < patience && answered.size < want && !broken; waited += 100)
  await new Promise(done => setTimeout(done, 100))
await page.goto('about:blank').catch(() => {})
await new Promise(done => setTimeout(done, 300))
await browser.close()
if (broken || (answered.size < want && mode !== 'beacon'))
  fail(`${broken} ${answered.size} of ${want} calls answered; ${notes.slice(-5).join('; ')}`)
process.exit(0)
