//! Directories as archives: there and back, and what is refused without a trace.

use std::io::Write;

use axum::body::Body;
use axum::http::Method;
use belljar::{ArchiveFormat, FileWrite};
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use futures::StreamExt;
use serde_json::json;

use super::api::{Answer, Api, python, text};
use crate::support::PYTHON;

const LIST: &str = "import os
for top, dirs, files in sorted(os.walk('.')):
    for name in sorted(dirs + files):
        path = os.path.join(top, name)
        stat = os.lstat(path)
        link = os.readlink(path) if os.path.islink(path) else ''
        data = open(path, 'rb').read() if os.path.isfile(path) and not link else b''
        print(path, oct(stat.st_mode), link, len(data), hash(data) and sum(data))";

async fn upload(api: &Api, path: &str, archive: impl Into<Body>) -> Answer {
    api.answer(api.request(&Method::POST, path, archive.into()))
        .await
}

async fn output(api: &Api, sandbox: &str, code: &str) -> String {
    let execution = api.execute(sandbox, &python(code)).await;
    let id = text(&execution["executionId"]);
    let ended = api.get(&format!("/sandbox/execution/{id}?wait=60s")).await;
    assert_eq!(ended.data()["exitCode"], 0, "{}", ended.json());
    let out = api.get(&text(&execution["stdoutStreamUrl"])).await;
    String::from_utf8(out.body.to_vec()).unwrap()
}

#[tokio::test]
async fn a_directory_goes_out_and_comes_back_the_same() {
    let api = Api::open().await;
    let sandbox = api.sandbox().await;
    let long = "l".repeat(120);
    let code = format!(
        "import os
os.makedirs('src/empty/deeper'); os.makedirs('src/{long}/{long}')
open('src/plain', 'w').write('text')
open('src/zero', 'w')
open('src/{long}/{long}/naïve ✓ 文.txt', 'w').write('x')
open('src/big', 'wb').write(bytes(range(256)) * 12000)
open('src/run', 'w').write('#!'); os.chmod('src/run', 0o750)
os.chmod('src/empty', 0o711)
os.symlink('plain', 'src/link'); os.symlink('/etc/{long}', 'src/dangling')"
    );
    output(&api, &sandbox, &code).await;
    let expected = output(
        &api,
        &sandbox,
        &format!("import os; os.chdir('src')\n{LIST}"),
    )
    .await;
    assert_eq!(expected.lines().count(), 11, "{expected}");
    for format in ["tar.gz", "zip"] {
        let archive = api
            .get(&format!("/fs/download/{sandbox}?path=src&format={format}"))
            .await;
        assert_eq!(archive.status, 200);
        let to = format!("/fs/upload/{sandbox}?path=copies%2F{format}&format=");
        assert_eq!(upload(&api, &to, archive.body.clone()).await.status, 200);
        let code = format!("import os; os.chdir('copies/{format}')\n{LIST}");
        assert_eq!(output(&api, &sandbox, &code).await, expected, "{format}");
        // Over itself, too.
        assert_eq!(upload(&api, &to, archive.body).await.status, 200);
        assert_eq!(output(&api, &sandbox, &code).await, expected, "{format}");
    }
    // What others read of it.
    let code = "import io, sys, zipfile, tarfile
z = zipfile.ZipFile('z'); assert z.testzip() is None
print(len(z.namelist()), z.read('plain'))";
    let archive = api
        .get(&format!("/fs/download/{sandbox}?path=src&format=zip"))
        .await;
    let file = FileWrite {
        path: "z".into(),
        content: archive.body,
    };
    let there = api.belljar.sandbox(&sandbox.parse().unwrap()).unwrap();
    there.write_files(vec![file]).await.unwrap();
    assert_eq!(output(&api, &sandbox, code).await, "11 b'text'\n");
    // A single file.
    let one = api
        .get(&format!("/fs/download/{sandbox}?path=src%2Fplain"))
        .await;
    let to = format!("/fs/upload/{sandbox}?path=one");
    assert_eq!(upload(&api, &to, one.body).await.status, 200);
    let read = api.get(&format!("/fs/{sandbox}?path=one%2Fplain")).await;
    assert_eq!(read.body, "text");
}

