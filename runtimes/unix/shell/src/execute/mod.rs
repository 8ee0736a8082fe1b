//! Executing programs.

pub mod compound;
pub mod external;
pub mod pipelines;
pub mod redirections;
pub mod simple;
pub mod subshells;
pub mod tests;

use crate::program::{AndOr, Command, Connector, Item, Kind, List, Pipeline, Timed};
use crate::state::{Flow, Run, Shell};
use crate::traps;
use crate::values::now;

/// How deep commands may nest while they are executed: a bound for the stack.
const MAX_DEPTH: usize = 6_000;

impl Shell {
    pub fn run_list(&mut self, list: &List) -> Run {
        let mut status = self.state.status;
        if list.0.is_empty() {
            status = 0;
        }
        for item in &list.0 {
            status = self.run_item(item)?;
        }
        Ok(status)
    }

    fn run_item(&mut self, item: &Item) -> Run {
        if self.catching {
            self.run_pending_traps()?;
        }
        if let Some(text) = &item.background {
            let status = self.start_background(&item.and_or, text);
            self.state.status = status;
            return Ok(status);
        }
        self.run_and_or(&item.and_or)
    }

    pub fn run_and_or(&mut self, and_or: &AndOr) -> Run {
        let Some((last, earlier)) = and_or.rest.split_last() else {
            return self.run_pipeline(&and_or.first);
        };
        let mut status = self.in_condition(|shell| shell.run_pipeline(&and_or.first))?;
        for (connector, pipeline) in earlier {
            if (*connector == Connector::And) == (status == 0) {
                status = self.in_condition(|shell| shell.run_pipeline(pipeline))?;
            }
        }
        if (last.0 == Connector::And) == (status == 0) {
            status = self.run_pipeline(&last.1)?;
        }
        Ok(status)
    }

    /// Runs something whose failure ends nothing.
    pub fn in_condition<T>(&mut self, run: impl FnOnce(&mut Self) -> Run<T>) -> Run<T> {
        self.state.in_condition += 1;
        let result = run(self);
        self.state.in_condition -= 1;
        result
    }

    fn run_pipeline(&mut self, pipeline: &Pipeline) -> Run {
        if let Some(timed) = pipeline.timed {
            return self.run_timed(pipeline, timed);
        }
        self.run_untimed(pipeline)
    }

    fn run_untimed(&mut self, pipeline: &Pipeline) -> Run {
        if self.state.options.noexec {
            return Ok(0);
        }
        let mut status = match pipeline.commands.as_slice() {
            [] => 0,
            [command] => {
                let status = if pipeline.negated {
                    self.in_condition(|shell| shell.run_command(command))?
                } else {
                    self.run_command(command)?
                };
                self.state.pipe_status.clear();
                self.state.pipe_status.push(status);
                status
            }
            commands => {
                if pipeline.negated {
                    self.in_condition(|shell| shell.run_stages(commands))?
                } else {
                    self.run_stages(commands)?
                }
            }
        };
        if pipeline.negated {
            status = i32::from(status == 0);
        }
        self.state.status = status;
        let checks = match pipeline.commands.as_slice() {
            [command] => matches!(
                command.kind,
                Kind::Simple(_) | Kind::Subshell { .. } | Kind::Arithmetic(_) | Kind::Test(_)
            ),
            _ => true,
        };
        if status != 0 && !pipeline.negated && checks {
            self.failed(status)?;
        }
        Ok(status)
    }

    /// What a failure brings about.
    fn failed(&mut self, status: i32) -> Run<()> {
        if self.state.in_condition > 0 {
            return Ok(());
        }
        if self.state.traps.contains_key(&traps::ERR) {
            self.run_trap(traps::ERR)?;
            self.state.status = status;
        }
        if self.state.options.errexit {
            return Err(Flow::Exit(status));
        }
        Ok(())
    }

    fn run_timed(&mut self, pipeline: &Pipeline, timed: Timed) -> Run {
        let start = now();
        let result = self.run_untimed(pipeline);
        let real = now().saturating_sub(start).as_secs_f64();
        let minutes = (real / 60.0).floor();
        let seconds = real - minutes * 60.0;
        // What the processes have used of the processor is not told apart for user and system.
        let text = match (timed, self.value_of("TIMEFORMAT")) {
            (Timed::Posix, _) => format!("real {real:.2}\nuser 0.00\nsys 0.00\n"),
            (Timed::Bash, None) => {
                format!("\nreal\t{minutes}m{seconds:.3}s\nuser\t0m0.000s\nsys\t0m0.000s\n")
            }
            (Timed::Bash, Some(format)) if format.is_empty() => String::new(),
            (Timed::Bash, Some(format)) => time_text(&format, real) + "\n",
        };
        self.write_error(&text);
        result
    }

    pub fn run_command(&mut self, command: &Command) -> Run {
        if let Kind::Simple(simple) = &command.kind {
            return self.run_simple(simple, &command.redirects, command.line);
        }
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            self.depth -= 1;
            self.error("commands are nested too deeply");
            return Err(Flow::Discard(1));
        }
        let result = self.run_compound_redirected(command);
        self.depth -= 1;
        result
    }

    fn run_compound_redirected(&mut self, command: &Command) -> Run {
        if command.redirects.is_empty() {
            return self.run_compound(command);
        }
        let mark = self.substitutions.len();
        self.state.line = command.line;
        let result = match self.redirect(&command.redirects) {
            Ok(saved) => {
                let result = self.run_compound(command);
                self.unredirect(saved);
                result
            }
            Err(flow) => self.redirect_failed(flow),
        };
        self.end_substitutions(mark);
        if let Ok(status) = result {
            self.state.status = status;
        }
        result
    }

    /// Closes what process substitutions since `mark` have opened.
    pub fn end_substitutions(&mut self, mark: usize) {
        while self.substitutions.len() > mark {
            if let Some(number) = self.substitutions.pop() {
                self.state.table.close(number);
            }
        }
    }
}

/// `TIMEFORMAT`
fn time_text(format: &str, real: f64) -> String {
    let mut out = String::new();
    let mut chars = format.chars();
    while let Some(c) = chars.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        let mut precision = 3;
        let mut long = false;
        for kind in chars.by_ref() {
            match kind {
                '%' => out.push('%'),
                '0'..='9' => {
                    precision = (kind as usize - '0' as usize).min(3);
                    continue;
                }
                'l' => {
                    long = true;
                    continue;
                }
                'R' | 'U' | 'S' => {
                    let time = if kind == 'R' { real } else { 0.0 };
                    if long {
                        let minutes = (time / 60.0).floor();
                        out.push_str(&format!("{minutes}m{:.precision$}s", time - minutes * 60.0));
                    } else {
                        out.push_str(&format!("{time:.precision$}"));
                    }
                }
                'P' => out.push_str("0.00"),
                other => {
                    out.push('%');
                    out.push(other);
                }
            }
            break;
        }
    }
    out
}
