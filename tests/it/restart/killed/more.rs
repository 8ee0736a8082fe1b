//! Calls of which one thing takes more than one, or which carry no JSON.

use std::io::{self, Read};

use bytes::Bytes;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use futures::future::join;
use reqwest::Method;
use serde_json::{Value, json};

use super::super::server::{stream_of, text};
use super::check::fit;
use super::load::{Gone, Load, TAGS};
use super::model::{Asked, Content, Env, FILES, FOLDERS, Found, Job, Node, Oneshot, Sandbox, Tree};
use super::op::{Op, may_take, took};
use crate::support::PYTHON;

/// Input is sent in pieces of so many bytes.
const PIECE: usize = 4_000;

/// An archive of files.
fn pack<'a>(files: impl IntoIterator<Item = (&'a str, Content)>) -> Vec<u8> {
    let mut archive = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for (path, content) in files {
        let bytes = content.bytes();
        let mut header = tar::Header::new_gnu();
        header.set_mode(0o644);
        header.set_size(bytes.len() as u64);
        archive
            .append_data(&mut header, path, bytes.as_slice())
            .unwrap();
    }
    archive.into_inner().unwrap().finish().unwrap()
}

/// What is in one.
fn unpack(archive: &[u8]) -> Vec<(String, Found)> {
    let mut found = Vec::new();
    let mut archive = tar::Archive::new(GzDecoder::new(archive));
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        let path = entry.path().unwrap().to_string_lossy().into_owned();
        let path = path.trim_start_matches("./").trim_end_matches('/');
        if path.is_empty() {
            continue;
        }
        let what = if entry.header().entry_type().is_dir() {
            Found::Folder
        } else {
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).unwrap();
            Found::File(bytes)
        };
        found.push((path.to_owned(), what));
    }
    found
}

impl Load {
    async fn post(&self, path: &str, body: &Value) -> Result<Value, Gone> {
        let answer = self.client.call(Method::POST, path, Some(body)).await;
        let (status, answer) = answer.ok_or(Gone)?;
        assert!((200..300).contains(&status), "{path}: {status}: {answer}");
        Ok(answer)
    }

