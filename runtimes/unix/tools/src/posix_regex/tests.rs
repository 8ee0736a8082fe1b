use super::*;

fn find(pattern: &str, dialect: Dialect, text: &str) -> Option<String> {
    let regex = Regex::new(pattern, dialect, Options::default()).expect(pattern);
    let (start, end) = regex.find_at(text.as_bytes(), 0)?;
    Some(String::from_utf8_lossy(&text.as_bytes()[start..end]).into_owned())
}

fn basic(pattern: &str, text: &str) -> Option<String> {
    find(pattern, Dialect::Basic, text)
}

fn extended(pattern: &str, text: &str) -> Option<String> {
    find(pattern, Dialect::Extended, text)
}

#[test]
fn operators_of_basic_expressions_need_a_backslash() {
    assert_eq!(basic("a+", "aa+").as_deref(), Some("a+"));
    assert_eq!(basic(r"a\+", "aa+").as_deref(), Some("aa"));
    assert_eq!(basic("*a", "x*a").as_deref(), Some("*a"));
    assert_eq!(basic(r"\(*a\)", "x*a").as_deref(), Some("*a"));
    assert_eq!(basic("^*a", "*a").as_deref(), Some("*a"));
    assert_eq!(basic("a^b$c", "a^b$c").as_deref(), Some("a^b$c"));
    assert_eq!(basic(r"a\{2,3\}", "aaaa").as_deref(), Some("aaa"));
    assert_eq!(basic(r"x\|yy", "ayy").as_deref(), Some("yy"));
    assert_eq!(basic("a{2}", "a{2}").as_deref(), Some("a{2}"));
    assert_eq!(basic("(a)", "(a)").as_deref(), Some("(a)"));
}

#[test]
fn matches_are_the_longest_of_the_leftmost() {
    assert_eq!(extended("a|ab|abc", "xabcd").as_deref(), Some("abc"));
    assert_eq!(extended("(a|ab)(c|bcd)", "abcd").as_deref(), Some("abcd"));
    assert_eq!(extended("a?(ab)?", "ab").as_deref(), Some("ab"));
    let regex = Regex::new("(a|ab)(c|bcd)(d*)", Dialect::Extended, Options::default()).unwrap();
    let mut spans = Vec::new();
    assert!(regex.captures_at(b"abcd", 0, &mut spans));
    assert_eq!(spans[0], Some((0, 4)));
}

#[test]
fn brackets() {
    assert_eq!(basic("[]a]*", "]a]b").as_deref(), Some("]a]"));
    assert_eq!(basic("[^]a]", "]ab").as_deref(), Some("b"));
    assert_eq!(basic(r"[\n]", r"x\n").as_deref(), Some(r"\"));
    assert_eq!(basic("[a-]*", "a-a").as_deref(), Some("a-a"));
    assert_eq!(
        basic("[[:digit:][:upper:]]*", "1A2b").as_deref(),
        Some("1A2")
    );
    assert_eq!(basic("[[.-.]a]*", "a-b").as_deref(), Some("a-"));
    assert_eq!(basic("[[:alpha:]]*", "käse1").as_deref(), Some("käse"));
    assert_eq!(
        find(r"[\n\t]", Dialect::SedBasic, "a\tb").as_deref(),
        Some("\t")
    );
    assert_eq!(find(r"[\]x]+", Dialect::Awk, "a]x").as_deref(), Some("]x"));
    assert_eq!(basic("[&&[~]*", "&&[~").as_deref(), Some("&&[~"));
}

#[test]
fn words_and_back_references() {
    assert_eq!(basic(r"\<foo\>", "xfoo foo").as_deref(), Some("foo"));
    assert_eq!(basic(r"\(.\)\1", "abccd").as_deref(), Some("cc"));
    assert_eq!(extended(r"(\w+) \1", "the the").as_deref(), Some("the the"));
    assert_eq!(basic(r"\w\+", "größe!").as_deref(), Some("größe"));
    assert_eq!(basic(".", "ä").as_deref(), Some("ä"));
}

#[test]
fn repetitions_of_repetitions_are_not_lazy() {
    assert_eq!(extended("a+?", "aaa").as_deref(), Some("aaa"));
    assert_eq!(extended("a**", "aaa").as_deref(), Some("aaa"));
    assert_eq!(extended("a{2}{2}", "aaaaa").as_deref(), Some("aaaa"));
    assert_eq!(extended("a{,2}b", "aaab").as_deref(), Some("aab"));
    assert_eq!(extended("a{x", "a{x").as_deref(), Some("a{x"));
}

#[test]
fn errors_are_those_of_gnu() {
    let error = |pattern, dialect| Regex::new(pattern, dialect, Options::default()).err();
    assert_eq!(
        error("(", Dialect::Extended).as_deref(),
        Some(r"Unmatched ( or \(")
    );
    assert_eq!(
        error("a)", Dialect::Extended).as_deref(),
        Some(r"Unmatched ) or \)")
    );
    assert_eq!(
        error("[a", Dialect::Basic).as_deref(),
        Some("Unmatched [, [^, [:, [., or [=")
    );
    assert_eq!(
        error("a\\", Dialect::Basic).as_deref(),
        Some("Trailing backslash")
    );
    assert_eq!(
        error(r"\1", Dialect::Basic).as_deref(),
        Some("Invalid back reference")
    );
    assert_eq!(
        error("[b-a]", Dialect::Basic).as_deref(),
        Some("Invalid range end")
    );
}

#[test]
fn whole_words_and_lines() {
    let words = Options {
        words: true,
        lines: true,
        ..Options::default()
    };
    let regex = Regex::any_of(&["foo", "bar"], Dialect::Basic, words).unwrap();
    assert!(regex.is_match(b"a foo b"));
    assert!(!regex.is_match(b"afoo bars"));
    let whole = Options {
        whole: true,
        lines: true,
        ..Options::default()
    };
    let regex = Regex::any_of(&["a*"], Dialect::Basic, whole).unwrap();
    assert!(regex.is_match(b"aa"));
    assert!(!regex.is_match(b"aab"));
}
