// Runs `echo` on every host of a configuration with hosts(), and prints what that took as JSON. Started by run.ts.
const { hosts } = await import(new URL('../../dist/node.js', import.meta.url).href)

/** @type {{ config: string, names: string[], limit: number }} */
const { config, names, limit } = JSON.parse(process.argv[2] ?? '')
const before = process.memoryUsage.rss()
const begun = performance.now()
let right = 0, failed = 0
for await (const result of hosts(names, { config, limit, timeout: 120_000 }).run(host => `echo ${host}`)) {
  if (!result.ok) failed++
  else if (result.value.stdout === `${result.host}\n` && result.value.exit.code === 0) right++
}
const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage()
console.log(JSON.stringify({ right, failed, seconds: (performance.now() - begun) / 1000, cpu: (userCPUTime + systemCPUTime) / 1e6, peak: maxRSS * 1024, before }))
