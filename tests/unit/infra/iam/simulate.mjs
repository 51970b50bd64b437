// Evaluates IAM requests: a JSON list of simulations on standard input, a JSON list of verdicts on standard
// output. https://github.com/cloud-copilot/iam-simulate
import { readFileSync } from 'node:fs'
import { runSimulation } from '@cloud-copilot/iam-simulate'

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
