//! Bars on stderr for what takes long. Where stderr is no terminal there are none, but the installation
//! of a runtime says a line per stage.

use std::fmt::Display;
use std::io::IsTerminal;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::StreamExt;
use indicatif::{ProgressBar, ProgressStyle};

use super::client::Pieces;
use super::output;
use crate::InstallProgress;

/// For what has a size that is known, for what has none, and for what is not counted at all.
const SIZED: &str = "belljar: {prefix} {bar:24} {bytes}/{total_bytes} {bytes_per_sec} {wide_msg}";
const COUNTED: &str = "belljar: {prefix} {spinner} {bytes} {bytes_per_sec} {elapsed} {wide_msg}";
const TIMED: &str = "belljar: {prefix} {spinner} {elapsed}";
const INSTALLING: &str = "belljar: installing {prefix} {bar:24} {msg} {elapsed}";

/// Steps of the whole bar: percent.
const STEPS: u64 = 100;
/// How often the elapsed time moves while nothing is reported.
const TICK: Duration = Duration::from_millis(120);

/// The bar of one long piece of work; gone when the last of its clones is dropped.
#[derive(Clone, Debug)]
pub(super) struct Bar(Arc<Shown>);

#[derive(Debug)]
struct Shown(ProgressBar);

impl Drop for Shown {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

impl Bar {
    /// For work on bytes, of which there are `total` if that is known.
    pub(super) fn bytes(doing: &str, total: Option<u64>) -> Self {
        let template = if total.is_some() { SIZED } else { COUNTED };
        Self::new(doing, total, template)
    }

    /// For work of which only the time is known.
    pub(super) fn time(doing: &str) -> Self {
        Self::new(doing, None, TIMED)
    }

    fn new(doing: &str, total: Option<u64>, template: &str) -> Self {
        if !std::io::stderr().is_terminal() {
            return Self::hidden();
        }
        let bar = styled(total, template).with_prefix(doing.to_owned());
        bar.enable_steady_tick(TICK);
        Self(Arc::new(Shown(bar)))
    }

    fn hidden() -> Self {
        Self(Arc::new(Shown(ProgressBar::hidden())))
    }

    /// What is being worked on.
    pub(super) fn on(&self, what: impl Into<String>) {
        self.0.0.set_message(what.into());
    }

    /// So many bytes more.
    pub(super) fn add(&self, bytes: u64) {
        self.0.0.inc(bytes);
    }

    /// How many bytes there were.
    pub(super) fn counted(&self) -> u64 {
        self.0.0.position()
    }

    /// A line for people, without the bar across it.
    pub(super) fn say(&self, line: impl Display) {
        self.0.0.suspend(|| output::say(line));
    }

    /// Counts bytes as they pass.
    pub(super) fn count(&self, pieces: Pieces) -> Pieces {
        let bar = self.clone();
        Box::pin(pieces.inspect(move |piece| {
            if let Ok(piece) = piece {
                bar.add(piece.len() as u64);
            }
        }))
    }
}

fn styled(total: Option<u64>, template: &str) -> ProgressBar {
    let bar = total.map_or_else(ProgressBar::no_length, ProgressBar::new);
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style.progress_chars("=> ")),
        Err(_) => bar,
    }
}

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
    let bar = styled(Some(STEPS), INSTALLING);
    bar.enable_steady_tick(TICK);
    bar
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    #[test]
    fn the_bar_never_leaves_its_frame() {
        for (index, of, expected) in [(0, 0, 0), (0, 4, 0), (1, 4, 25), (4, 4, 100), (9, 4, 100)] {
            assert_eq!(steps(index, of), expected, "{index} of {of}");
        }
    }

    #[test]
    fn every_bar_can_be_drawn() {
        for template in [SIZED, COUNTED, TIMED, INSTALLING] {
            assert!(ProgressStyle::with_template(template).is_ok(), "{template}");
        }
    }

    #[tokio::test]
    async fn bytes_are_counted_as_they_pass() {
        let bar = Bar::hidden();
        let pieces = [Bytes::from_static(b"abc"), Bytes::from_static(b"de")];
        let pieces: Pieces = Box::pin(futures::stream::iter(pieces.map(Ok)));
        let passed: Vec<_> = bar.count(pieces).collect().await;
        assert_eq!((passed.len(), bar.counted()), (2, 5));
    }
}
