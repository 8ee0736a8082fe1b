//! The orders of arrays.

use std::cmp::Ordering;

use super::value::{Map, Str, Value};

/// The keys of an array in an order of `PROCINFO["sorted_in"]`.
pub(super) fn keys(map: &Map, order: &str, convert: &[u8]) -> Result<Vec<Str>, String> {
    let mut all: Vec<(Str, Value)> = map
        .iter()
        .map(|(key, it)| (key.clone(), it.clone()))
        .collect();
    let descending = order.ends_with("_desc");
    let base = order
        .trim_start_matches('@')
        .trim_end_matches("_asc")
        .trim_end_matches("_desc");
    match base {
        "unsorted" | "" => {}
        "ind_str" => all.sort_by(|a, b| a.0.cmp(&b.0)),
        "ind_num" => all.sort_by(|a, b| {
            let number = |it: &Str| Value::Input(it.clone()).number();
            number(&a.0)
                .total_cmp(&number(&b.0))
                .then_with(|| a.0.cmp(&b.0))
        }),
        "val_str" => all.sort_by(|a, b| {
            let order = a.1.string(convert).cmp(&b.1.string(convert));
            order.then_with(|| a.0.cmp(&b.0))
        }),
        "val_num" => all.sort_by(|a, b| {
            let order = a.1.number().total_cmp(&b.1.number());
            order.then_with(|| a.0.cmp(&b.0))
        }),
        "val_type" => all.sort_by(|a, b| values(&a.1, &b.1, convert).then_with(|| a.0.cmp(&b.0))),
        "ind" | "val" => {
            return Err(format!(
                "fatal: PROCINFO[\"sorted_in\"]: unknown order {order}"
            ));
        }
        _ => {
            return Err(format!(
                "fatal: PROCINFO[\"sorted_in\"]: ordering by a function (`{order}') is not supported"
            ));
        }
    }
    if descending {
        all.reverse();
    }
    Ok(all.into_iter().map(|it| it.0).collect())
}

/// Numbers before strings, as `asort` has it.
pub(super) fn values(a: &Value, b: &Value, convert: &[u8]) -> Ordering {
    match (a.is_number(), b.is_number()) {
        (true, true) => a.number().total_cmp(&b.number()),
        (true, false) => Ordering::Less,
        (false, true) => Ordering::Greater,
        (false, false) => a.string(convert).cmp(&b.string(convert)),
    }
}
