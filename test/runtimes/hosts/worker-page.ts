/// A page that leaves everything to a dedicated worker.
const worker = new Worker('/page.js', { type: 'module' })
worker.addEventListener('error', ({ message }) => {
  void fetch('/end', { method: 'POST', body: JSON.stringify({ problem: `the worker failed: ${message}` }) })
})