#[tokio::test]
async fn what_others_write_is_read() {
    let api = Api::open().await;
    let sandbox = api.sandbox().await;
    let code = "import zipfile, tarfile, os
open('a', 'w').write('a' * 1000); os.link('a', 'b'); os.mkdir('d'); os.symlink('a', 'c')
for kind in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile('%d.zip' % kind, 'w', kind) as z:
        z.write('a'); z.writestr('d/é', 'e'); z.mkdir('empty')
for form in (tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT):
    with tarfile.open('%d.tgz' % form, 'w:gz', format=form) as t:
        for name in 'abcd': t.add(name)";
    output(&api, &sandbox, code).await;
    for name in ["0.zip", "8.zip", "0.tgz", "1.tgz", "2.tgz"] {
        let archive = api.get(&format!("/fs/{sandbox}?path={name}")).await;
        let to = format!("/fs/upload/{sandbox}?path=out{name}");
        let answer = upload(&api, &to, archive.body).await;
        assert_eq!(answer.status, 200, "{name}: {}", answer.json());
        let path = format!("/fs/{sandbox}?path=out{name}%2Fa");
        assert_eq!(api.get(&path).await.body.len(), 1000, "{name}");
    }
    let code = "import os; assert os.stat('out1.tgz/a').st_ino == os.stat('out1.tgz/b').st_ino
print(os.readlink('out1.tgz/c'), os.listdir('out8.zip/empty'))";
    assert_eq!(output(&api, &sandbox, code).await, "a []\n");
}

/// A tar archive of entries: kind, name, target, content; a kind in upper case says a size of 1 TiB.
pub(super) fn tar(entries: &[(u8, &str, &str, &str)]) -> Vec<u8> {
    let mut plain = Vec::new();
    for (kind, name, target, content) in entries {
        let mut header = tar::Header::new_gnu();
        header.as_gnu_mut().unwrap().name[..name.len()].copy_from_slice(name.as_bytes());
        header.as_gnu_mut().unwrap().linkname[..target.len()].copy_from_slice(target.as_bytes());
        header.set_entry_type(tar::EntryType::new(kind.to_ascii_lowercase()));
        header.set_mode(0o644);
        header.set_mtime(0);
        header.set_size(content.len() as u64);
        if kind.is_ascii_uppercase() {
            header.set_entry_type(tar::EntryType::Regular);
            header.set_size(1 << 40);
        }
        header.set_cksum();
        plain.extend_from_slice(header.as_bytes());
        plain.extend_from_slice(content.as_bytes());
        plain.resize(plain.len().next_multiple_of(512), 0);
    }
    plain.extend_from_slice(&[0; 1024]);
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(&plain).unwrap();
    packed.finish().unwrap()
}

