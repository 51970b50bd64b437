// Evaluates IAM requests: a JSON list of simulations on standard input, a JSON list of verdicts on standard
// output. https://github.com/cloud-copilot/iam-simulate
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const require = createRequire(import.meta.url)

// Which types of resource an ARN may be of takes half of a simulation, and many requests name the same one.
// The package exports functions that cannot be replaced, but the file inside it does.
const types = require(join(dirname(require.resolve('@cloud-copilot/iam-utils')), 'resourceTypes.js'))
const ask = types.mostSpecificMatchingResourceTypePatterns
const known = new Map()
types.mostSpecificMatchingResourceTypePatterns = (arn, patterns) => {
  const key = [arn, ...patterns].join(' ')
  if (!known.has(key)) known.set(key, ask(arn, patterns))
  return known.get(key)
}
const { runSimulation } = require('@cloud-copilot/iam-simulate')

function verdict(answer) {
  if (answer.resultType === 'error') {
    return { result: 'Error', error: JSON.stringify(answer.errors), ignored: [], allowedBy: [] }
  }
  const results = answer.resultType === 'single' ? [answer.result] : answer.results
  const allowing = results.flatMap((each) => each.analysis.identityAnalysis?.allowStatements ?? [])
  return {
    result: answer.overallResult,
    error: '',
    ignored: results.flatMap((each) => each.ignoredContextKeys ?? []),
    allowedBy: allowing.map((each) => each.explain.identifier),
  }
}

const simulations = JSON.parse(readFileSync(0, 'utf8'))
const verdicts = []
for (const simulation of simulations) {
  verdicts.push(verdict(await runSimulation(simulation, {})))
}
process.stdout.write(JSON.stringify(verdicts))
