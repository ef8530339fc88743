//! A layered drawing of a graph: ranks from left to right, order within a rank by neighbours, room for long edges.

/// Between two ranks, and between two boxes of a rank.
pub const GAP_X: f64 = 60.0;
pub const GAP_Y: f64 = 36.0;
/// Above this many bends of long edges, edges go straight.
const MAX_BENDS: usize = 20_000;
const SWEEPS: usize = 6;

pub struct Graph {
    /// Width and height of each box.
    pub sizes: Vec<(f64, f64)>,
    /// From box to box.
    pub edges: Vec<(usize, usize)>,
}

pub struct Drawing {
    /// The rank of each box.
    pub rank: Vec<usize>,
    /// The centre of each box.
    pub centers: Vec<(f64, f64)>,
    /// Left and right side of each rank.
    pub columns: Vec<(f64, f64)>,
    /// For each edge, whether it goes back, and the heights at which it crosses the ranks between its ends.
    pub routes: Vec<Route>,
    pub height: f64,
}

pub struct Route {
    pub back: bool,
    pub crossings: Vec<f64>,
}

pub fn draw(graph: &Graph) -> Drawing {
    let back = back_edges(graph);
    let rank = ranks(graph, &back);
    let depth = rank.iter().max().map_or(0, |most| most + 1);
    // Boxes first, then the bends of long edges, which are boxes without width.
    let mut level = rank.clone();
    let mut heights: Vec<f64> = graph.sizes.iter().map(|size| size.1).collect();
    let mut links: Vec<(usize, usize)> = Vec::new();
    let mut bends: Vec<Vec<usize>> = Vec::new();
    let long: usize = graph
        .edges
        .iter()
        .map(|(s, t)| rank[*t].saturating_sub(rank[*s]))
        .sum();
    for (number, (source, target)) in graph.edges.iter().enumerate() {
        let mut chain = Vec::new();
        if !back[number] {
            let mut last = *source;
            if long <= MAX_BENDS {
                for between in rank[*source] + 1..rank[*target] {
                    level.push(between);
                    heights.push(8.0);
                    links.push((last, level.len() - 1));
                    last = level.len() - 1;
                    chain.push(last);
                }
            }
            links.push((last, *target));
        }
        bends.push(chain);
    }
    let (before, after) = neighbours(level.len(), &links);
    let layers = order(&level, depth, &before, &after);
    let y = place(&layers, &heights, &before, &after);

    let mut widest = vec![0.0_f64; depth];
    for (size, layer) in graph.sizes.iter().zip(&rank) {
        widest[*layer] = widest[*layer].max(size.0);
    }
    let mut columns = Vec::new();
    let mut x = 0.0;
    for wide in widest {
        columns.push((x, x + wide));
        x += wide + GAP_X;
    }
    let top = (0..level.len())
        .map(|n| y[n] - heights[n] / 2.0)
        .fold(f64::INFINITY, f64::min);
    let top = if top.is_finite() { top } else { 0.0 };
    let bottom = (0..level.len())
        .map(|n| y[n] + heights[n] / 2.0 - top)
        .fold(0.0, f64::max);
    let middle = |n: usize| f64::midpoint(columns[rank[n]].0, columns[rank[n]].1);
    let centers = (0..graph.sizes.len())
        .map(|n| (middle(n), y[n] - top))
        .collect();
    let routes = back
        .iter()
        .zip(&bends)
        .map(|(back, chain)| Route {
            back: *back,
            crossings: chain.iter().map(|n| y[*n] - top).collect(),
        })
        .collect();
    Drawing {
        rank,
        centers,
        columns,
        routes,
        height: bottom,
    }
}

/// Edges that close a cycle, seen from the beginnings.
fn back_edges(graph: &Graph) -> Vec<bool> {
    let count = graph.sizes.len();
    let mut leaving: Vec<Vec<usize>> = vec![Vec::new(); count];
    let mut has_before = vec![false; count];
    for (number, (source, target)) in graph.edges.iter().enumerate() {
        leaving[*source].push(number);
        has_before[*target] |= source != target;
    }
    let mut back = vec![false; graph.edges.len()];
    let (mut open, mut closed) = (vec![false; count], vec![false; count]);
    let roots = (0..count)
        .filter(|n| !has_before[*n])
        .chain((0..count).filter(|n| has_before[*n]));
    for root in roots {
        if open[root] || closed[root] {
            continue;
        }
        let mut path = vec![(root, 0)];
        open[root] = true;
        while let Some((node, next)) = path.last_mut() {
            let Some(edge) = leaving[*node].get(*next).copied() else {
                open[*node] = false;
                closed[*node] = true;
                path.pop();
                continue;
            };
            *next += 1;
            let target = graph.edges[edge].1;
            if open[target] {
                back[edge] = true;
            } else if !closed[target] {
                open[target] = true;
                path.push((target, 0));
            }
        }
    }
    back
}

