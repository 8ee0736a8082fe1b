//! Commands of a sandbox: what they are given, what they leave behind.

use std::collections::BTreeMap;

use belljar::{Command, ErrorKind, ExecutionStatus, SandboxStatus};

use crate::guests::{Ended, Opened, eventually, finish, options, python, run, within};

#[tokio::test]
async fn a_run_gives_output_and_exit_code_and_its_sandbox_is_gone() {
    let belljar = Opened::new().await;
    let code = "import sys\n\
                open('left', 'w').write('x')\n\
                print('out')\n\
                print('err', file=sys.stderr)\n\
                sys.exit(7)";
    let output = belljar.run(options(), python(code)).await.unwrap();
    assert_eq!(output.status, ExecutionStatus::Completed);
    assert_eq!(
        (
            output.exit_code,
            output.stdout.as_slice(),
            output.stderr.as_slice()
        ),
        (7, b"out\n".as_slice(), b"err\n".as_slice())
    );
    assert!(!output.truncated);
    let stats = output.stats.unwrap();
    assert_eq!(stats.output_bytes, 8);
    assert!(
        stats.peak_memory.bytes() > 0 && !stats.cpu.is_zero(),
        "{stats:?}"
    );

    let id = &output.sandbox_id;
    let gone = belljar.sandbox(id).unwrap_err();
    assert_eq!(
        (gone.kind(), gone.code()),
        (ErrorKind::NotFound, "SANDBOX_NOT_FOUND")
    );
    let record = belljar.sandbox_record(id).await.unwrap();
    assert_eq!(
        (record.status, record.exit_code, record.executions),
        (SandboxStatus::Terminated, Some(7), 1)
    );
    assert!(record.ended_at.is_some());
}

#[tokio::test]
async fn runs_leave_nothing_on_the_disk() {
    let belljar = Opened::new().await;
    // Many: removing must not lose a race against keeping the output.
    for _ in 0..30 {
        let output = belljar.run(options(), python("print('x')")).await.unwrap();
        assert_eq!(output.exit_code, 0);
    }
    for folder in ["sandboxes", "output"] {
        let folder = belljar.data().join(folder);
        eventually("the folders are empty", async || {
            std::fs::read_dir(&folder).unwrap().next().is_none()
        })
        .await;
    }
}

#[tokio::test]
async fn commands_of_one_sandbox_share_files_and_nothing_else() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    let code = "import os, json\n\
                os.makedirs('d/e')\n\
                open('d/e/kept', 'w').write('kept')\n\
                open('/tmp/too', 'w').write('too')\n\
                os.environ['LEFT'] = 'x'\n\
                json.left = 'x'\n\
                os.chdir('d')";
    run(&sandbox, python(code)).await.expect(0, "");
    let code = "import os, json\n\
                print(open('d/e/kept').read(), open('/tmp/too').read())\n\
                print(os.environ.get('LEFT'), hasattr(json, 'left'), os.getcwd())";
    for _ in 0..3 {
        run(&sandbox, python(code))
            .await
            .expect(0, "kept too\nNone False /home/agentuity\n");
    }
    assert_eq!(sandbox.record().executions, 4);
    // Not another sandbox's.
    let other = belljar.fresh().await;
    let code = "import os; print(os.listdir('.'), os.listdir('/tmp'))";
    run(&other, python(code)).await.expect(0, "[] []\n");
}

#[tokio::test]
async fn nothing_of_the_hosts_environment_gets_in() {
    let belljar = Opened::new().await;
    let code = "import os\nfor name in sorted(os.environ): print(name, os.environ[name])";
    belljar.python(code).await.expect(
        0,
        "HOME /home/agentuity\n\
         LANG C.UTF-8\n\
         LOGNAME agentuity\n\
         PATH /usr/local/bin:/usr/bin:/bin\n\
         PWD /home/agentuity\n\
         SHELL /bin/sh\n\
         USER agentuity\n",
    );
}

const SHOW: &str = "import os; print([os.environ.get(name) for name in 'ABCD'])";

