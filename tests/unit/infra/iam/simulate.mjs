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

// The names of an encryption context are part of the condition key, but the package only knows names after a slash.
// https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-encryption-context
const simulations = JSON.parse(readFileSync(0, 'utf8'))
const CONTEXT = 'kms:EncryptionContext:'
const inside = dirname(require.resolve('@cloud-copilot/iam-simulate'))
const engine = require(join(inside, 'simulation_engine', 'contextKeys.js'))
const names = require(join(inside, 'context_keys', 'contextKeys.js'))
const allowed = engine.allowedContextKeysForRequest
const normalize = names.normalizeContextKeyCase
const asked = simulations.flatMap((each) => Object.keys(each.request.contextVariables))
const contexts = asked.filter((key) => key.startsWith(CONTEXT)).map((key) => key.toLowerCase())
engine.allowedContextKeysForRequest = async (...request) => {
  const keys = await allowed(...request)
  return keys.some((key) => key.startsWith(CONTEXT.toLowerCase())) ? [...keys, ...new Set(contexts)] : keys
}
names.normalizeContextKeyCase = async (key) => (key.startsWith(CONTEXT) ? key : normalize(key))

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

const verdicts = []
for (const simulation of simulations) {
  verdicts.push(verdict(await runSimulation(simulation, {})))
}
process.stdout.write(JSON.stringify(verdicts))
