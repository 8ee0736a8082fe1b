//! The `belljar` command: see `belljar --help`, and `cli` for what it does.

fn main() -> std::process::ExitCode {
    belljar::cli::main()
}