#[tokio::test]
async fn a_commands_environment_adds_to_the_sandboxes_for_once() {
    let belljar = Opened::new().await;
    let sandbox = options().env("A", "sandbox").env("B", "sandbox");
    let sandbox = belljar.create(sandbox).await.unwrap();
    let special = python(SHOW).env("B", "command").env("C", "grüß=\n");
    run(&sandbox, special)
        .await
        .expect(0, "['sandbox', 'command', 'grüß=\\n', None]\n");
    run(&sandbox, python(SHOW))
        .await
        .expect(0, "['sandbox', 'sandbox', None, None]\n");
}

#[tokio::test]
async fn a_changed_environment_is_that_of_later_commands() {
    let belljar = Opened::new().await;
    let sandbox = options().env("A", "1").env("B", "2");
    let sandbox = belljar.create(sandbox).await.unwrap();
    let changes = [("A", None), ("B", Some("3")), ("C", Some(""))];
    let changes = changes.map(|(name, value)| (name.to_owned(), value.map(str::to_owned)));
    let all = sandbox.set_env(BTreeMap::from(changes)).await.unwrap();
    let expected = [("B", "3"), ("C", "")].map(|(name, value)| (name.into(), value.into()));
    assert_eq!(all, BTreeMap::from(expected));
    assert_eq!(sandbox.record().env, all);
    run(&sandbox, python(SHOW))
        .await
        .expect(0, "[None, '3', '', None]\n");
    // What is refused changes nothing.
    for bad in ["", "X=Y", "X\0"] {
        let changes = [
            (bad.to_owned(), Some("x".to_owned())),
            ("B".to_owned(), None),
        ];
        let error = sandbox.set_env(BTreeMap::from(changes)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{error}");
    }
    assert_eq!(sandbox.record().env, all);
}

#[tokio::test]
async fn the_working_directory_is_chosen_per_command() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    sandbox.make_dir("d/e", true).await.unwrap();
    let code = "import os; print(os.getcwd(), os.environ['PWD']); open('here', 'w').close()";
    for (cwd, expected) in [
        ("d/e", "/home/agentuity/d/e"),
        ("./d/../d", "/home/agentuity/d"),
        ("/tmp", "/tmp"),
        ("/", "/"),
    ] {
        run(&sandbox, python(code).cwd(cwd))
            .await
            .expect(0, &format!("{expected} {expected}\n"));
        sandbox
            .read_file(&format!("{expected}/here"))
            .await
            .unwrap();
    }
    let code = "import os; print(os.path.isfile('json/__init__.py'))";
    run(&sandbox, python(code).cwd("/usr/lib/python3.14"))
        .await
        .expect(0, "True\n");
}

#[tokio::test]
async fn a_working_directory_that_is_not_there_is_a_failure_that_says_so() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    let file = belljar::FileWrite {
        path: "file".into(),
        content: "x".into(),
    };
    sandbox.write_files(vec![file]).await.unwrap();
    for (cwd, reason) in [
        ("none", "/home/agentuity/none: no such file or directory"),
        ("file", "/home/agentuity/file: not a directory"),
    ] {
        let ended = run(&sandbox, python("print('ran')").cwd(cwd)).await;
        assert_eq!(
            (ended.status, ended.exit_code, ended.text().as_str()),
            (ExecutionStatus::Failed, Some(126), ""),
            "{ended:#?}"
        );
        assert!(ended.stderr.contains(reason), "{ended:#?}");
    }
    for cwd in ["../../..", "/..", "a\0b", ""] {
        let error = sandbox.execute(python("1").cwd(cwd)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{cwd:?}: {error}");
    }
    // The directory a command's own files make is there in time.
    let command = python("import os; print(os.listdir())").cwd("new");
    run(&sandbox, command.file("new/f", "x"))
        .await
        .expect(0, "['f']\n");
    assert_eq!(sandbox.record().status, SandboxStatus::Idle);
}

#[tokio::test]
async fn arguments_arrive_as_they_are() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    let code = "import sys; print(ascii(sys.argv[1:]))";
    let argv = [
        "python3",
        "-c",
        code,
        "",
        "a b",
        "--",
        "-c",
        "é\n",
        "\u{1f389}",
    ];
    run(&sandbox, Command::new(argv))
        .await
        .expect(0, "['', 'a b', '--', '-c', '\\xe9\\n', '\\U0001f389']\n");
}

