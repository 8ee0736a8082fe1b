use super::interpreter::Stop;
use super::*;

/// Runs a program that needs no input and gives what its variable `out` is at the end.
fn out(source: &str) -> String {
    let program = parser::parse(source).unwrap_or_else(|error| panic!("{source}: {error}"));
    let number = program.globals.iter().position(|it| it == "out");
    let mut machine = Machine::new(program);
    start(&mut machine, &[], Vec::new()).expect("start");
    match machine.run() {
        Ok(()) | Err(Stop::Exit) => {}
        Err(Stop::Fatal(message)) => return message,
        Err(_) => return "next".into(),
    }
    let value = machine.global(number.expect("a variable `out`"));
    String::from_utf8_lossy(&value.string(b"%.6g")).into_owned()
}

#[test]
fn precedence() {
    assert_eq!(out("BEGIN { out = 1 + 2 * 3 ^ 2 }"), "19");
    assert_eq!(out("BEGIN { out = -2 ^ 2 }"), "-4");
    assert_eq!(out("BEGIN { out = 2 ^ 3 ^ 2 }"), "512");
    assert_eq!(out("BEGIN { out = 1 \" \" -1 }"), "1-1");
    assert_eq!(out("BEGIN { out = 1 < 2 ? \"y\" : \"n\" }"), "y");
    assert_eq!(out("BEGIN { x = 5; out = x++ + ++x }"), "12");
    assert_eq!(out("BEGIN { out = !0 + 1 }"), "2");
    assert_eq!(out("BEGIN { a = \"x\"; out = a b 1 + 2 }"), "x3");
    assert_eq!(
        out("BEGIN { $0 = \"a b c\"; out = $NF-1 \" \" $(1)$2 }"),
        "-1 ab"
    );
    assert_eq!(out("BEGIN { $3 = \"z\"; out = $0 \"|\" NF }"), "  z|3");
}

#[test]
fn values_compare_as_numbers_or_strings() {
    assert_eq!(
        out("BEGIN { out = (10 < 9) (\"10\" < \"9\") (x == 0) (x == \"\") }"),
        "0111"
    );
    assert_eq!(
        out("BEGIN { $0 = \"10 9\"; out = ($1 < $2) ($1 < \"9\") }"),
        "01"
    );
    assert_eq!(out("BEGIN { out = 0.1 + 0.2 }"), "0.3");
    assert_eq!(
        out("BEGIN { out = 1e6 \" \" 1000000 \" \" 0.1 \" \" 2^53 }"),
        "1000000 1000000 0.1 9007199254740992"
    );
    assert_eq!(out("BEGIN { out = \"3x\" + 4 }"), "7");
}

#[test]
fn strings() {
    assert_eq!(
        out("BEGIN { s = \"hello\"; gsub(/l/, \"[&]\", s); out = s }"),
        "he[l][l]o"
    );
    assert_eq!(
        out("BEGIN { s = \"aaa\"; out = sub(/a/, \"\\\\&\", s) s }"),
        "1&aa"
    );
    assert_eq!(
        out("BEGIN { s = \"abc\"; gsub(//, \"-\", s); out = s }"),
        "-a-b-c-"
    );
    assert_eq!(
        out("BEGIN { out = gensub(/(a)(b)/, \"\\\\2\\\\1\", \"g\", \"abab\") }"),
        "baba"
    );
    assert_eq!(
        out("BEGIN { n = split(\"a:b:c\", p, \":\"); out = n p[1] p[3] }"),
        "3ac"
    );
    assert_eq!(
        out("BEGIN { n = split(\"  a  b \", p); out = n p[2] }"),
        "2b"
    );
    assert_eq!(
        out("BEGIN { out = match(\"foobar\", /o+/) RSTART RLENGTH }"),
        "222"
    );
    assert_eq!(
        out("BEGIN { match(\"k=v\", /(.)=(.)/, m); out = m[2] m[1] }"),
        "vk"
    );
    assert_eq!(
        out("BEGIN { out = substr(\"hello\", 2, 3) index(\"abc\", \"c\") length(\"xyz\") }"),
        "ell33"
    );
    assert_eq!(out("BEGIN { out = toupper(\"aä\") tolower(\"B\") }"), "AÄb");
    assert_eq!(
        out("BEGIN { out = sprintf(\"%03d|%-3s|%.2f\", 7, \"a\", 2.345) }"),
        "007|a  |2.35"
    );
}

#[test]
fn control_and_functions() {
    assert_eq!(
        out("function f(n) { return n < 2 ? n : f(n-1) + f(n-2) } BEGIN { out = f(15) }"),
        "610"
    );
    assert_eq!(
        out("function fill(a) { a[1] = 5 } BEGIN { fill(x); out = x[1] }"),
        "5"
    );
    assert_eq!(
        out("function g(a) { fill(a) } function fill(a) { a[1] = 5 } BEGIN { g(x); out = x[1] }"),
        "5"
    );
    assert_eq!(
        out(
            "BEGIN { for (i = 0; i < 10; i++) { if (i == 3) continue; if (i == 6) break; out = out i } }"
        ),
        "01245"
    );
    assert_eq!(out("BEGIN { do { i++ } while (i < 5); out = i }"), "5");
    assert_eq!(
        out(
            "BEGIN { a[1]; a[2]; delete a[1]; for (k in a) out = out k; out = out (1 in a) (2 in a) length(a) }"
        ),
        "2011"
    );
    assert_eq!(
        out(
            "BEGIN { a[1,2] = 3; for (k in a) { split(k, p, SUBSEP); out = p[1] p[2] ((1,2) in a) } }"
        ),
        "121"
    );
    assert_eq!(
        out(
            "BEGIN { switch (3) { case 1: out = \"a\"; case 3: out = \"b\"; case 4: out = out \"c\"; break; default: out = \"d\" } }"
        ),
        "bc"
    );
    assert_eq!(
        out("BEGIN { if (1) ; else out = 1\n if (0) x = 1; else out = 2 }"),
        "2"
    );
    assert_eq!(
        out("BEGIN { out = 1; exit 3 } END { out = out \"end\" }"),
        "1end"
    );
    assert_eq!(out("BEGIN { while (i < 3)\n i++\n out = i }"), "3");
}

#[test]
fn fields() {
    assert_eq!(
        out("BEGIN { FS = \",\"; $0 = \"a,b,,d\"; out = NF $2 $4 }"),
        "4bd"
    );
    assert_eq!(
        out("BEGIN { $0 = \"a b c\"; $2 = \"X\"; OFS = \"-\"; $1 = $1; out = $0 }"),
        "a-X-c"
    );
    assert_eq!(out("BEGIN { $0 = \"a b c d\"; NF = 2; out = $0 }"), "a b");
    assert_eq!(
        out(
            "BEGIN { FPAT = \"([^,]*)|(\\\"[^\\\"]+\\\")\"; $0 = \"a,\\\"b,c\\\",d\"; out = NF $2 }"
        ),
        "3\"b,c\""
    );
    assert_eq!(
        out("BEGIN { FS = \"[0-9]+\"; $0 = \"a12b3c\"; out = $1 $2 $3 }"),
        "abc"
    );
}

#[test]
fn errors() {
    assert!(parser::parse("BEGIN { print").is_err());
    assert!(parser::parse("{ f(1) }").is_err());
    assert!(parser::parse("BEGIN { return 1 }").is_err());
    assert!(out("BEGIN { out = 1 / 0 }").contains("division by zero"));
}
