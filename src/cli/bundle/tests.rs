//! Archives, from files and to files.

use super::*;

fn sent(entries: Vec<Entry>) -> (Result<(), CliError>, Result<Vec<u8>, io::Error>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    runtime.block_on(async {
        let mut got = Ok(Vec::new());
        let collect = async |mut pieces: Pieces| {
            while let Some(piece) = pieces.next().await {
                match (&mut got, piece) {
                    (Ok(all), Ok(piece)) => all.extend_from_slice(&piece),
                    (got, Err(error)) => *got = Err(error),
                    (Err(_), Ok(_)) => {}
                }
            }
            Ok(())
        };
        let done = send(entries, &Bar::bytes("testing", None), collect).await;
        (done, got)
    })
}

fn unpacked(archive: &[u8], to: &Target) -> Result<u64, CliError> {
    unpack_all(archive, to, &Bar::bytes("testing", None))
}

fn tar_gz(entries: &[(&str, EntryType, &str)]) -> Vec<u8> {
    let mut archive = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for (name, kind, content) in entries {
        let mut header = Header::new_gnu();
        let field = &mut header.as_gnu_mut().unwrap().name;
        field[..name.len()].copy_from_slice(name.as_bytes());
        header.set_entry_type(*kind);
        header.set_mode(0o644);
        header.set_size(content.len() as u64);
        if *kind == EntryType::Symlink {
            header.set_link_name_literal("/etc/passwd").unwrap();
        }
        header.set_cksum();
        archive.append(&header, content.as_bytes()).unwrap();
    }
    archive.into_inner().unwrap().finish().unwrap()
}

#[test]
fn a_tree_comes_out_as_it_went_in() {
    let folder = tempfile::tempdir().unwrap();
    let from = folder.path().join("from");
    let long = "n".repeat(120);
    std::fs::create_dir_all(from.join("a b/é")).unwrap();
    std::fs::write(from.join("a b/é").join(&long), vec![7; 300_000]).unwrap();
    std::fs::write(from.join("empty"), "").unwrap();
    let entries = walk(&from, "").unwrap();
    assert_eq!(bytes_of(&entries), 300_000);
    let (done, archive) = sent(entries);
    done.unwrap();
    let to = folder.path().join("to");
    let files = unpacked(&archive.unwrap(), &Target::Directory(to.clone())).unwrap();
    assert_eq!(files, 2);
    assert_eq!(
        std::fs::read(to.join("a b/é").join(long)).unwrap(),
        vec![7; 300_000]
    );
    assert_eq!(std::fs::read(to.join("empty")).unwrap(), b"");
}

#[test]
fn names_of_a_guest_stay_below_the_target() {
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("to");
    let archive = tar_gz(&[
        ("../out", EntryType::Regular, "x"),
        ("/out", EntryType::Regular, "x"),
        ("a/../../out", EntryType::Regular, "x"),
        ("link", EntryType::Symlink, ""),
        ("fifo", EntryType::Fifo, ""),
        ("in", EntryType::Regular, "x"),
    ]);
    assert_eq!(
        unpacked(&archive, &Target::Directory(to.clone())).unwrap(),
        1
    );
    let there: Vec<_> = std::fs::read_dir(&to).unwrap().collect();
    assert_eq!(there.len(), 1);
    assert!(!folder.path().join("out").exists());
}

#[test]
fn what_is_cut_off_replaces_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("file");
    std::fs::write(&to, "before").unwrap();
    let text: String = (0..20_000).map(|n| format!("{n} ")).collect();
    let whole = tar_gz(&[("file", EntryType::Regular, &text)]);
    for length in [0, 10, whole.len() / 2] {
        let error = unpacked(&whole[..length], &Target::File(to.clone())).unwrap_err();
        assert!(matches!(error, CliError::CutOff { .. }), "{error:?}");
        assert_eq!(std::fs::read(&to).unwrap(), b"before");
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    assert_eq!(unpacked(&whole, &Target::File(to.clone())).unwrap(), 1);
    assert_eq!(std::fs::read_to_string(&to).unwrap(), text);
}

#[test]
fn a_file_that_shrinks_is_an_error_and_the_archive_is_cut_off() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, vec![1; 1000]).unwrap();
    let entries = walk(&file, "file").unwrap();
    std::fs::write(&file, "short").unwrap();
    let (done, archive) = sent(entries);
    assert!(matches!(done, Err(CliError::ReadFile { .. })), "{done:?}");
    assert!(archive.is_err());
}

#[test]
fn many_files_are_parts_and_one_large_one_is_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("large");
    // Sparse: only its size is looked at.
    File::create(&file).unwrap().set_len(ARCHIVE_BYTES).unwrap();
    for name in ["a", "b"] {
        std::fs::write(folder.path().join(name), "x").unwrap();
    }
    let parts = parts(walk(folder.path(), "").unwrap());
    assert!(parts.len() >= 2, "{parts:?}");
    for part in &parts {
        assert!(part.len() == 1 || bytes_of(part) <= ARCHIVE_BYTES);
    }
    assert_eq!(parts.iter().map(Vec::len).sum::<usize>(), 4);
}
