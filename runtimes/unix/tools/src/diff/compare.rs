//! The difference of two sequences: Eugene Myers' algorithm in linear space ("An O(ND) Difference
//! Algorithm and Its Variations", 1986), with the choices between equally short ones that GNU's diff
//! makes, so that its output is the same in ordinary cases.

/// Which items of each sequence are not in the other.
pub(super) struct Changes {
    pub(super) old: Vec<bool>,
    pub(super) new: Vec<bool>,
}

struct Search<'a> {
    /// What is left of the sequences when items that the other lacks are taken away.
    old: &'a [u32],
    new: &'a [u32],
    old_changed: Vec<bool>,
    new_changed: Vec<bool>,
    forward: Vec<isize>,
    backward: Vec<isize>,
    /// Number of diagonal 0 in the two above.
    zero: isize,
    /// Steps after which a good split is taken instead of the best.
    expensive: isize,
}

pub(super) fn compare(old: &[u32], new: &[u32]) -> Changes {
    let most = old
        .iter()
        .chain(new)
        .copied()
        .max()
        .map_or(0, |it| it as usize + 1);
    let mut in_old = vec![false; most];
    let mut in_new = vec![false; most];
    for item in old {
        in_old[*item as usize] = true;
    }
    for item in new {
        in_new[*item as usize] = true;
    }
    let kept = |all: &[u32], other: &[bool]| -> (Vec<u32>, Vec<usize>) {
        let kept = all.iter().enumerate().filter(|it| other[*it.1 as usize]);
        kept.map(|(at, item)| (*item, at)).unzip()
    };
    let (old_kept, old_at) = kept(old, &in_new);
    let (new_kept, new_at) = kept(new, &in_old);
    let diagonals = old_kept.len() + new_kept.len() + 3;
    let mut root = 1;
    let mut rest = diagonals;
    while rest > 0 {
        rest >>= 2;
        root <<= 1;
    }
    let mut search = Search {
        old_changed: vec![false; old_kept.len()],
        new_changed: vec![false; new_kept.len()],
        old: &old_kept,
        new: &new_kept,
        forward: vec![0; diagonals],
        backward: vec![0; diagonals],
        zero: new_kept.len() as isize + 1,
        expensive: root.max(4096),
    };
    search.run();
    let mut changes = Changes {
        old: old.iter().map(|it| !in_new[*it as usize]).collect(),
        new: new.iter().map(|it| !in_old[*it as usize]).collect(),
    };
    for (at, changed) in old_at.iter().zip(&search.old_changed) {
        changes.old[*at] |= changed;
    }
    for (at, changed) in new_at.iter().zip(&search.new_changed) {
        changes.new[*at] |= changed;
    }
    shift(old, &mut changes.old, &changes.new);
    shift(new, &mut changes.new, &changes.old);
    changes
}

