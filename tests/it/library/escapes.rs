//! No path leads outside, whoever made it: guests and callers try, and the host's files stay
//! unread and unchanged.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use belljar::{ErrorKind, FileWrite, Sandbox};
use tempfile::TempDir;

use crate::guests::{Opened, python, run};
use crate::support::data_dir;

const SECRET: &str = "a secret of the host";

/// A folder of the host with something in it that must not be read or changed.
struct Outside(TempDir);

impl Outside {
    fn new() -> Self {
        let folder = data_dir();
        fs::write(folder.path().join("secret"), SECRET).unwrap();
        fs::create_dir(folder.path().join("folder")).unwrap();
        fs::write(folder.path().join("folder/kept"), SECRET).unwrap();
        Self(folder)
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    /// Fails if anything about it has changed.
    #[track_caller]
    fn check(&self) {
        let mut names: Vec<PathBuf> = Vec::new();
        for folder in [self.path().to_owned(), self.path().join("folder")] {
            names.extend(
                fs::read_dir(folder)
                    .unwrap()
                    .map(|entry| entry.unwrap().path()),
            );
        }
        names.sort();
        let expected = ["folder", "folder/kept", "secret"].map(|name| self.path().join(name));
        assert_eq!(names, expected);
        for file in ["secret", "folder/kept"] {
            assert_eq!(fs::read_to_string(self.path().join(file)).unwrap(), SECRET);
        }
    }
}

/// Links to `target`, made behind the guest's back in the working folder: absolute, relative, by
/// way of another link, and through one half-way.
fn plant(belljar: &Opened, sandbox: &Sandbox, target: &Path) -> Vec<String> {
    let home = belljar.root_of(sandbox).join("home/agentuity");
    let up = "../".repeat(40);
    let relative = format!("{up}{}", target.strip_prefix("/").unwrap().display());
    symlink(target, home.join("absolute")).unwrap();
    symlink(&relative, home.join("relative")).unwrap();
    symlink("absolute", home.join("chained")).unwrap();
    symlink(target.parent().unwrap(), home.join("parent")).unwrap();
    symlink("../../..", home.join("above")).unwrap();
    let name = target.file_name().unwrap().to_str().unwrap();
    ["absolute", "relative", "chained"]
        .map(str::to_owned)
        .into_iter()
        .chain([format!("parent/{name}")])
        .collect()
}

#[tokio::test]
async fn paths_of_callers_do_not_lead_outside() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    for path in [
        "../../../..",
        "../../../../etc/passwd",
        "/..",
        "/../etc/passwd",
        "a/../../../../x",
    ] {
        let write = FileWrite {
            path: path.into(),
            content: "x".into(),
        };
        for error in [
            sandbox.read_file(path).await.unwrap_err(),
            sandbox.write_files(vec![write]).await.unwrap_err(),
            sandbox.list_files(Some(path)).await.unwrap_err(),
            sandbox.make_dir(path, true).await.unwrap_err(),
            sandbox.remove_file(path).await.unwrap_err(),
            sandbox.remove_dir(path, true).await.unwrap_err(),
        ] {
            assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{path}: {error}");
            assert!(
                error.to_string().contains("leads outside of the sandbox"),
                "{error}"
            );
        }
    }
    // The host's own files are not where an absolute path leads to, either.
    assert!(Path::new("/etc/passwd").exists());
    let error = sandbox.read_file("/etc/passwd").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
}

#[tokio::test]
async fn links_that_lead_outside_are_no_way_in_for_callers() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    let outside = Outside::new();
    for path in plant(&belljar, &sandbox, &outside.path().join("secret")) {
        let error = sandbox.read_file(&path).await.unwrap_err();
        assert!(!error.to_string().contains(SECRET), "{path}: {error}");
        // Refused or put in the link's place: anything but through it.
        let write = FileWrite {
            path: path.clone(),
            content: "x".into(),
        };
        drop(sandbox.write_files(vec![write]).await);
        outside.check();
    }
    let listed = sandbox.list_files(None).await.unwrap();
    let link = listed.iter().find(|entry| entry.path == "relative");
    assert!(
        link.is_none_or(|link| link.is_symlink && link.size < 4096),
        "{link:?}"
    );
    drop(sandbox.remove_file("parent/secret").await);
    outside.check();
}

#[tokio::test]
async fn linked_folders_outside_are_no_way_in_for_callers() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    let outside = Outside::new();
    for path in plant(&belljar, &sandbox, &outside.path().join("folder")) {
        let listed = sandbox.list_files(Some(&path)).await;
        assert!(listed.is_err(), "{path}: {listed:?}");
        let inside = format!("{path}/kept");
        let read = sandbox.read_file(&inside).await;
        assert!(read.is_err(), "{path}: {read:?}");
        for name in ["kept", "new", "a/b/new"] {
            let write = FileWrite {
                path: format!("{path}/{name}"),
                content: "x".into(),
            };
            drop(sandbox.write_files(vec![write]).await);
        }
        drop(sandbox.make_dir(&format!("{path}/made"), true).await);
        drop(sandbox.make_dir(&path, true).await);
        drop(sandbox.remove_file(&inside).await);
        drop(sandbox.remove_dir(&path, true).await);
        drop(sandbox.remove_dir(&format!("{path}/.."), true).await);
        outside.check();
    }
    let above = sandbox.list_files(Some("above")).await;
    assert!(above.is_err(), "{above:?}");
    sandbox.destroy().await.unwrap();
    let root = belljar.root_of(&sandbox);
    crate::guests::eventually("its files are removed", async || !root.exists()).await;
    outside.check();
}

