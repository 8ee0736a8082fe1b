//! `curl` and `wget`, which have no network here and say so.

use crate::report;

pub(crate) fn curl(_name: &str, _arguments: &[String]) -> u8 {
    report::line(
        "curl: (6) Could not resolve host: network access is not available in this sandbox",
    );
    6
}

pub(crate) fn wget(_name: &str, _arguments: &[String]) -> u8 {
    report::line("wget: network access is not available in this sandbox");
    4
}