/// The longest way from a beginning.
fn ranks(graph: &Graph, back: &[bool]) -> Vec<usize> {
    let count = graph.sizes.len();
    let (mut rank, mut missing) = (vec![0; count], vec![0_usize; count]);
    let forward: Vec<(usize, usize)> = graph
        .edges
        .iter()
        .zip(back)
        .filter(|(_, back)| !**back)
        .map(|(edge, _)| *edge)
        .collect();
    let mut leaving: Vec<Vec<usize>> = vec![Vec::new(); count];
    for (source, target) in forward {
        missing[target] += 1;
        leaving[source].push(target);
    }
    let mut ready: Vec<usize> = (0..count).filter(|n| missing[*n] == 0).collect();
    while let Some(node) = ready.pop() {
        for target in &leaving[node] {
            rank[*target] = rank[*target].max(rank[node] + 1);
            missing[*target] -= 1;
            if missing[*target] == 0 {
                ready.push(*target);
            }
        }
    }
    rank
}

type Lists = Vec<Vec<usize>>;

fn neighbours(count: usize, links: &[(usize, usize)]) -> (Lists, Lists) {
    let (mut before, mut after) = (vec![Vec::new(); count], vec![Vec::new(); count]);
    for (source, target) in links {
        before[*target].push(*source);
        after[*source].push(*target);
    }
    (before, after)
}

/// The order within each layer: each box near the middle of its neighbours, swept to and fro.
#[expect(
    clippy::cast_precision_loss,
    reason = "positions in a layer are small numbers"
)]
fn order(level: &[usize], depth: usize, before: &Lists, after: &Lists) -> Lists {
    let mut layers: Lists = vec![Vec::new(); depth];
    for (node, layer) in level.iter().enumerate() {
        layers[*layer].push(node);
    }
    let mut position = vec![0.0; level.len()];
    for layer in &layers {
        for (at, node) in layer.iter().enumerate() {
            position[*node] = at as f64;
        }
    }
    for sweep in 0..SWEEPS {
        let forward = sweep % 2 == 0;
        let near = if forward { before } else { after };
        let sequence: Vec<usize> = if forward {
            (0..depth).collect()
        } else {
            (0..depth).rev().collect()
        };
        for layer in sequence {
            let mut keyed: Vec<(f64, usize)> = layers[layer]
                .iter()
                .map(|node| {
                    (
                        mean(&near[*node], &position).unwrap_or(position[*node]),
                        *node,
                    )
                })
                .collect();
            keyed.sort_by(|one, other| one.0.total_cmp(&other.0));
            for (at, (_, node)) in keyed.iter().enumerate() {
                position[*node] = at as f64;
            }
            layers[layer] = keyed.into_iter().map(|(_, node)| node).collect();
        }
    }
    layers
}

/// Heights: each box level with its neighbours where the order leaves room.
fn place(layers: &Lists, heights: &[f64], before: &Lists, after: &Lists) -> Vec<f64> {
    let mut y = vec![0.0; heights.len()];
    for layer in layers {
        settle(layer, heights, &mut y, |_, _| None);
    }
    for _ in 0..3 {
        for layer in layers.iter().skip(1) {
            settle(layer, heights, &mut y, |node, y| mean(&before[node], y));
        }
        for layer in layers.iter().rev().skip(1) {
            settle(layer, heights, &mut y, |node, y| mean(&after[node], y));
        }
    }
    for layer in layers.iter().skip(1) {
        settle(layer, heights, &mut y, |node, y| mean(&before[node], y));
    }
    y
}

fn settle(
    layer: &[usize],
    heights: &[f64],
    y: &mut [f64],
    wish: impl Fn(usize, &[f64]) -> Option<f64>,
) {
    let wishes: Vec<f64> = layer
        .iter()
        .map(|node| wish(*node, y).unwrap_or(y[*node]))
        .collect();
    let mut below = f64::NEG_INFINITY;
    let mut placed = Vec::with_capacity(layer.len());
    for (node, wished) in layer.iter().zip(&wishes) {
        let half = heights[*node] / 2.0;
        let at = wished.max(below + half);
        below = at + half + GAP_Y;
        placed.push(at);
    }
    #[expect(clippy::cast_precision_loss, reason = "a layer is small")]
    let count = layer.len().max(1) as f64;
    let shift = wishes
        .iter()
        .zip(&placed)
        .map(|(wished, at)| wished - at)
        .sum::<f64>()
        / count;
    for (node, at) in layer.iter().zip(placed) {
        y[*node] = at + shift;
    }
}

#[expect(clippy::cast_precision_loss, reason = "few neighbours")]
fn mean(nodes: &[usize], values: &[f64]) -> Option<f64> {
    (!nodes.is_empty())
        .then(|| nodes.iter().map(|node| values[*node]).sum::<f64>() / nodes.len() as f64)
}