impl Search<'_> {
    /// Not recursive: how often the sequences are split depends on the files.
    fn run(&mut self) {
        let mut todo = vec![(0, self.old.len() as isize, 0, self.new.len() as isize)];
        while let Some((mut x, mut x_end, mut y, mut y_end)) = todo.pop() {
            while x < x_end && y < y_end && self.same(x, y) {
                x += 1;
                y += 1;
            }
            while x < x_end && y < y_end && self.same(x_end - 1, y_end - 1) {
                x_end -= 1;
                y_end -= 1;
            }
            if x == x_end {
                self.new_changed[y as usize..y_end as usize].fill(true);
            } else if y == y_end {
                self.old_changed[x as usize..x_end as usize].fill(true);
            } else {
                let (x_mid, y_mid) = self.middle(x, x_end, y, y_end);
                todo.push((x_mid, x_end, y_mid, y_end));
                todo.push((x, x_mid, y, y_mid));
            }
        }
    }

    fn same(&self, x: isize, y: isize) -> bool {
        self.old[x as usize] == self.new[y as usize]
    }

    /// A point on a shortest path, about in its middle.
    fn middle(
        &mut self,
        x_start: isize,
        x_end: isize,
        y_start: isize,
        y_end: isize,
    ) -> (isize, isize) {
        let zero = self.zero;
        let at = |diagonal: isize| (diagonal + zero) as usize;
        let (least, most) = (x_start - y_end, x_end - y_start);
        let (f_middle, b_middle) = (x_start - y_start, x_end - y_end);
        let (mut f_min, mut f_max) = (f_middle, f_middle);
        let (mut b_min, mut b_max) = (b_middle, b_middle);
        let odd = (f_middle - b_middle) & 1 != 0;
        self.forward[at(f_middle)] = x_start;
        self.backward[at(b_middle)] = x_end;
        let mut steps = 0;
        loop {
            steps += 1;
            if f_min > least {
                f_min -= 1;
                self.forward[at(f_min - 1)] = -1;
            } else {
                f_min += 1;
            }
            if f_max < most {
                f_max += 1;
                self.forward[at(f_max + 1)] = -1;
            } else {
                f_max -= 1;
            }
            let mut diagonal = f_max;
            while diagonal >= f_min {
                let (low, high) = (
                    self.forward[at(diagonal - 1)],
                    self.forward[at(diagonal + 1)],
                );
                let mut x = if low < high { high } else { low + 1 };
                while x < x_end && x - diagonal < y_end && self.same(x, x - diagonal) {
                    x += 1;
                }
                self.forward[at(diagonal)] = x;
                if odd && (b_min..=b_max).contains(&diagonal) && self.backward[at(diagonal)] <= x {
                    return (x, x - diagonal);
                }
                diagonal -= 2;
            }
            if b_min > least {
                b_min -= 1;
                self.backward[at(b_min - 1)] = isize::MAX;
            } else {
                b_min += 1;
            }
            if b_max < most {
                b_max += 1;
                self.backward[at(b_max + 1)] = isize::MAX;
            } else {
                b_max -= 1;
            }
            let mut diagonal = b_max;
            while diagonal >= b_min {
                let (low, high) = (
                    self.backward[at(diagonal - 1)],
                    self.backward[at(diagonal + 1)],
                );
                let mut x = if low < high { low } else { high - 1 };
                while x > x_start && x - diagonal > y_start && self.same(x - 1, x - diagonal - 1) {
                    x -= 1;
                }
                self.backward[at(diagonal)] = x;
                if !odd && (f_min..=f_max).contains(&diagonal) && x <= self.forward[at(diagonal)] {
                    return (x, x - diagonal);
                }
                diagonal -= 2;
            }
            if steps >= self.expensive {
                return self.good_enough((f_min, f_max), (b_min, b_max), (x_end, y_end));
            }
        }
    }

    /// The point that the search has come furthest to.
    fn good_enough(
        &self,
        forward: (isize, isize),
        backward: (isize, isize),
        end: (isize, isize),
    ) -> (isize, isize) {
        let at = |diagonal: isize| (diagonal + self.zero) as usize;
        let diagonals = |range: (isize, isize)| (range.0..=range.1).rev().step_by(2);
        let furthest = diagonals(forward)
            .map(|it| (self.forward[at(it)].min(end.0).min(end.1 + it), it))
            .max_by_key(|(x, it)| 2 * x - it);
        let nearest = diagonals(backward)
            .map(|it| (self.backward[at(it)], it))
            .filter(|it| it.0 < isize::MAX)
            .min_by_key(|(x, it)| 2 * x - it);
        match (furthest, nearest) {
            (Some((x, it)), Some((back, other)))
                if end.0 + end.1 - (2 * back - other) < 2 * x - it =>
            {
                (x, x - it)
            }
            (_, Some((back, other))) => (back.max(0), (back - other).max(0)),
            (Some((x, it)), None) => (x, x - it),
            (None, None) => end,
        }
    }
}

