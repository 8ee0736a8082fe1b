//! Functions that bc has without `-l`.

use super::number::Number;

/// `length`, `scale`, `sqrt`, `(`; none if it is no such function, an error if its argument is wrong.
pub(super) fn call(name: &str, argument: &Number, scale: usize) -> Option<Result<Number, String>> {
    let size = |it: usize| Number::integer(i64::try_from(it).unwrap_or(i64::MAX));
    Some(match name {
        "(" => Ok(argument.clone()),
        "length" => Ok(size(argument.length())),
        "scale" => Ok(size(argument.scale)),
        "sqrt" => argument
            .square_root(scale)
            .ok_or_else(|| "Square root of a negative number".to_owned()),
        _ => return None,
    })
}
