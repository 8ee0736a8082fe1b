//! Programs that run while somebody talks with them: input as it comes, output at once, signals.

use belljar::{Command, ExecutionStatus, Sandbox, Signal};

use super::{Engine, HOME};
use crate::guests::{Live, run, within};

/// Starts a program and waits until it says that it is ready.
async fn ready(sandbox: &Sandbox, kind: &str, source: &str) -> Live {
    let name = "live.mjs";
    let file = format!("{HOME}/{name}");
    let command = Command::new([kind, name]).file(file, source.to_owned());
    let mut live = Live::start(sandbox, command).await;
    assert_eq!(live.line().await.as_deref(), Some("ready"), "{source}");
    live
}

#[tokio::test]
async fn a_signal_ends_a_program_that_has_said_nothing_about_it() {
    let engine = Engine::new().await;
    let sandbox = engine.fresh().await;
    for (signal, code) in [
        (Signal::Terminate, 143),
        (Signal::Interrupt, 130),
        (Signal::Hangup, 129),
        (Signal::Kill, 137),
    ] {
        for rest in [
            "setInterval(() => {}, 1000);",
            "for (;;);",
            "process.on('exit', () => console.log('never'));process.stdin.resume();",
            "await new Promise(() => setInterval(() => {}, 5));",
        ] {
            let live = ready(&sandbox, "bun", &format!("console.log('ready');{rest}")).await;
            live.execution.signal(signal);
            let ended = live.finish().await;
            assert_eq!(
                (ended.exit_code, ended.text().as_str()),
                (Some(code), "ready\n"),
                "{signal:?} {rest}: {ended:#?}"
            );
        }
    }
}

#[tokio::test]
async fn a_program_handles_signals_as_it_says() {
    let engine = Engine::new().await;
    let sandbox = engine.fresh().await;
    let source = r#"
        const alive = setInterval(() => {}, 1000);
        process.on('SIGINT', (name, number) => console.log('got', name, number));
        process.once('SIGUSR1', () => console.log('got SIGUSR1'));
        process.on('SIGTERM', () => {
            console.log('closing');
            clearInterval(alive);
            process.exitCode = 9;
            setTimeout(() => { console.log('closed'); process.exit(); }, 5);
        });
        console.log('ready');
    "#;
    for kind in ["bun", "node"] {
        let mut live = ready(&sandbox, kind, source).await;
        live.execution.signal(Signal::Interrupt);
        assert_eq!(live.line().await.as_deref(), Some("got SIGINT 2"));
        live.execution.signal(Signal::User1);
        assert_eq!(live.line().await.as_deref(), Some("got SIGUSR1"));
        live.execution.signal(Signal::Terminate);
        let ended = live.finish().await;
        assert_eq!(ended.exit_code, Some(9), "{kind}: {ended:#?}");
        assert!(ended.text().ends_with("closing\nclosed\n"), "{ended:#?}");
    }
}

#[tokio::test]
async fn a_handler_that_is_taken_away_leaves_the_default() {
    let engine = Engine::new().await;
    let sandbox = engine.fresh().await;
    let source = r#"
        const handler = () => { process.off('SIGTERM', handler); console.log('once'); };
        process.on('SIGTERM', handler);
        setInterval(() => {}, 1000);
        console.log('ready');
    "#;
    let mut live = ready(&sandbox, "bun", source).await;
    live.execution.signal(Signal::Terminate);
    assert_eq!(live.line().await.as_deref(), Some("once"));
    live.execution.signal(Signal::Terminate);
    let ended = live.finish().await;
    assert_eq!(ended.exit_code, Some(143), "{ended:#?}");
}

#[tokio::test]
async fn a_busy_program_is_cancelled() {
    let engine = Engine::new().await;
    let sandbox = engine.fresh().await;
    for rest in [
        "for (;;);",
        "setInterval(() => {}, 1);",
        "process.on('SIGTERM', () => {}); for (;;);",
    ] {
        let live = ready(&sandbox, "bun", &format!("console.log('ready');{rest}")).await;
        live.execution.cancel();
        let ended = live.finish().await;
        assert_eq!(
            ended.status,
            ExecutionStatus::Cancelled,
            "{rest}: {ended:#?}"
        );
    }
}