#[tokio::test]
async fn links_that_lead_outside_are_no_way_in_for_guests() {
    let belljar = Opened::new().await;
    let outside = Outside::new();
    for target in ["secret", "folder"] {
        let sandbox = belljar.fresh().await;
        let paths = plant(&belljar, &sandbox, &outside.path().join(target));
        let code = format!(
            "import os, shutil\n\
             def read(path): print('READ', open(path).read())\n\
             def show(path): print('LISTED', os.listdir(path))\n\
             def write(path): open(path, 'w').write('x'); print('WROTE', path)\n\
             def link(path): os.link(path, 'hard'); print('LINKED', path)\n\
             attempts = [\n  \
               read, show, link,\n  \
               lambda path: read(path + '/kept'),\n  \
               lambda path: show(path + '/..'),\n  \
               lambda path: write(path + '/new'),\n  \
               lambda path: write(path + '/kept'),\n  \
               lambda path: os.mkdir(path + '/new'),\n  \
               lambda path: os.unlink(path + '/kept'),\n  \
               lambda path: os.rename(path + '/kept', 'taken'),\n  \
               lambda path: os.truncate(path, 0),\n  \
               lambda path: os.chmod(path, 0),\n  \
               lambda path: shutil.rmtree(path + '/'),\n  \
               lambda path: os.rmdir(path + '/'),\n  \
               lambda path: print('STAT', os.stat(path).st_size),\n  \
               write,\n\
             ]\n\
             for path in {paths:?} + ['above']:\n  \
               for attempt in attempts:\n    \
                 try: attempt(path)\n    \
                 except OSError: pass\n\
             print('done')"
        );
        let ended = run(&sandbox, python(&code)).await;
        assert_eq!(ended.exit_code, Some(0), "{ended:#?}");
        assert!(ended.text().ends_with("done\n"), "{ended:#?}");
        for leak in ["READ", "LISTED", "STAT", SECRET] {
            assert!(!ended.text().contains(leak), "{ended:#?}");
        }
        outside.check();
    }
}

#[tokio::test]
async fn links_of_guests_lead_nowhere_outside() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    let outside = Outside::new();
    let secret = outside.path().join("secret");
    let code = format!(
        "import os\n\
         secret = {secret:?}\n\
         made = 0\n\
         for n, target in enumerate([secret, '../' * 40 + secret[1:], '../../../../etc/passwd', '/etc/passwd', '/', '..', '../../..']):\n  \
           try: os.symlink(target, f'link{{n}}'); made += 1\n  \
           except OSError: continue\n  \
           for attempt in [lambda p: open(p).read(), lambda p: os.listdir(p + '/etc'), lambda p: open(p, 'w')]:\n    \
             try: print('GOT', target, attempt(f'link{{n}}'))\n    \
             except OSError: pass\n\
         try: os.symlink('inside', 'fine'); open('inside', 'w').write('ok'); print(open('fine').read())\n\
         except OSError as error: print(error)\n\
         for path in [secret, '/etc/passwd', '/proc/self/environ', '../../../../etc/passwd', '/dev/null', '/..' + secret]:\n  \
           try: print('GOT', open(path).read())\n  \
           except OSError: pass"
    );
    let ended = run(&sandbox, python(&code)).await;
    ended.expect(0, "ok\n");
    outside.check();
    for n in 0..7 {
        let read = sandbox.read_file(&format!("link{n}")).await;
        assert!(read.is_err(), "{n}: {read:?}");
    }
    assert_eq!(sandbox.read_file("fine").await.unwrap(), "ok");
}

#[tokio::test]
async fn one_sandbox_cannot_reach_another() {
    let belljar = Opened::new().await;
    let (ours, theirs) = (belljar.fresh().await, belljar.fresh().await);
    let write = FileWrite {
        path: "private".into(),
        content: SECRET.into(),
    };
    theirs.write_files(vec![write]).await.unwrap();
    let home = belljar.root_of(&ours).join("home/agentuity");
    let private = belljar.root_of(&theirs).join("home/agentuity/private");
    symlink(&private, home.join("link")).unwrap();
    let id = theirs.id().as_str();
    symlink(
        format!("../../../{id}/home/agentuity/private"),
        home.join("sibling"),
    )
    .unwrap();
    for path in ["link", "sibling"] {
        let read = ours.read_file(path).await;
        assert!(read.is_err(), "{read:?}");
        let code = format!("print(open({path:?}).read())");
        let ended = run(&ours, python(&code)).await;
        assert_eq!(
            (ended.exit_code, ended.text().as_str()),
            (Some(1), ""),
            "{ended:#?}"
        );
    }
    let direct = format!("../../../{id}/home/agentuity/private");
    let error = ours.read_file(&direct).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
}
