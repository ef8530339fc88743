// Runs BPMN files in bpmn-elements: one JSON request a line on standard input, one JSON answer a line on standard output.
//
// Request: {"bpmn": text, "process": id, "variables": {}, "times": 1}
// Answer:  {"completed": [ids of elements, in order], "ended": bool, "seconds": for all the runs, without reading}
//          or {"error": sentence}
// Every task is completed at once, in the order in which it began to wait. The first argument is the folder of packages.
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

const require = createRequire(process.argv[2] + '/');
const elements = require('bpmn-elements');
const { Serializer, TypeResolver } = require('moddle-context-serializer');
const { default: BpmnModdle } = await import(require.resolve('bpmn-moddle'));

// More than any of the compared files needs; an endless run is an answer too.
const MOST_STEPS = 10000;

// Conditions are the small part that CEL and JavaScript have in common.
const expressions = {
  resolveExpression: (text, { environment }) =>
    typeof text === 'string' && /[<>=%]/.test(text) ? evaluate(text, environment.variables) : text,
};

const scripts = { register() {}, getScript() {} };

function evaluate(text, variables) {
  return new Function(...Object.keys(variables), `return (${text})`)(...Object.values(variables));
}

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  let answer;
  try {
    answer = await run(request);
  } catch (problem) {
    answer = { error: `${problem.name}: ${problem.message}` };
  }
  process.stdout.write(JSON.stringify(answer) + '\n');
}

async function run({ bpmn, variables, times = 1 }) {
  const context = Serializer(await new BpmnModdle().fromXML(bpmn), TypeResolver(elements));
  let seconds = 0;
  let completed, definition;
  for (let time = 0; time < times; time++) {
    completed = [];
    const begun = process.hrtime.bigint();
    const environment = new elements.Environment({ variables, expressions, scripts });
    definition = new elements.Definition(new elements.Context(context, environment));
    const waiting = [];
    definition.broker.subscribeTmp('event', 'activity.wait', (_, { content }) => waiting.push(content), { noAck: true });
    definition.broker.subscribeTmp('event', 'activity.end', (_, { content }) => {
      if (completed.push(content.id) > MOST_STEPS) throw new Error(`no end after ${MOST_STEPS} steps`);
    }, { noAck: true });
    definition.run();
    while (waiting.length) {
      const { id, executionId } = waiting.shift();
      definition.signal({ id, executionId });
    }
    seconds += Number(process.hrtime.bigint() - begun) / 1e9;
  }
  return { completed, ended: !definition.isRunning, seconds };
}