#[tokio::test]
async fn input_is_read_as_it_comes() {
    let engine = Engine::new().await;
    let sandbox = engine.fresh().await;
    for reader in [
        // As it comes in Node, in Bun, line by line, and by events.
        "for await (const chunk of process.stdin) console.log('got', String(chunk).trim());",
        "for await (const line of console) console.log('got', line);",
        "import { createInterface } from 'node:readline'; for await (const line of createInterface({ input: process.stdin })) console.log('got', line);",
        "import { createInterface } from 'node:readline'; createInterface({ input: process.stdin }).on('line', (line) => console.log('got', line)).on('close', () => console.log('end'));",
        "process.stdin.setEncoding('utf8').on('data', (text) => console.log('got', text.trim())).on('end', () => console.log('end'));",
        "for await (const chunk of Bun.stdin.stream()) console.log('got', new TextDecoder().decode(chunk).trim());",
    ] {
        let source = format!("console.log('ready');\n{reader}");
        let mut live = ready(&sandbox, "bun", &source).await;
        for (said, heard) in [("one\n", "got one"), ("zwei é\n", "got zwei é")] {
            live.say(said).await;
            assert_eq!(live.line().await.as_deref(), Some(heard), "{reader}");
        }
        live.stdin.finish();
        let ended = within(reader, live.finish()).await;
        assert_eq!(ended.exit_code, Some(0), "{reader}: {ended:#?}");
    }
}

#[tokio::test]
async fn a_question_is_answered() {
    let engine = Engine::new().await;
    let sandbox = engine.fresh().await;
    let source = r#"
        import { createInterface } from 'node:readline/promises';
        console.log('ready');
        const lines = createInterface({ input: process.stdin, output: process.stdout });
        const name = await lines.question('name?\n');
        console.log(`hello ${name}`);
        lines.close();
    "#;
    let mut live = ready(&sandbox, "bun", source).await;
    assert_eq!(live.line().await.as_deref(), Some("name?"));
    live.say("Ada\n").await;
    assert_eq!(live.line().await.as_deref(), Some("hello Ada"));
    // Closed, so the rest of its input keeps it no longer.
    let ended = live.finish().await;
    assert_eq!(ended.exit_code, Some(0), "{ended:#?}");
}

#[tokio::test]
async fn output_comes_while_the_program_runs() {
    let engine = Engine::new().await;
    let sandbox = engine.fresh().await;
    let source = r#"
        console.log('ready');
        process.stdout.write('first\n');
        await Bun.sleep(1);
        Bun.write(Bun.stdout, 'second\n');
        await new Promise((resolve) => process.stdin.once('data', resolve));
        console.log('third');
        process.stdin.destroy();
    "#;
    let mut live = ready(&sandbox, "bun", source).await;
    assert_eq!(live.line().await.as_deref(), Some("first"));
    assert_eq!(live.line().await.as_deref(), Some("second"));
    live.say("go on\n").await;
    assert_eq!(live.line().await.as_deref(), Some("third"));
    let ended = live.finish().await;
    assert_eq!(ended.exit_code, Some(0), "{ended:#?}");
}

#[tokio::test]
async fn a_reader_that_stops_ends_the_writer() {
    let engine = Engine::new().await;
    let sandbox = engine.fresh().await;
    let script = "bun -e 'for (let i = 0; ; i++) console.log(i)' | head -n 2";
    let shell = Command::new(["sh", "-c", script]);
    run(&sandbox, shell).await.expect(0, "0\n1\n");
    // A program that looks for it sees it.
    let script = r#"node -e 'process.stdout.on("error", (e) => { console.error(e.code); process.exit(4) }); setInterval(() => process.stdout.write("x\n"), 1)' | true; echo "${PIPESTATUS[0]}""#;
    let ended = run(&sandbox, Command::new(["bash", "-c", script])).await;
    ended.expect(0, "4\n");
    assert_eq!(ended.stderr, "EPIPE\n");
}

#[tokio::test]
async fn processes_that_were_signalled_by_others_say_so() {
    let engine = Engine::new().await;
    let sandbox = engine.fresh().await;
    let source = r#"
        import { spawn } from 'node:child_process';
        import { once } from 'node:events';
        const child = spawn('bun', ['-e', "process.on('SIGTERM', () => { console.log('bye'); process.exit(3) }); setInterval(() => {}, 1000); console.log('up')"]);
        child.stdout.setEncoding('utf8');
        let said = '';
        for await (const text of child.stdout) {
            if (said === '') child.kill();
            said += text;
        }
        if (child.exitCode === null) await once(child, 'exit');
        console.log(JSON.stringify(said), child.exitCode, child.signalCode);
        const other = spawn('bun', ['-e', 'for (;;);']);
        setTimeout(() => other.kill('SIGKILL'), 20);
        console.log(...(await once(other, 'exit')));
    "#;
    let ended = super::typescript(&sandbox, source).await;
    ended.expect(0, "\"up\\nbye\\n\" 3 null\nnull SIGKILL\n");
}