/// Moves changes up and down among equal items, so that neighbours merge and the rest is as far down as
/// it can be.
fn shift(items: &[u32], changed: &mut [bool], other: &[bool]) {
    // Behind the ends nothing is changed.
    let is =
        |all: &[bool], at: isize| usize::try_from(at).is_ok_and(|at| all.get(at) == Some(&true));
    let end = items.len() as isize;
    let item = |at: isize| items[at as usize];
    let (mut i, mut j) = (0_isize, 0_isize);
    loop {
        while i < end && !is(changed, i) {
            while is(other, j) {
                j += 1;
            }
            j += 1;
            i += 1;
        }
        if i >= end {
            return;
        }
        let mut start = i;
        i += 1;
        while is(changed, i) {
            i += 1;
        }
        while is(other, j) {
            j += 1;
        }
        let mut corresponding;
        loop {
            let length = i - start;
            while start > 0 && item(start - 1) == item(i - 1) {
                start -= 1;
                changed[start as usize] = true;
                i -= 1;
                changed[i as usize] = false;
                while is(changed, start - 1) {
                    start -= 1;
                }
                j -= 1;
                while is(other, j) {
                    j -= 1;
                }
            }
            corresponding = if is(other, j - 1) { i } else { end };
            while i != end && item(start) == item(i) {
                changed[start as usize] = false;
                start += 1;
                changed[i as usize] = true;
                i += 1;
                while is(changed, i) {
                    i += 1;
                }
                j += 1;
                while is(other, j) {
                    corresponding = i;
                    j += 1;
                }
            }
            if length == i - start {
                break;
            }
        }
        // Rather beside a change of the other sequence than further down.
        while corresponding < i {
            start -= 1;
            changed[start as usize] = true;
            i -= 1;
            changed[i as usize] = false;
            j -= 1;
            while is(other, j) {
                j -= 1;
            }
        }
    }
}

/// A piece that differs: where it begins in each, and how many items it has there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hunk {
    pub(super) old: usize,
    pub(super) old_count: usize,
    pub(super) new: usize,
    pub(super) new_count: usize,
}

pub(super) fn hunks(changes: &Changes) -> Vec<Hunk> {
    let mut hunks = Vec::new();
    let (mut i, mut j) = (0, 0);
    let run = |all: &[bool], from: usize| all[from..].iter().take_while(|it| **it).count();
    while i < changes.old.len() || j < changes.new.len() {
        let (old_count, new_count) = (run(&changes.old, i), run(&changes.new, j));
        if old_count + new_count > 0 {
            hunks.push(Hunk {
                old: i,
                old_count,
                new: j,
                new_count,
            });
            i += old_count;
            j += new_count;
        } else {
            i += 1;
            j += 1;
        }
    }
    hunks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edits(old: &str, new: &str) -> Vec<Hunk> {
        let items = |text: &str| text.bytes().map(u32::from).collect::<Vec<_>>();
        hunks(&compare(&items(old), &items(new)))
    }

    fn hunk(old: usize, old_count: usize, new: usize, new_count: usize) -> Hunk {
        Hunk {
            old,
            old_count,
            new,
            new_count,
        }
    }

    #[test]
    fn differences() {
        assert_eq!(edits("abc", "abc"), []);
        assert_eq!(edits("abc", "abxc"), [hunk(2, 0, 2, 1)]);
        assert_eq!(edits("abc", "xbc"), [hunk(0, 1, 0, 1)]);
        assert_eq!(edits("", "ab"), [hunk(0, 0, 0, 2)]);
        assert_eq!(edits("aab", "ab"), [hunk(1, 1, 1, 0)]);
        // The path of Myers' paper.
        let total: usize = edits("abcabba", "cbabac")
            .iter()
            .map(|it| it.old_count + it.new_count)
            .sum();
        assert_eq!(total, 5);
    }
}
