//! What Belljar offers to programs beyond WASI: processes, signals, open file descriptions that are
//! handed on, permission bits. A thin layer over the interfaces in `wit/process.wit` and
//! `wit/deps/posix`, which say what each call does; here they speak [`std::io`].

mod bindings {
    wit_bindgen::generate!({
        path: "../../../wit",
        world: "belljar:process/tools",
        generate_all,
    });
}

pub mod clock;
pub mod descriptions;
mod error;
pub mod posix;
pub mod process;
pub mod signals;

pub use descriptions::Description;

/// The arguments of this process, its name first. (What the standard library knows of them comes
/// through the preview 1 adapter, which has room for some thousand.)
pub fn args() -> Vec<String> {
    bindings::wasi::cli::environment::get_arguments()
}

/// The working directory that this process was started in, an absolute path.
pub fn initial_cwd() -> String {
    bindings::wasi::cli::environment::initial_cwd().unwrap_or_else(|| "/".to_owned())
}

/// To be called first in `main`: takes the working directory that the process was started in, which
/// preview 1 does not know.
pub fn start() {
    // A directory that is gone leaves the process at the root, as nothing better is known.
    let _gone = std::env::set_current_dir(initial_cwd());
}
