//! Questions to the user.

use std::io::BufRead;

use crate::report;

/// Asks and waits for a line; whether it begins with a yes.
pub(crate) fn yes(question: &str) -> bool {
    report::raw(&format!("{}: {question}", report::name()));
    let mut answer = String::new();
    // No answer is a no.
    let read = std::io::stdin().lock().read_line(&mut answer);
    read.is_ok() && answer.starts_with(['y', 'Y'])
}
