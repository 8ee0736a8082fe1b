//! Prints what a source file becomes: `prepare FILE [--verbatim] [--legacy] [--assign] [--classic]`.
//! With `--module` or `--commonjs` the format is given; `--facts` prints all but the code, `--time`
//! how long it took, as the best of 20 runs.

use belljar_syntax::{Format, JsxRuntime, Language, Options, prepare};

fn main() -> std::process::ExitCode {
    let mut options = Options::new("", Language::Ts);
    let mut facts = false;
    let mut time = false;
    for argument in std::env::args().skip(1) {
        match argument.as_str() {
            "--verbatim" => options.verbatim_module_syntax = true,
            "--legacy" => options.experimental_decorators = true,
            "--metadata" => options.emit_decorator_metadata = true,
            "--assign" => options.use_define_for_class_fields = false,
            "--classic" => options.jsx.runtime = JsxRuntime::Classic,
            "--module" => options.format = Some(Format::Module),
            "--commonjs" => options.format = Some(Format::CommonJs),
            "--facts" => facts = true,
            "--time" => time = true,
            path => {
                options.language = Language::of_path(path).unwrap_or(Language::Ts);
                options.path = path.to_owned();
            }
        }
    }
    let source = match std::fs::read_to_string(&options.path) {
        Ok(source) => source,
        Err(error) => {
            eprintln!("{}: {error}", options.path);
            return std::process::ExitCode::FAILURE;
        }
    };
    if time {
        let took = |run: &dyn Fn()| {
            let start = std::time::Instant::now();
            run();
            start.elapsed()
        };
        let best = |run: &dyn Fn()| (0..20).map(|_| took(run)).min().unwrap_or_default();
        let whole = best(&|| drop(prepare(&source, &options)));
        let exports = best(&|| drop(belljar_syntax::commonjs_exports(&source)));
        println!(
            "{} bytes: prepare {whole:?}, commonjs_exports {exports:?}",
            source.len()
        );
        return std::process::ExitCode::SUCCESS;
    }
    match prepare(&source, &options) {
        Ok(mut prepared) if facts => {
            let exports = prepared.commonjs_exports();
            prepared.code = "".into();
            println!("{prepared:#?}\n{exports:#?}");
        }
        Ok(prepared) => print!("{}", prepared.code),
        Err(error) => {
            eprintln!("{error}\n{}", error.source_line);
            return std::process::ExitCode::FAILURE;
        }
    }
    std::process::ExitCode::SUCCESS
}
