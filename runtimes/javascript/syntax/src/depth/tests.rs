use crate::{Language, Options, prepare};

/// What repeats before, in the middle, what repeats after.
const SHAPES: &[(&str, &str, &str)] = &[
    ("(", "1", ")"),
    ("[", "1", "]"),
    ("{a:", "1", "}"),
    ("function(){return ", "1", "}"),
    ("()=>{return ", "1", "}"),
    ("a=>", "1", ""),
    ("(a)=>", "1", ""),
    ("f(", "1", ")"),
    ("f((a)=>g(", "1", "))"),
    ("!", "1", ""),
    ("-", "1", ""),
    ("typeof ", "1", ""),
    ("new ", "a", ""),
    ("await ", "1", ""),
    ("a=", "1", ""),
    ("a+=", "1", ""),
    ("a?b:", "1", ""),
    ("a**", "1", ""),
    ("a+", "1", ""),
    ("a&&", "1", ""),
    ("a<b&&", "1", ""),
    ("a??", "1", ""),
    ("`${", "1", "}`"),
    ("class{a=", "1", "}"),
    ("class{a(){return ", "1", "}}"),
    ("class extends ", "a", "{}"),
    ("import(", "1", ")"),
    ("<any>", "1", ""),
    ("a<", "b", ">"),
    ("a as {b:", "c", "}"),
    ("a as A<", "c", ">"),
    ("a", ".b", ""),
    ("a", ".b()", ""),
    ("a", "!", ""),
    ("a", " as any", ""),
    ("a", "?.[0]", ""),
];

const STATEMENTS: &[(&str, &str, &str)] = &[
    ("{", "1", "}"),
    ("if(x){", "1", "}"),
    ("if(x){}else ", "1", ""),
    ("if(x)\n", "1", ""),
    ("for(;;)", "1", ""),
    ("while(x)", "1", ""),
    ("do ", "1", " while(x)"),
    ("switch(x){case 1:", "1", "}"),
    ("try{", "1", "}finally{}"),
    ("type x = keyof ", "1", ""),
    ("namespace A {export ", "let x = 1", "}"),
    ("type x = a extends b ? c :", " d", ""),
    ("let x: (a:", " d", ") => void"),
    ("let [", "a", "] = 1"),
    ("let {a:", "a", "} = 1"),
];

fn build(shape: &(&str, &str, &str), times: usize) -> String {
    let (before, middle, after) = shape;
    if *before == "a" {
        return format!("a{}", middle.repeat(times));
    }
    format!("{}{middle}{}", before.repeat(times), after.repeat(times))
}

/// Prepares on a stack of the smallest size that is supported; unoptimized frames are larger.
fn prepare_small(source: String, language: Language) -> Result<(), String> {
    let stack = if cfg!(debug_assertions) {
        24 << 20
    } else {
        1 << 20
    };
    let run = move || {
        let options = Options::new("x", language);
        prepare(&source, &options)
            .map(|_| ())
            .map_err(|error| error.message)
    };
    std::thread::Builder::new()
        .stack_size(stack)
        .spawn(run)
        .unwrap()
        .join()
        .unwrap()
}

#[test]
fn nesting_is_refused_before_the_stack_overflows() {
    let mut sources = Vec::new();
    for times in [50, 200, 400, 800, 1600, 3000, 6000, 12_000, 100_000] {
        for shape in SHAPES {
            sources.push((
                format!("export let x = {}", build(shape, times)),
                Language::Ts,
                times,
            ));
        }
        for shape in STATEMENTS {
            sources.push((
                format!("export {{}}; {}", build(shape, times)),
                Language::Ts,
                times,
            ));
        }
        for shape in [
            ("<a>", "", "</a>"),
            ("<a>{", "1", "}</a>"),
            ("<a b={", "1", "}/>"),
        ] {
            sources.push((
                format!("export let x = {}", build(&shape, times)),
                Language::Tsx,
                times,
            ));
        }
    }
    for (source, language, times) in sources {
        let start: String = source.chars().take(40).collect();
        let outcome = prepare_small(source, language);
        let refused = outcome
            .as_ref()
            .is_err_and(|message| message.contains("Too deeply nested"));
        assert!(!(refused && times <= 100), "{start} is fine {times} times");
        if times == 100_000 {
            assert!(refused, "{start}: {outcome:?}");
        }
    }
}

#[test]
fn long_sources_that_nest_little_are_fine() {
    for line in [
        "a = b + c * d - e.f.g(h, [i])\n",
        "if (a < b) { c() }",
        "if (a) b()\nelse c()\n",
        "const f = (a: A<B<C>>): D => { return a < b ? c : d }\n",
        "function f() { return `${a}${b}` }",
        "class A { b = 1; c() { return /[/{(]/.test('(') } }\n",
        "type A = { b: C } | D<E>\n",
        "switch (a) { case 1: b(); case 2: default: c() }\n",
        "export const x = { 'a': '{', \"b\": \"(\" }; // it's ({[\n",
        "label: for (;;) { break label }\n",
        "import a from 'a'\n",
    ] {
        let source = line.repeat(4000);
        super::check(&source, "x", false).unwrap_or_else(|error| panic!("{line}: {error}"));
    }
    let source = "f(<a b='it'>don't {x} <b/> /* ( */</a>)\n".repeat(4000);
    super::check(&source, "x", true).unwrap();
    let source = format!("x = [{}]", "'a' + b.c + `d`,\n".repeat(10_000));
    super::check(&source, "x", false).unwrap();
    let source = format!("x = {}", "'a' +\n".repeat(5_000));
    super::check(&source, "x", false).unwrap();
}