#[tokio::test]
async fn hostile_archives_are_refused_and_leave_nothing() {
    let api = Api::open().await;
    let body = json!({ "runtime": PYTHON, "resources": { "disk": "16Mi" } });
    let sandbox = text(&api.post("/sandbox", &body).await.data()["sandboxId"]);
    let code =
        "import os; os.makedirs('to/dir'); os.symlink('/etc', 'to/etc'); open('to/file', 'w')";
    output(&api, &sandbox, code).await;
    let before = output(&api, &sandbox, LIST).await;
    let fine = (b'0', "fine", "", "x");
    let ok = tar(&[fine]);
    let mut wrong = ok.clone();
    let at = wrong.len() - 6;
    wrong[at] ^= 1;
    let cases: &[(&str, Vec<u8>, u16, &str)] = &[
        (
            "up",
            tar(&[fine, (b'0', "a/../../b", "", "x")]),
            400,
            "leads out",
        ),
        (
            "absolute",
            tar(&[fine, (b'0', "/etc/passwd", "", "x")]),
            400,
            "absolute",
        ),
        (
            "through its own link",
            tar(&[(b'2', "l", "/etc", ""), (b'0', "l/x", "", "x")]),
            400,
            "through a link",
        ),
        (
            "through a link there",
            tar(&[fine, (b'0', "etc/x", "", "x")]),
            400,
            "a link",
        ),
        (
            "over a directory",
            tar(&[fine, (b'0', "dir", "", "x")]),
            400,
            "a directory",
        ),
        (
            "below a file",
            tar(&[fine, (b'0', "file/x", "", "x")]),
            400,
            "a file",
        ),
        (
            "a hard link out",
            tar(&[fine, (b'1', "h", "/etc/passwd", "")]),
            400,
            "absolute",
        ),
        (
            "a hard link to nothing",
            tar(&[fine, (b'1', "h", "file", "")]),
            400,
            "no file before",
        ),
        (
            "a device",
            tar(&[fine, (b'3', "dev", "", "")]),
            400,
            "device",
        ),
        ("a pipe", tar(&[fine, (b'6', "pipe", "", "")]), 400, "pipe"),
        ("twice", tar(&[(b'2', "fine", "x", ""), fine]), 400, "twice"),
        (
            "a bomb",
            tar(&[fine, (b'B', "huge", "", "")]),
            413,
            "bytes unpacked",
        ),
        (
            "more than the disk",
            tar(&[fine, (b'0', "big", "", &"x".repeat(17 << 20))]),
            413,
            "disk has",
        ),
        ("cut off", ok[..ok.len() - 20].to_vec(), 400, "archive"),
        ("a wrong checksum", wrong, 400, "archive"),
        ("not one", b"hello".to_vec(), 400, "neither"),
        ("nothing", Vec::new(), 400, "neither"),
        ("half a zip", b"PK\x03\x04....".to_vec(), 400, "cut off"),
    ];
    for (name, archive, status, message) in cases {
        let code = if *status == 413 {
            "TOO_LARGE"
        } else {
            "INVALID_ARGUMENT"
        };
        let to = format!("/fs/upload/{sandbox}?path=to");
        let answer = upload(&api, &to, archive.clone()).await;
        let said = answer.failure(*status, code);
        assert!(said.contains(message), "{name}: {said}");
        assert_eq!(output(&api, &sandbox, LIST).await, before, "{name}");
    }
    let to = format!("/fs/upload/{sandbox}?path=to&format=zip");
    let said = upload(&api, &to, ok.clone())
        .await
        .failure(400, "INVALID_ARGUMENT");
    assert!(said.contains("it is tar.gz, not zip"), "{said}");
    let to = format!("/fs/upload/{sandbox}?format=rar");
    upload(&api, &to, ok.clone())
        .await
        .failure(400, "INVALID_ARGUMENT");
    // A body that is cut off.
    let (half, _) = ok.split_at(ok.len() / 2);
    let pieces = [
        Ok(Bytes::copy_from_slice(half)),
        Err(std::io::Error::other("gone")),
    ];
    let body = Body::from_stream(futures::stream::iter(pieces).map(|piece| piece));
    let to = format!("/fs/upload/{sandbox}?path=to");
    upload(&api, &to, body)
        .await
        .failure(400, "INVALID_ARGUMENT");
    assert_eq!(output(&api, &sandbox, LIST).await, before);
    api.get(&format!("/fs/download/{sandbox}?path=nowhere"))
        .await
        .failure(404, "FILE_NOT_FOUND");
    api.get(&format!("/fs/download/{sandbox}?format=7z"))
        .await
        .failure(400, "INVALID_ARGUMENT");
    assert_eq!(ArchiveFormat::parse("zip"), Some(ArchiveFormat::Zip));
}

#[tokio::test]
async fn a_large_file_goes_out_in_pieces_as_it_was_and_holds_nobody_up() {
    let api = Api::open().await;
    let sandbox = api.sandbox().await;
    let code = "open('large', 'wb').write(bytes(range(256)) * 20000)
open('small', 'wb').write(b's' * 1000)";
    output(&api, &sandbox, code).await;
    let small = api.get(&format!("/fs/{sandbox}?path=small")).await;
    assert_eq!(small.headers["content-length"], "1000");
    let path = format!("/fs/{sandbox}?path=large");
    let request = api.request(&Method::GET, &path, Body::empty());
    let response = api.send(request).await;
    assert!(!response.headers().contains_key("content-length"));
    // It is not read yet, and the sandbox goes on.
    output(&api, &sandbox, "open('large', 'w').write('other')").await;
    let pause = format!("/sandbox/{sandbox}/pause");
    assert_eq!(api.post(&pause, &json!({})).await.status, 200);
    let read = super::api::read(response).await;
    assert_eq!(read.headers["x-content-type-options"], "nosniff");
    let expected: Vec<u8> = (0..=255).collect::<Vec<u8>>().repeat(20000);
    assert!(read.body == expected, "{} bytes", read.body.len());
    assert_eq!(api.get(&path).await.body, "other".as_bytes());
    for (path, code) in [("none", 404), ("..", 400)] {
        let refused = api.get(&format!("/fs/{sandbox}?path={path}")).await;
        assert_eq!(refused.status, code, "{path}: {refused:?}");
    }
}
