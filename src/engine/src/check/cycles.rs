//! What leads back to itself in a graph.

/// The strongly connected groups that have a cycle (Tarjan's algorithm, without recursion); `next` holds the successors of
/// each node.
pub fn cycles(next: &[Vec<usize>]) -> Vec<Vec<usize>> {
    const NEW: usize = usize::MAX;
    let count = next.len();
    let (mut order, mut low) = (vec![NEW; count], vec![NEW; count]);
    let mut on_stack = vec![false; count];
    let (mut stack, mut groups, mut clock) = (Vec::new(), Vec::new(), 0);
    for root in 0..count {
        if order[root] != NEW {
            continue;
        }
        let mut calls: Vec<(usize, Vec<usize>)> = vec![(root, next[root].clone())];
        (order[root], low[root]) = (clock, clock);
        clock += 1;
        stack.push(root);
        on_stack[root] = true;
        while let Some((node, open)) = calls.last_mut() {
            let node = *node;
            match open.pop() {
                Some(next_node) if order[next_node] == NEW => {
                    (order[next_node], low[next_node]) = (clock, clock);
                    clock += 1;
                    stack.push(next_node);
                    on_stack[next_node] = true;
                    calls.push((next_node, next[next_node].clone()));
                }
                Some(next_node) if on_stack[next_node] => {
                    low[node] = low[node].min(order[next_node]);
                }
                Some(_) => {}
                None => {
                    calls.pop();
                    if let Some((parent, _)) = calls.last() {
                        low[*parent] = low[*parent].min(low[node]);
                    }
                    if low[node] == order[node] {
                        let from = stack
                            .iter()
                            .rposition(|member| *member == node)
                            .unwrap_or(0);
                        let group = stack.split_off(from);
                        for member in &group {
                            on_stack[*member] = false;
                        }
                        if group.len() > 1 || next[node].contains(&node) {
                            groups.push(group);
                        }
                    }
                }
            }
        }
    }
    groups
}
