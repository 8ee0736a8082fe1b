//! Shows the installation of a runtime on stderr: a bar on a terminal, a line per stage elsewhere.

use std::io::IsTerminal;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::InstallProgress;
use indicatif::{ProgressBar, ProgressStyle};

use super::output;

/// Steps of the whole bar: percent.
const STEPS: u64 = 100;
/// How often the elapsed time moves while nothing is reported.
const TICK: Duration = Duration::from_millis(120);

/// Takes progress from any thread.
#[derive(Debug)]
pub(super) struct Reporter {
    state: Mutex<State>,
    on_terminal: bool,
}

#[derive(Debug, Default)]
struct State {
    bar: Option<ProgressBar>,
    stage: Option<(String, usize)>,
}

impl Reporter {
    pub(super) fn new() -> Self {
        Self {
            state: Mutex::default(),
            on_terminal: std::io::stderr().is_terminal(),
        }
    }

    /// Shows `progress`.
    pub(super) fn report(&self, progress: &InstallProgress) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if progress.finished {
            if let Some(bar) = state.bar.take() {
                bar.finish_and_clear();
            }
            state.stage = None;
            let seconds = progress.elapsed.as_secs_f64();
            output::say(format_args!(
                "installed {} in {seconds:.1} s",
                progress.runtime
            ));
            return;
        }
        let stage = (progress.runtime.clone(), progress.index);
        let is_new = state.stage.as_ref() != Some(&stage);
        state.stage = Some(stage);
        if self.on_terminal {
            let bar = state.bar.get_or_insert_with(new_bar);
            if is_new {
                bar.set_prefix(progress.runtime.clone());
                bar.set_message(title(progress));
            }
            bar.set_position(steps(progress.index, progress.of));
        } else if is_new {
            let seconds = progress.elapsed.as_secs_f64();
            let title = title(progress);
            output::say(format_args!(
                "installing {}: {title} ({seconds:.1} s)",
                progress.runtime
            ));
        }
    }
}

/// `compile [3/4]`.
fn title(progress: &InstallProgress) -> String {
    let position = progress.index.saturating_add(1).min(progress.of);
    format!("{} [{position}/{}]", progress.stage.name(), progress.of)
}

/// Where the bar is when stage `index` of `of` begins.
fn steps(index: usize, of: usize) -> u64 {
    let (index, of) = (
        u64::try_from(index).unwrap_or(u64::MAX),
        u64::try_from(of).unwrap_or(u64::MAX),
    );
    index
        .min(of)
        .saturating_mul(STEPS)
        .checked_div(of)
        .unwrap_or(0)
}

fn new_bar() -> ProgressBar {
    let bar = ProgressBar::new(STEPS);
    let template = "belljar: installing {prefix} {bar:24} {msg} {elapsed}";
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style.progress_chars("=> "));
    }
    bar.enable_steady_tick(TICK);
    bar
}

#[cfg(test)]
mod tests {
    use super::steps;

    #[test]
    fn the_bar_never_leaves_its_frame() {
        for (index, of, expected) in [(0, 0, 0), (0, 4, 0), (1, 4, 25), (4, 4, 100), (9, 4, 100)] {
            assert_eq!(steps(index, of), expected, "{index} of {of}");
        }
    }
}