#[tokio::test]
async fn files_are_there_before_the_program() {
    let belljar = Opened::new().await;
    let sandbox = options()
        .file("a/b.txt", "from the sandbox")
        .file("/tmp/t", "t");
    let sandbox = belljar.create(sandbox).await.unwrap();
    let code = "import os\nfor path in ['a/b.txt', '/tmp/t', 'c.txt']: print(open(path).read())";
    let command = python(code)
        .file("c.txt", "from the command")
        .file("/tmp/t", "again");
    run(&sandbox, command)
        .await
        .expect(0, "from the sandbox\nagain\nfrom the command\n");
}

#[tokio::test]
async fn what_is_no_program_fails_as_in_a_shell() {
    let belljar = Opened::new().await;
    let sandbox = options()
        .file("text", "plain")
        .file("script", "#!/bin/sh\nexit 0\n");
    let sandbox = belljar
        .create(sandbox.file("module.wasm", "\0asm"))
        .await
        .unwrap();
    for (program, code, reason) in [
        ("no-such", 127, "no-such: command not found"),
        ("", 127, ": command not found"),
        ("./no-such", 127, "./no-such: command not found"),
        ("/home", 126, "/home: is a directory"),
        ("./text", 126, "./text: permission denied"),
        ("./script", 126, "./script: permission denied"),
        ("./module.wasm", 126, "./module.wasm: permission denied"),
        ("../../../../bin/sh", 126, "it leads outside of the sandbox"),
        ("/etc/passwd", 126, "/etc/passwd: permission denied"),
        ("/dev/null", 126, "/dev/null: permission denied"),
        ("/bin/python2", 127, "/bin/python2: command not found"),
    ] {
        let ended = run(&sandbox, Command::new([program])).await;
        assert_eq!(
            (ended.status, ended.exit_code),
            (ExecutionStatus::Failed, Some(code)),
            "{program:?}: {ended:#?}"
        );
        let line = format!("belljar: {}\n", ended.error.as_deref().unwrap_or_default());
        assert_eq!(ended.stderr, line);
        assert!(line.contains(reason), "{program:?}: {line}");
    }
    for name in [
        "python3",
        "python",
        "python3.14",
        "/usr/bin/python3",
        "/bin/python",
    ] {
        let command = Command::new([name, "-c", "print(1)"]);
        run(&sandbox, command).await.expect(0, "1\n");
    }
    // PATH is the command's own.
    let command = python("print(1)").env("PATH", "/nowhere");
    assert_eq!(run(&sandbox, command).await.exit_code, Some(127));
}

#[tokio::test]
async fn a_one_shot_sandbox_can_be_read_after_its_end() {
    let belljar = Opened::new().await;
    let code = "import sys; print('kept'); sys.exit(3)";
    let sandbox = belljar
        .create(options().command(python(code)))
        .await
        .unwrap();
    let wanted = [SandboxStatus::Terminated];
    let ended = sandbox.wait_status(&wanted, crate::guests::PATIENCE).await;
    assert_eq!(
        (ended.status, ended.exit_code),
        (SandboxStatus::Terminated, Some(3))
    );
    let stdout = belljar.stream(&ended.stdout.unwrap()).unwrap();
    let read = within("the output", stdout.reader().read_to_end()).await;
    assert_eq!(read.unwrap(), b"kept\n");
    let execution = belljar
        .execution(&ended.execution_id.unwrap())
        .await
        .unwrap();
    assert_eq!(
        (execution.status, execution.exit_code, execution.sandbox_id),
        (ExecutionStatus::Completed, Some(3), ended.id)
    );
}

#[tokio::test]
async fn python_starts_while_its_installation_is_awaited() {
    // Not loaded beforehand: the first sandbox is `creating` until it is.
    let data = crate::support::data_dir();
    let belljar = belljar::BelljarOptions::at(data.path()).cache_dir(crate::support::cache_dir());
    let belljar = belljar::Belljar::open(belljar).await.unwrap();
    let sandbox = belljar.create(options()).await.unwrap();
    assert_eq!(sandbox.record().status, SandboxStatus::Creating);
    let execution = sandbox.execute(python("print(1)"));
    let execution = within("Python is installed", execution).await.unwrap();
    let ended: Ended = finish(&execution).await;
    ended.expect(0, "1\n");
}