    pub(super) async fn upload(
        &self,
        path: &str,
        files: &[(&'static str, Content)],
    ) -> Result<(), Gone> {
        let archive = pack(files.iter().copied());
        let sent = self
            .client
            .exchange(Method::POST, path, Some(archive.into()));
        let (status, answer) = sent.await.ok_or(Gone)?;
        assert_eq!(status, 200, "{answer:?}");
        Ok(())
    }

    /// Whatever is in the archive may be in the sandbox.
    pub(super) async fn download(&self, path: &str, now: &Sandbox) -> Result<(), Gone> {
        let sent = self.client.exchange(Method::GET, path, None);
        let (status, answer) = sent.await.ok_or(Gone)?;
        assert_eq!(status, 200, "{answer:?}");
        let found = unpack(&answer);
        assert!(
            now.trees.iter().any(|tree| fit(tree, &found).is_some()),
            "the archive has {found:?}, which is none of {:#?}",
            now.trees
        );
        Ok(())
    }

    /// Waits for the end of a job, or ends it.
    pub(super) async fn job(&self, id: &str, op: &Op, data: &Value) -> Result<(), Gone> {
        let Op::Job {
            path: file,
            content,
            stopped,
        } = op
        else {
            panic!("{op:?}");
        };
        let job = text(&data["jobId"]);
        let path = format!("/sandbox/sandboxes/{id}/jobs/{job}");
        let stdout = stream_of(&data["stdoutStreamUrl"]);
        let of_this = {
            let mut world = self.world();
            let jobs = &mut world.sandbox(id).jobs;
            jobs.push(Job {
                id: job.parse().unwrap(),
                stopped: *stopped,
                ended: false,
                path: file.clone(),
                content: *content,
            });
            jobs.len() - 1
        };
        let method = if *stopped {
            Method::DELETE
        } else {
            // Its output ends when it does.
            let output = format!("/stream/{stdout}");
            let read = self.client.exchange(Method::GET, &output, None).await;
            assert_eq!(read.ok_or(Gone)?, (200, Bytes::new()));
            Method::GET
        };
        let (status, answer) = self.client.call(method, &path, None).await.ok_or(Gone)?;
        assert_eq!(status, 200, "{answer}");
        let ended = if *stopped { "cancelled" } else { "completed" };
        assert_eq!(answer["data"]["status"], ended, "{answer}");
        let mut world = self.world();
        world.answered(op.kind());
        let sandbox = world.sandbox(id);
        sandbox.jobs[of_this].ended = true;
        if !*stopped {
            assert_eq!(answer["data"]["exitCode"], 0, "{answer}");
            let (folder, _) = file.split_once('/').unwrap();
            sandbox.change(|tree| {
                tree.is(folder, Node::Folder);
                tree.is(file, Node::File(*content));
            });
        }
        Ok(())
    }

    /// A sandbox for one command, whose input is sent while it runs.
    pub(super) async fn oneshot(&mut self) -> Result<(), Gone> {
        let (token, content) = (self.token(), self.content());
        self.world().made("one-shot");
        let stdin = text(&self.post("/stream", &json!({ "name": token })).await?["id"]);
        let body = json!({
            "runtime": PYTHON, "name": token,
            "command": { "exec": ["wc", "-c"], "mode": "oneshot" },
            "stream": { "stdin": stdin },
        });
        let created = self.post("/sandbox", &body).await?;
        let data = &created["data"];
        let execution = text(&data["executionId"]);
        self.world().oneshots.push(Oneshot {
            id: text(&data["sandboxId"]),
            execution: execution.parse().unwrap(),
            stdin: stdin.parse().unwrap(),
            stdout: stream_of(&data["stdoutStreamUrl"]),
            output: format!("{}\n", content.len),
            ended: false,
        });
        let bytes = Bytes::from(content.bytes());
        let pieces: Vec<_> = bytes
            .chunks(PIECE)
            .map(|piece| Ok::<_, io::Error>(bytes.slice_ref(piece)))
            .collect();
        let input = reqwest::Body::wrap_stream(futures::stream::iter(pieces));
        let to = format!("/stream/{stdin}");
        let end = format!("/sandbox/execution/{execution}?wait=60s");
        let (sent, ended) = join(
            self.client.exchange(Method::PUT, &to, Some(input)),
            self.client.call(Method::GET, &end, None),
        )
        .await;
        let (sent, (status, ended)) = (sent.ok_or(Gone)?, ended.ok_or(Gone)?);
        // The answer begins long before it is complete.
        if ended["data"].is_null() && status == 200 {
            return Err(Gone);
        }
        assert_eq!(sent.0, 200, "{sent:?}");
        let exit = (status, &ended["data"]["exitCode"]);
        assert_eq!(exit, (200, &json!(0)), "{ended}");
        let mut world = self.world();
        world.answered("one-shot");
        let mut this = world.oneshots.iter_mut();
        let this = this.find(|one| one.execution.as_str() == execution);
        this.unwrap().ended = true;
        Ok(())
    }

    /// A snapshot of files that no sandbox had.
    pub(super) async fn build(&mut self) -> Result<(), Gone> {
        let (number, token) = (self.number, self.token());
        let tag = TAGS[self.random.below(TAGS.len())].to_owned();
        let mut tree = Tree::default();
        let mut files = Vec::new();
        for folder in FOLDERS.iter().take(1 + self.random.below(FOLDERS.len())) {
            let (path, content) = (format!("{folder}/{}", FILES[1]), self.content());
            tree.is(folder, Node::Folder);
            tree.is(&path, Node::File(content));
            files.push((path, content));
        }
        self.world().made("build");
        let body = json!({
            "runtime": PYTHON, "name": format!("client{number}"), "tag": tag, "description": token,
        });
        let begun = self.post("/sandbox/snapshots/build", &body).await?;
        let id = text(&begun["data"]["snapshotId"]);
        let archive = pack(
            files
                .iter()
                .map(|(path, content)| (path.as_str(), *content)),
        );
        let to = format!("/sandbox/snapshots/{id}/upload");
        let sent = self.client.exchange(Method::PUT, &to, Some(archive.into()));
        let (status, answer) = sent.await.ok_or(Gone)?;
        assert_eq!(status, 200, "{answer:?}");
        let asked = Asked {
            client: number,
            tree,
            env: Env::new(),
            tag: Some(tag.clone()),
        };
        {
            let mut world = self.world();
            may_take(&mut world, number, Some(&tag));
            world.asked.insert(token.clone(), asked);
        }
        let path = format!("/sandbox/snapshots/{id}/finalize");
        let made = self.post(&path, &json!({})).await?;
        assert_eq!(made["data"]["snapshotId"], id, "{made}");
        let mut world = self.world();
        world.answered("build");
        took(&mut world, number, Some(&tag));
        let asked = world.asked.remove(&token).unwrap();
        world
            .snapshots
            .insert(id.parse().unwrap(), asked.snapshot());
        Ok(())
    }
}
