use super::parse::{Source, parse};
use super::script::{Kind, Part};
use super::substitute;

fn error(script: &str) -> String {
    let source = Source {
        name: "-e expression #1".into(),
        text: script.into(),
        is_file: false,
    };
    parse(&[source], false, false).err().unwrap_or_default()
}

/// Applies a script of one `s` command.
fn replace(script: &str, text: &str) -> String {
    let source = Source {
        name: String::new(),
        text: script.into(),
        is_file: false,
    };
    let script = parse(&[source], false, false).expect(script);
    let Kind::Substitute(it) = &script.commands[0].kind else {
        panic!("no substitution");
    };
    let regex = it.regex.as_ref().expect("an expression");
    let bytes = substitute::substitute(it, regex, text.as_bytes());
    bytes.map_or(text.to_owned(), |it| String::from_utf8(it).unwrap())
}

#[test]
fn substitutions() {
    assert_eq!(replace("s/a/b/", "aa"), "ba");
    assert_eq!(replace("s/a/b/g", "aa"), "bb");
    assert_eq!(replace("s/a/b/2g", "aaa"), "abb");
    assert_eq!(replace("s/b*/x/g", "abc"), "xaxcx");
    assert_eq!(replace(r"s/\(a\)\(b\)/\2\1&/", "ab"), "baab");
    assert_eq!(replace("s|/|\\||g", "a/b"), "a|b");
    assert_eq!(replace(r"s/\w\+/\u&/g", "foo bar"), "Foo Bar");
    assert_eq!(replace(r"s/.*/\U&\E!/", "foo"), "FOO!");
    assert_eq!(replace(r"s/b/\n/", "abc"), "a\nc");
    assert_eq!(replace(r"s/a/\&/", "a"), "&");
    assert_eq!(replace("s/[/]/x/", "a/b"), "axb");
    assert_eq!(replace("s/^/> /", "x"), "> x");
    assert_eq!(replace("s/x*$/!/", "axx"), "a!");
}

#[test]
fn errors() {
    assert_eq!(
        error("s/a"),
        "-e expression #1, char 3: unterminated `s' command"
    );
    assert_eq!(error("k"), "-e expression #1, char 1: unknown command: `k'");
    assert_eq!(error("{p"), "-e expression #1, char 0: unmatched `{'");
    assert_eq!(error("p}"), "-e expression #1, char 2: unexpected `}'");
    assert_eq!(error("bfoo"), "can't find label for jump to `foo'");
    assert_eq!(
        error("px"),
        "-e expression #1, char 2: extra characters after command"
    );
}

#[test]
fn replacements_are_taken_apart() {
    let parts = substitute::parse_replacement(r"a\tb&\1");
    let expected = [Part::Text(b"a\tb".to_vec()), Part::Group(0), Part::Group(1)];
    assert_eq!(parts, expected);
}
