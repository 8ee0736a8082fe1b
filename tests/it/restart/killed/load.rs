//! Clients that do everything at once until the server is gone.

use std::sync::{Arc, Mutex, MutexGuard};

use futures::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use super::super::server::{Client, stream_of, text};
use super::model::{
    Asked, Checkpoint, Content, Env, Execution, FILES, FOLDERS, Life, Node, Random, Sandbox, There,
    Tree, VARIABLES, World,
};
use super::op::{Op, base64, may_take, took};
use crate::support::PYTHON;

/// A client has no more sandboxes and snapshots than this.
const MOST: usize = 4;
/// Tags, of which a client's snapshots take each other's.
pub(super) const TAGS: [&str; 3] = ["latest", "v1", "v2"];

pub(super) type Shared = Arc<Mutex<World>>;

pub(super) struct Load {
    pub(super) number: usize,
    pub(super) client: Client,
    pub(super) world: Shared,
    pub(super) random: Random,
}

/// The server is gone.
#[derive(Debug)]
pub(super) struct Gone;

impl Load {
    /// Works until the server is gone.
    pub(super) async fn run(mut self) {
        while self.turn().await.is_ok() {}
    }

    pub(super) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap()
    }

    async fn turn(&mut self) -> Result<(), Gone> {
        let own = self.world().of(self.number);
        let Some(id) = self.random.pick(&own) else {
            return self.create().await;
        };
        match self.random.below(16) {
            0 if own.len() < MOST => self.create().await,
            1 => self.change_snapshot().await,
            2 => self.oneshot().await,
            3 => self.build().await,
            _ => {
                let (ops, now) = self.plan(&id, own.len());
                let performing = ops.iter().map(|op| self.perform(&id, op, &now));
                let done: Vec<_> = join_all(performing).await;
                done.into_iter().collect::<Result<(), Gone>>()?;
                self.settle(&id, &ops);
                Ok(())
            }
        }
    }

    /// After calls at once that were all answered it is known whether it is paused, unless it was
    /// paused and used at once.
    fn settle(&self, id: &str, ops: &[Op]) {
        let mut world = self.world();
        let Some(sandbox) = world.sandboxes.get_mut(id) else {
            return;
        };
        let paused = ops.iter().any(|op| matches!(op, Op::Pause));
        let used = ops.iter().any(Op::resumes);
        match (paused, used) {
            (true, false) => sandbox.is(Life::Paused),
            (false, true) => sandbox.is(Life::Idle),
            _ => {}
        }
    }

    fn fresh(&self) -> u32 {
        self.world().fresh()
    }

    pub(super) fn token(&self) -> String {
        format!("c{}-{}", self.number, self.fresh())
    }

    pub(super) fn content(&mut self) -> Content {
        let len = match self.random.below(10) {
            0 => 0,
            // More than one blob.
            1 => (1 << 20) + self.random.below(1 << 20),
            2..=4 => self.random.below(100_000),
            _ => self.random.below(2_000),
        };
        Content {
            mark: self.fresh(),
            len,
        }
    }

    /// Calls to make at once, and the sandbox as it may be meanwhile. They are told to the world as
    /// begun.
    fn plan(&mut self, id: &str, count: usize) -> (Vec<Op>, Sandbox) {
        let sandbox = self.world().sandbox(id).clone();
        let there = |there: &Checkpoint| there.there == There::Yes;
        let checkpoints = sandbox.checkpoints.iter().filter(|(_, one)| there(one));
        let checkpoints: Vec<String> = checkpoints.map(|(name, _)| name.clone()).collect();
        let awake = sandbox.lives.iter().all(|life| *life == Life::Idle);
        let asleep = sandbox.lives.iter().all(|life| *life == Life::Paused);
        let alone = match self.random.below(16) {
            0..=2 if count >= MOST => Some(Op::Destroy),
            3..=7 if asleep => Some(Op::Resume),
            3 | 4 if awake => self
                .random
                .pick(&checkpoints)
                .map(|name| Op::Restore { name }),
            5 if awake => self
                .random
                .pick(&checkpoints)
                .map(|name| Op::Forget { name }),
            _ => None,
        };
        let ops = alone.map_or_else(
            || self.several(awake, checkpoints.len(), count),
            |op| vec![op],
        );
        let mut world = self.world();
        for op in &ops {
            op.begin(world.sandbox(id));
        }
        // What is taken now has what is changed at the same time, or has it not.
        let now = world.sandbox(id).clone();
        for op in &ops {
            op.ask(self.number, &now, &mut world, id);
        }
        drop(world);
        (ops, now)
    }

    fn several(&mut self, awake: bool, checkpoints: usize, count: usize) -> Vec<Op> {
        let mut ops = Vec::new();
        let mut folders = FOLDERS.to_vec();
        for _ in 0..=self.random.below(3) {
            let folder = folders.swap_remove(self.random.below(folders.len()));
            let file = FILES[self.random.below(FILES.len())];
            let path = format!("{folder}/{file}");
            ops.push(match self.random.below(15) {
                0 => Op::Make { folder },
                1 => Op::Clear { folder },
                2 => Op::Remove { path },
                3 if !ops.iter().any(|op| matches!(op, Op::Execute { .. })) => Op::Execute {
                    path,
                    content: self.content(),
                },
                4 => Op::Write {
                    folder,
                    files: vec![(FILES[0], self.content()), (FILES[2], self.content())],
                },
                5 | 6 => Op::Upload {
                    folder,
                    files: vec![(FILES[0], self.content()), (FILES[1], self.content())],
                },
                7 => Op::Download,
                8 | 9 => Op::Job {
                    path,
                    content: Content {
                        mark: self.fresh(),
                        len: 16 + self.random.below(48),
                    },
                    stopped: self.random.one_in(2),
                },
                10 => Op::Env {
                    name: VARIABLES[self.random.below(VARIABLES.len())],
                    value: (!self.random.one_in(4)).then(|| self.token()),
                },
                _ => Op::Write {
                    folder,
                    files: vec![(file, self.content())],
                },
            });
        }
        let works = |op: &Op| matches!(op, Op::Execute { .. } | Op::Job { .. });
        let busy = ops.iter().any(works);
        match self.random.below(8) {
            0 if awake && !busy => ops.push(Op::Pause),
            1 | 2 if awake && checkpoints < MOST => {
                ops.push(Op::Checkpoint { name: self.token() });
            }
            3 if count < MOST => ops.push(Op::Fork {
                token: self.token(),
            }),
            4 | 5 => ops.push(Op::Snapshot {
                token: self.token(),
                tag: TAGS[self.random.below(TAGS.len())].to_owned(),
            }),
            _ => {}
        }
        ops
    }

    async fn perform(&self, id: &str, op: &Op, now: &Sandbox) -> Result<(), Gone> {
        let (method, path, body) = op.request(self.number, id);
        self.world().made(op.kind());
        match op {
            Op::Upload { files, .. } => self.upload(&path, files).await?,
            Op::Download => self.download(&path, now).await?,
            _ => return self.perform_one(id, op, (method, &path, body)).await,
        }
        let mut world = self.world();
        world.answered(op.kind());
        op.answered(id, &Value::Null, &mut world);
        Ok(())
    }

    async fn perform_one(
        &self,
        id: &str,
        op: &Op,
        (method, path, body): (Method, &str, Option<Value>),
    ) -> Result<(), Gone> {
        let answered = self.client.call(method, path, body.as_ref()).await;
        let (status, answer) = answered.ok_or(Gone)?;
        assert!((200..300).contains(&status), "{op:?}: {status}: {answer}");
        match op {
            Op::Execute { path, content } => {
                return self.execution(id, path, *content, &answer).await;
            }
            Op::Job { .. } => return self.job(id, op, &answer["data"]).await,
            _ => {}
        }
        let mut world = self.world();
        world.answered(op.kind());
        op.answered(id, &answer["data"], &mut world);
        Ok(())
    }

    /// Waits for the end of an execution.
    async fn execution(
        &self,
        id: &str,
        file: &str,
        content: Content,
        answer: &Value,
    ) -> Result<(), Gone> {
        let answer = &answer["data"];
        let execution = Execution {
            id: text(&answer["executionId"]).parse().unwrap(),
            stdout: stream_of(&answer["stdoutStreamUrl"]),
            output: format!("{}\n", content.len),
            ended: false,
            path: file.to_owned(),
            content,
        };
        let path = format!("/sandbox/execution/{}?wait=60s", execution.id);
        self.world().sandbox(id).executions.push(execution);
        let (status, ended) = self
            .client
            .call(Method::GET, &path, None)
            .await
            .ok_or(Gone)?;
        // The answer begins long before it is complete.
        if ended["data"].is_null() && status == 200 {
            return Err(Gone);
        }
        assert_eq!(
            (status, &ended["data"]["exitCode"]),
            (200, &json!(0)),
            "{ended}"
        );
        let mut world = self.world();
        world.answered("execute");
        let sandbox = world.sandbox(id);
        let (folder, _) = file.split_once('/').unwrap();
        sandbox.change(|tree| {
            tree.is(folder, Node::Folder);
            tree.is(file, Node::File(content));
        });
        sandbox.executions.last_mut().unwrap().ended = true;
        Ok(())
    }

    /// Makes a sandbox of the runtime, or of anybody's snapshot.
    async fn create(&mut self) -> Result<(), Gone> {
        let token = self.token();
        let snapshots: Vec<_> = {
            let world = self.world();
            world
                .snapshots
                .iter()
                .map(|(id, one)| (id.clone(), one.tree.clone()))
                .collect()
        };
        let snapshot = self
            .random
            .pick(&snapshots)
            .filter(|_| !self.random.one_in(3));
        let (body, tree) = match &snapshot {
            Some((id, tree)) => (json!({ "snapshot": id, "name": token }), tree.clone()),
            None => {
                let content = self.content();
                let mut tree = Tree::default();
                tree.is("a", Node::Folder);
                tree.is("a/one", Node::File(content));
                let files = [json!({ "path": "a/one", "content": base64(content) })];
                let body = json!({ "runtime": PYTHON, "name": token, "files": files });
                (body, tree)
            }
        };
        let asked = Asked {
            client: self.number,
            tree: tree.clone(),
            env: Env::new(),
            tag: None,
        };
        self.world().asked.insert(token.clone(), asked);
        let kind = snapshot
            .as_ref()
            .map_or("create", |_| "create from a snapshot");
        self.world().made(kind);
        let answered = self
            .client
            .call(Method::POST, "/sandbox", Some(&body))
            .await;
        let (status, answer) = answered.ok_or(Gone)?;
        let id = {
            let mut world = self.world();
            if let (404, Some((id, _))) = (status, &snapshot) {
                // Its owner has deleted it since.
                let known = world.snapshots.get(id);
                assert!(
                    known.is_none_or(|one| one.there == There::Maybe),
                    "{id}: {answer}"
                );
                world.asked.remove(&token);
                return Ok(());
            }
            assert_eq!(status, 201, "{body:?}: {answer}");
            world.answered(kind);
            let id = text(&answer["data"]["sandboxId"]);
            if answer["data"]["status"] == "idle" {
                world.asked.remove(&token);
                world.sandboxes.insert(id, Sandbox::new(self.number, tree));
                return Ok(());
            }
            id
        };
        // Until the runtime is loaded, what is answered is not made yet; this waits for it.
        let path = format!("/fs/list/{id}");
        let waited = self.client.call(Method::GET, &path, None).await;
        let (status, answer) = waited.ok_or(Gone)?;
        assert_eq!(status, 200, "{answer}");
        Ok(())
    }

    /// Gives one of its snapshots another tag or none, or deletes it.
    async fn change_snapshot(&mut self) -> Result<(), Gone> {
        let number = self.number;
        let own: Vec<_> = {
            let world = self.world();
            let own = world
                .snapshots
                .iter()
                .filter(|(_, one)| one.client == number && one.there == There::Yes);
            own.map(|(id, _)| id.clone()).collect()
        };
        let Some(id) = self.random.pick(&own) else {
            return Ok(());
        };
        let path = format!("/sandbox/snapshots/{id}");
        let delete = own.len() > MOST || self.random.one_in(3);
        if delete {
            self.world().snapshots.get_mut(&id).unwrap().there = There::Maybe;
            self.world().made("delete a snapshot");
            let answered = self.client.call(Method::DELETE, &path, None).await;
            let (status, answer) = answered.ok_or(Gone)?;
            assert_eq!(status, 200, "{answer}");
            self.world().snapshots.remove(&id);
            self.world().answered("delete a snapshot");
            return Ok(());
        }
        let tag = self.random.pick(&TAGS).filter(|_| !self.random.one_in(4));
        let tag = tag.map(str::to_owned);
        may_take(&mut self.world(), number, tag.as_ref());
        self.world()
            .snapshots
            .get_mut(&id)
            .unwrap()
            .tags
            .insert(tag.clone());
        let body = json!({ "tag": tag });
        self.world().made("tag");
        let answered = self.client.call(Method::PATCH, &path, Some(&body)).await;
        let (status, answer) = answered.ok_or(Gone)?;
        assert_eq!(status, 200, "{answer}");
        let mut world = self.world();
        world.answered("tag");
        took(&mut world, number, tag.as_ref());
        world.snapshots.get_mut(&id).unwrap().tags = [tag].into();
        Ok(())
    }
}
