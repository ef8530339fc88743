//! Processes that call each other in a circle.

use std::collections::HashMap;

use super::cycles::cycles;
use super::index::{At, Index, Reference};
use super::report::Report;

pub fn check<'a>(index: &Index<'a>, out: &mut Report<'a>) {
    let calls: Vec<Call> = (0..index.elements.len())
        .filter(|at| index.elements[*at].tag == "callActivity")
        .filter_map(|at| call(index, at))
        .collect();
    let mut number: HashMap<At, usize> = HashMap::new();
    for process in calls.iter().flat_map(|call| [call.from, call.to]) {
        let next = number.len();
        number.entry(process).or_insert(next);
    }
    let mut next: Vec<Vec<usize>> = vec![Vec::new(); number.len()];
    for call in &calls {
        next[number[&call.from]].push(number[&call.to]);
    }
    let mut circle: Vec<Option<usize>> = vec![None; number.len()];
    for (mark, group) in cycles(&next).into_iter().enumerate() {
        for process in group {
            circle[process] = Some(mark);
        }
    }
    for call in calls {
        let (from, to) = (circle[number[&call.from]], circle[number[&call.to]]);
        if from.is_some() && from == to {
            let words = [index.name(call.at), index.name(call.to)];
            out.add("calls-itself", index.elements[call.at].node, &words);
        }
    }
}

/// A call from one process of the file to another.
struct Call {
    at: At,
    from: At,
    to: At,
}

fn call(index: &Index<'_>, at: At) -> Option<Call> {
    let node = index.elements[at].node;
    match index.local(node, node.attribute("calledElement")?) {
        Reference::To(to) if index.elements[to].tag == "process" => Some(Call {
            at,
            from: index.process(at)?,
            to,
        }),
        _ => None,
    }
}
