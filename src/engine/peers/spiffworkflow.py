"""Runs BPMN files in SpiffWorkflow: one JSON request a line on standard input, one JSON answer a line on standard output.

Request: {"bpmn": text, "process": id, "variables": {}, "times": 1}
Answer:  {"completed": [ids of tasks and events, in order], "ended": bool, "seconds": for all the runs, without reading}
         or {"error": sentence}
Every task is completed at once, in the order in which it became ready.
"""

import json
import sys
import time

from lxml import etree
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.util.task import TaskState

# More than any of the compared files needs; an endless run is an answer too.
MOST_STEPS = 10_000


def main():
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = run(request)
        except Exception as problem:  # whatever a foreign engine throws is its answer
            answer = {"error": f"{type(problem).__name__}: {problem}"}
        print(json.dumps(answer), flush=True)


def run(request):
    parser = BpmnParser()
    parser.add_bpmn_xml(etree.fromstring(request["bpmn"].encode()))
    spec = parser.get_spec(request["process"])
    seconds = 0.0
    for _ in range(request.get("times", 1)):
        begun = time.perf_counter()
        workflow = BpmnWorkflow(spec)
        workflow.data.update(request["variables"])
        completed = []
        for _ in range(MOST_STEPS):
            task = workflow.get_next_task(state=TaskState.READY)
            if task is None:
                break
            if task.task_spec.name == "Start" or task.parent is None:
                task.data.update(request["variables"])
            task.run()
            completed.append(task.task_spec.bpmn_id)
        else:
            return {"error": f"no end after {MOST_STEPS} steps"}
        seconds += time.perf_counter() - begun
    ids = [name for name in completed if name is not None]
    return {"completed": ids, "ended": workflow.completed, "seconds": seconds}


main()
