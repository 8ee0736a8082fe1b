//! No path leads outside, whoever made it: guests and callers try, and the host's files stay
//! unread and unchanged.

use std::fs;
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

/// Has a guest make links to `target` in its working folder: absolute, relative, by way of another
/// link, and through one half-way.
async fn plant(sandbox: &Sandbox, target: &Path) -> Vec<String> {
    let absolute = format!("/{}", slashes(target).trim_start_matches('/'));
    let (parent, name) = absolute.rsplit_once('/').unwrap();
    let relative = format!("{}{}", "../".repeat(40), &absolute[1..]);
    let code = format!(
        "import os\n\
         os.symlink({absolute:?}, 'absolute')\n\
         os.symlink({relative:?}, 'relative')\n\
         os.symlink('absolute', 'chained')\n\
         os.symlink({parent:?}, 'parent')\n\
         os.symlink('../../..', 'above')"
    );
    run(sandbox, python(&code)).await.expect(0, "");
    let through = format!("parent/{name}");
    ["absolute", "relative", "chained", &through]
        .map(str::to_owned)
        .into()
}

/// A path of the host as a guest would spell it.
fn slashes(path: &Path) -> String {
    path.to_str().unwrap().replace('\\', "/")
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
    // What an absolute path leads to is the sandbox's own.
    let passwd = sandbox.read_file("/etc/passwd").await.unwrap();
    assert!(passwd.starts_with(b"root:x:0:0:root:/root:/bin/sh\nagentuity:"));
    let error = sandbox.read_file("/proc/self/environ").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
}

#[tokio::test]
async fn links_that_lead_outside_are_no_way_in_for_callers() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    let outside = Outside::new();
    for path in plant(&sandbox, &outside.path().join("secret")).await {
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
    let planted = plant(&sandbox, &outside.path().join("folder")).await;
    // Above the working folder is the sandbox's root, and above that nothing.
    let above = sandbox.list_files(Some("above")).await.unwrap();
    assert!(above.iter().any(|entry| entry.path == "usr"), "{above:?}");
    for path in planted {
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
    sandbox.destroy().await.unwrap();
    outside.check();
}

#[tokio::test]
async fn links_that_lead_outside_are_no_way_in_for_guests() {
    let belljar = Opened::new().await;
    let outside = Outside::new();
    for target in ["secret", "folder"] {
        let sandbox = belljar.fresh().await;
        let paths = plant(&sandbox, &outside.path().join(target)).await;
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
             for path in {paths:?}:\n  \
               for attempt in attempts:\n    \
                 try: attempt(path)\n    \
                 except OSError: pass\n\
             print('done')"
        );
        let ended = run(&sandbox, python(&code)).await;
        assert_eq!(ended.exit_code, Some(0), "{ended:#?}");
        assert!(ended.text().ends_with("done\n"), "{ended:#?}");
        // Where the links lead there is nothing in the sandbox, and the host's files are elsewhere.
        for leak in ["READ", "STAT", SECRET] {
            assert!(!ended.text().contains(leak), "{ended:#?}");
        }
        outside.check();
    }
}

#[tokio::test]
async fn links_of_guests_lead_to_the_files_of_the_sandbox() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    let outside = Outside::new();
    let secret = slashes(&outside.path().join("secret"));
    let code = format!(
        "import os\n\
         secret = {secret:?}\n\
         targets = [secret, '../' * 40 + secret[1:], '/proc/self/environ', '../../../../proc/self/environ']\n\
         for n, target in enumerate(targets):\n  \
           os.symlink(target, f'link{{n}}')\n  \
           for attempt in [lambda p: open(p).read(), lambda p: os.listdir(p), lambda p: open(p, 'w')]:\n    \
             try: print('GOT', target, attempt(f'link{{n}}'))\n    \
             except OSError: pass\n\
         for n, target in enumerate(['/etc/passwd', '../../../../etc/passwd', '/', '..', '../../..']):\n  \
           os.symlink(target, f'own{{n}}')\n\
         own = open('/etc/passwd').read()\n\
         print(open('own0').read() == own, open('own1').read() == own, 'usr' in os.listdir('own2'),\n  \
               os.listdir('own3'), 'usr' in os.listdir('own4'))"
    );
    let ended = run(&sandbox, python(&code)).await;
    ended.expect(0, "True True True ['agentuity'] True\n");
    outside.check();
    for n in 0..4 {
        let read = sandbox.read_file(&format!("link{n}")).await;
        assert!(read.is_err(), "{n}: {read:?}");
    }
    let own = sandbox.read_file("/etc/passwd").await.unwrap();
    assert_eq!(sandbox.read_file("own1").await.unwrap(), own);
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
    let id = theirs.id().as_str();
    let data = slashes(belljar.data());
    let code = format!(
        "import os\n\
         for n, target in enumerate(['{data}/sandboxes/{id}', '../../../{id}/home/agentuity/private', '../../../../{id}']):\n  \
           os.symlink(target, f'link{{n}}')\n  \
           for attempt in [open, os.listdir]:\n    \
             try: print('GOT', attempt(f'link{{n}}'))\n    \
             except OSError: pass\n\
         for folder, folders, files in os.walk('/'):\n  \
           if 'private' in files or {id:?} in folders: print('FOUND', folder)"
    );
    run(&ours, python(&code)).await.expect(0, "");
    let direct = format!("../../../{id}/home/agentuity/private");
    let error = ours.read_file(&direct).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
}
