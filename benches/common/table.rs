//! The table that a bench prints: value, native value, ratio, goal.

use std::time::Duration;

/// One line of the table.
#[derive(Clone, Debug)]
struct Row {
    case: String,
    value: String,
    native: String,
    ratio: String,
    goal: String,
}

/// Collects rows and prints them as Markdown, aligned.
#[derive(Clone, Debug, Default)]
pub(crate) struct Table {
    rows: Vec<Row>,
}

/// Whether a value meets its goal, as the table shows it.
fn verdict(met: bool, goal: &str) -> String {
    format!("{goal}: {}", if met { "met" } else { "NOT MET" })
}

impl Table {
    /// `value` against `native`; the goal is on the ratio.
    pub(crate) fn compare(
        &mut self,
        case: &str,
        value: Duration,
        native: Duration,
        most: Option<f64>,
    ) {
        let ratio = value.as_secs_f64() / native.as_secs_f64();
        self.rows.push(Row {
            case: case.into(),
            value: ms(value),
            native: ms(native),
            ratio: format!("{ratio:.2}x"),
            goal: most
                .map(|most| verdict(ratio <= most, &format!("at most {most}x")))
                .unwrap_or_default(),
        });
    }

    /// A duration with a goal of its own.
    pub(crate) fn duration(&mut self, case: &str, value: Duration, most: Option<Duration>) {
        let goal = most.map(|most| verdict(value <= most, &format!("at most {}", ms(most))));
        self.text(case, &ms(value), goal.as_deref().unwrap_or_default());
    }

    /// A factor, the greater the better.
    pub(crate) fn factor(&mut self, case: &str, value: f64, least: f64) {
        let goal = verdict(value >= least, &format!("at least {least}x"));
        self.text(case, &format!("{value:.2}x"), &goal);
    }

    /// Bytes against native bytes, with a goal on ours.
    pub(crate) fn bytes(&mut self, case: &str, value: u64, native: Option<u64>, most: u64) {
        let ratio = native.map(|native| format!("{:.2}x", mib(value) / mib(native)));
        self.rows.push(Row {
            case: case.into(),
            value: format!("{:.2} MiB", mib(value)),
            native: native
                .map(|native| format!("{:.2} MiB", mib(native)))
                .unwrap_or_default(),
            ratio: ratio.unwrap_or_default(),
            goal: verdict(value <= most, &format!("at most {:.0} MiB", mib(most))),
        });
    }

    /// A value with nothing to compare with.
    pub(crate) fn text(&mut self, case: &str, value: &str, goal: &str) {
        self.rows.push(Row {
            case: case.into(),
            value: value.into(),
            native: String::new(),
            ratio: String::new(),
            goal: goal.into(),
        });
    }

    /// Prints all of it under `title`.
    pub(crate) fn print(&self, title: &str) {
        let cells = |row: &Row| {
            [&row.case, &row.value, &row.native, &row.ratio, &row.goal].map(String::clone)
        };
        let head = ["case", "belljar", "native", "ratio", "goal"].map(str::to_owned);
        let rows: Vec<[String; 5]> = std::iter::once(head)
            .chain(self.rows.iter().map(cells))
            .collect();
        let mut widths = [0; 5];
        for row in &rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.chars().count());
            }
        }
        println!("\n## {title}\n\n{}\n", machine());
        for (number, row) in rows.iter().enumerate() {
            let line: Vec<String> = row
                .iter()
                .zip(widths)
                .map(|(cell, width)| format!("{cell:<width$}"))
                .collect();
            println!("| {} |", line.join(" | "));
            if number == 0 {
                println!("|{}|", widths.map(|width| "-".repeat(width + 2)).join("|"));
            }
        }
        println!();
    }
}

/// Milliseconds with as many digits as are worth reading.
pub(crate) fn ms(duration: Duration) -> String {
    let ms = duration.as_secs_f64() * 1000.0;
    if ms < 10.0 {
        format!("{ms:.3} ms")
    } else {
        format!("{ms:.1} ms")
    }
}

#[expect(clippy::cast_precision_loss, reason = "shown with two digits")]
fn mib(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

/// Processor, cores, system and how busy it was before.
fn machine() -> String {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let cpu = read("/proc/cpuinfo");
    let model = cpu
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": "))
        .map_or(std::env::consts::ARCH, |(_, model)| model);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let kernel = read("/proc/sys/kernel/osrelease");
    let load = read("/proc/loadavg");
    format!(
        "{model}, {cores} cores, {} {}, load average {}",
        std::env::consts::OS,
        kernel.trim(),
        load.split(' ').next().unwrap_or("unknown")
    )
}
