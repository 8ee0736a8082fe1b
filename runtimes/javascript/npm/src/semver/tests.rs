use super::{Range, Version};
use proptest::prelude::*;

#[derive(serde::Deserialize)]
struct Table {
    versions: Vec<String>,
    sorted: Vec<String>,
    parse: Vec<(String, Option<String>)>,
    ranges: Vec<(String, Option<String>, String)>,
}

fn table() -> Table {
    serde_json::from_str(include_str!("../../testdata/semver.json")).expect("a table")
}

#[test]
fn versions_read_and_sort_as_the_original_does() {
    let table = table();
    for (text, expected) in &table.parse {
        let parsed = Version::parse(text).map(|version| version.to_string());
        assert_eq!(parsed, *expected, "{text:?}");
    }
    let mut sorted: Vec<_> = table
        .versions
        .iter()
        .filter_map(|text| Version::parse(text))
        .collect();
    sorted.sort();
    let sorted: Vec<_> = sorted.iter().map(ToString::to_string).collect();
    assert_eq!(sorted, table.sorted);
}

#[test]
fn ranges_match_what_the_original_matches() {
    let table = table();
    let versions: Vec<_> = table
        .versions
        .iter()
        .map(|text| Version::parse(text).expect("a version"))
        .collect();
    let mut wrong = Vec::new();
    for (text, expected, matches) in &table.ranges {
        let range = Range::parse(text);
        let found: String = match &range {
            Some(range) => versions
                .iter()
                .map(|version| if range.matches(version) { '1' } else { '0' })
                .collect(),
            None => String::new(),
        };
        if range.is_some() != expected.is_some() || found != *matches {
            let shown = range.map(|range| range.to_string());
            wrong.push(format!("{text:?}: {shown:?} instead of {expected:?}"));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn a_caret_is_contained_where_npm_would_save_it() {
    let version = Version::parse("3.25.76").expect("a version");
    for (range, contained) in [
        ("3", true),
        ("^3", true),
        ("*", true),
        (">=3 <4", true),
        ("~3.25.0", false),
        ("3.x || 5", true),
        ("1.x <3.26", false),
        ("3.25.76", false),
    ] {
        let range = Range::parse(range).expect("a range");
        assert_eq!(range.contains_caret_of(&version), contained, "{range}");
    }
}

#[test]
fn ranges_meet_where_a_version_is_in_both() {
    let meet = |a: &str, b: &str| {
        let (a, b) = (
            Range::parse(a).expect("a range"),
            Range::parse(b).expect("a range"),
        );
        assert_eq!(a.intersects(&b), b.intersects(&a));
        a.intersects(&b)
    };
    assert!(meet("^1", "1.2.3"));
    assert!(meet(">=1", "<=1.0.0"));
    assert!(meet("*", "2"));
    assert!(meet("1 || 3", "2 - 3"));
    assert!(!meet(">1.0.0", "<=1.0.0"));
    assert!(!meet("^1", "^2"));
    assert!(!meet("1.2.3", "1.2.4"));
}

proptest! {
    #[test]
    fn no_text_panics(text in "\\PC*", other in "[0-9x*.<>=^~ |+v-]{0,40}") {
        for text in [text, other] {
            let version = Version::parse(&text);
            if let (Some(range), Some(version)) = (Range::parse(&text), &version) {
                range.matches(version);
            }
            if let Some(version) = version {
                prop_assert_eq!(Version::parse(&version.to_string()), Some(version));
            }
        }
    }

    #[test]
    fn a_version_is_in_its_own_ranges(major in 0u64..9, minor in 0u64..9, patch in 0u64..9) {
        let text = format!("{major}.{minor}.{patch}");
        let version = Version::parse(&text).expect("a version");
        for range in [text.clone(), format!("^{text}"), format!("~{text}"), format!("{major}"),
            format!("{major}.{minor}"), format!(">={text}"), format!("{text} - {text}")] {
            prop_assert!(Range::parse(&range).expect("a range").matches(&version), "{}", range);
        }
        let above = Range::parse(&format!(">{text}")).expect("a range");
        prop_assert!(!above.matches(&version));
    }
}
