//! An arrangement of widgets without places: in layers by their distance from the first one, so that edges lead down.

/// The distance between two layers.
const LAYER: f64 = 190.0;
/// The distance between the middles of two neighbours in a layer.
const COLUMN: f64 = 240.0;
/// The passes over all layers that put the widgets of one in order.
const SWEEPS: usize = 4;

/// The place of each of `count` widgets, by the edges between them and the one to begin with.
pub(super) fn places(
    count: usize,
    initial: Option<usize>,
    edges: &[(usize, usize)],
) -> Vec<(f64, f64)> {
    let forward = without_cycles(count, initial, edges);
    let layer = longest_paths(count, &forward);
    let mut rows: Vec<Vec<usize>> = vec![Vec::new(); layer.iter().max().map_or(0, |last| last + 1)];
    let (mut up, mut down) = (vec![Vec::new(); count], vec![Vec::new(); count]);
    for node in 0..count {
        rows[layer[node]].push(node);
        for next in &forward[node] {
            down[node].push(*next);
            up[*next].push(node);
        }
    }
    // Centred on 0: a row's order is its x.
    let mut x = vec![0.0; count];
    rows.iter().for_each(|row| spread(row, &mut x));
    for sweep in 0..SWEEPS {
        let (neighbours, downwards) = if sweep % 2 == 0 { (&up, true) } else { (&down, false) };
        for at in 0..rows.len() {
            let row = if downwards { at } else { rows.len() - 1 - at };
            let place = |node: &usize| (middle(&neighbours[*node], &x, *node), *node);
            let mut places: Vec<(f64, usize)> = rows[row].iter().map(place).collect();
            places.sort_by(|a, b| a.0.total_cmp(&b.0));
            rows[row] = places.into_iter().map(|(_, node)| node).collect();
            if sweep + 1 < SWEEPS {
                spread(&rows[row], &mut x);
            }
        }
    }
    for row in &rows {
        place_row(row, &up, &mut x);
    }
    #[expect(clippy::cast_precision_loss, reason = "no Flow has so many layers")]
    let y = |node: usize| layer[node] as f64 * LAYER;
    (0..count).map(|node| (x[node].round(), y(node))).collect()
}

/// The edges of each widget but for those that lead back to one on the way to it.
fn without_cycles(
    count: usize,
    initial: Option<usize>,
    edges: &[(usize, usize)],
) -> Vec<Vec<usize>> {
    let mut next = vec![Vec::new(); count];
    for (from, to) in edges.iter().filter(|(from, to)| from != to) {
        next[*from].push(*to);
    }
    let (mut seen, mut is_open) = (vec![false; count], vec![false; count]);
    let mut forward = vec![Vec::new(); count];
    for start in initial.into_iter().filter(|start| *start < count).chain(0..count) {
        if std::mem::replace(&mut seen[start], true) {
            continue;
        }
        is_open[start] = true;
        let mut path = vec![(start, 0)];
        while let Some((node, edge)) = path.last_mut() {
            let Some(to) = next[*node].get(*edge).copied() else {
                is_open[*node] = false;
                path.pop();
                continue;
            };
            *edge += 1;
            if !is_open[to] {
                forward[*node].push(to);
            }
            if !std::mem::replace(&mut seen[to], true) {
                is_open[to] = true;
                path.push((to, 0));
            }
        }
    }
    forward
}

/// The number of edges on the longest path to each widget.
fn longest_paths(count: usize, forward: &[Vec<usize>]) -> Vec<usize> {
    let mut waiting = vec![0_usize; count];
    forward.iter().flatten().for_each(|to| waiting[*to] += 1);
    let mut ready: Vec<usize> = (0..count).filter(|node| waiting[*node] == 0).collect();
    let mut layer = vec![0; count];
    while let Some(node) = ready.pop() {
        for to in &forward[node] {
            layer[*to] = layer[*to].max(layer[node] + 1);
            waiting[*to] -= 1;
            if waiting[*to] == 0 {
                ready.push(*to);
            }
        }
    }
    layer
}

/// Lays a row out side by side in its order, centred.
fn spread(row: &[usize], x: &mut [f64]) {
    let mut at = -COLUMN * row.len().saturating_sub(1) as f64 / 2.0;
    for node in row {
        x[*node] = at;
        at += COLUMN;
    }
}

/// The mean of the neighbours' places; without any its own.
fn middle(neighbours: &[usize], x: &[f64], node: usize) -> f64 {
    if neighbours.is_empty() {
        return x[node];
    }
    neighbours.iter().map(|other| x[*other]).sum::<f64>() / neighbours.len() as f64
}

/// Puts each widget of a row as near below those that lead to it as its neighbours allow, the row as a whole in their middle.
fn place_row(row: &[usize], up: &[Vec<usize>], x: &mut [f64]) {
    let wanted: Vec<f64> = row.iter().map(|node| middle(&up[*node], x, *node)).collect();
    let mut placed: Vec<f64> = Vec::new();
    for want in &wanted {
        placed.push(placed.last().map_or(*want, |last| want.max(last + COLUMN)));
    }
    let pushed: f64 = placed.iter().zip(&wanted).map(|(placed, want)| placed - want).sum();
    let back = if row.is_empty() { 0.0 } else { pushed / row.len() as f64 };
    for (node, place) in row.iter().zip(placed) {
        x[*node] = place - back;
    }
}
