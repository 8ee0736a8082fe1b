//! Signals: asked of the program first, obeyed in any case.

use belljar::{ExecutionStatus, SandboxStatus, Signal};

use crate::guests::{Ended, Live, Opened, finish, python, run};

/// Where a program may be when the signal comes.
const PLACES: [&str; 4] = [
    "while True: pass",
    "import time; time.sleep(600)",
    "input()",
    "import sys; sys.stdin.read()",
];

/// Runs `code`, sends the signal once it is ready, and waits for its end.
async fn signalled(belljar: &Opened, code: &str, signal: Signal) -> Ended {
    let sandbox = belljar.fresh().await;
    let live = Live::ready(&sandbox, code).await;
    live.execution.signal(signal);
    let ended = live.finish().await;
    assert_eq!(sandbox.record().status, SandboxStatus::Idle);
    ended
}

#[tokio::test]
async fn an_interrupt_is_a_keyboard_interrupt_wherever_the_program_is() {
    let belljar = Opened::new().await;
    for place in PLACES {
        let ended = signalled(&belljar, place, Signal::Interrupt).await;
        assert_eq!(ended.exit_code, Some(130), "{place}: {ended:#?}");
        assert_eq!(ended.status, ExecutionStatus::Completed, "{place}");
        assert!(ended.stderr.starts_with("Traceback"), "{place}: {ended:#?}");
        assert!(
            ended.stderr.ends_with("KeyboardInterrupt\n"),
            "{place}: {ended:#?}"
        );
    }
}

#[tokio::test]
async fn a_program_may_handle_an_interrupt_and_go_on() {
    let belljar = Opened::new().await;
    for place in PLACES {
        let place = place.replace('\n', "\n  ");
        let code = format!(
            "try:\n  {place}\nexcept KeyboardInterrupt: print('handled')\nfinally: print('end')"
        );
        let ended = signalled(&belljar, &code, Signal::Interrupt).await;
        ended.expect(0, "ready\nhandled\nend\n");
        assert_eq!(ended.stderr, "", "{place}");
    }
}

#[tokio::test]
#[ignore = "a signal within a tick of the last one fails the read with EIO: `$interrupted` in glue.wat"]
async fn handlers_are_called_each_time_and_the_work_goes_on() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    let code = "import signal\n\
                def say(number, frame): print('got', signal.Signals(number).name, flush=True)\n\
                signal.signal(signal.SIGINT, say)\n\
                signal.signal(signal.SIGTERM, say)\n\
                print('handlers are set', flush=True)\n\
                print('read', input())";
    let mut live = Live::ready(&sandbox, code).await;
    assert_eq!(live.line().await.as_deref(), Some("handlers are set"));
    for _ in 0..3 {
        for (signal, name) in [
            (Signal::Interrupt, "SIGINT"),
            (Signal::Terminate, "SIGTERM"),
        ] {
            live.execution.signal(signal);
            let Some(line) = live.line().await else {
                panic!("{:#?}", live.finish().await);
            };
            assert_eq!(line, format!("got {name}"));
        }
    }
    live.say("this\n").await;
    let ended = live.finish().await;
    assert!(
        ended.text().ends_with("got SIGTERM\nread this\n"),
        "{ended:#?}"
    );
    assert_eq!((ended.exit_code, ended.stderr.as_str()), (Some(0), ""));
}

#[tokio::test]
async fn a_handler_is_called_and_the_read_goes_on() {
    let belljar = Opened::new().await;
    for (signal, name) in [
        (Signal::Interrupt, "SIGINT"),
        (Signal::Terminate, "SIGTERM"),
    ] {
        let sandbox = belljar.fresh().await;
        let code = format!(
            "import signal\n\
             signal.signal(signal.{name}, lambda *_: print('handled', flush=True))\n\
             print('set', flush=True)\n\
             while (line := input()) != 'end': pass\n\
             print('read', line)"
        );
        let mut live = Live::ready(&sandbox, &code).await;
        assert_eq!(live.line().await.as_deref(), Some("set"));
        // It has to be waiting for longer than a tick: see the test above.
        belljar
            .python("import time; time.sleep(0.05)")
            .await
            .expect(0, "");
        live.execution.signal(signal);
        assert_eq!(live.line().await.as_deref(), Some("handled"));
        live.say("end\n").await;
        live.finish()
            .await
            .expect(0, "ready\nset\nhandled\nread end\n");
    }
}

#[tokio::test]
async fn what_is_not_handled_ends_the_program() {
    let belljar = Opened::new().await;
    for place in PLACES {
        for (signal, code) in [(Signal::Terminate, 143), (Signal::Kill, 137)] {
            let ended = signalled(&belljar, place, signal).await;
            assert_eq!(
                (ended.status, ended.exit_code, ended.text().as_str()),
                (ExecutionStatus::Completed, Some(code), "ready\n"),
                "{place} {signal:?}: {ended:#?}"
            );
        }
    }
}

#[tokio::test]
async fn the_default_action_of_an_interrupt_ends_the_program() {
    let belljar = Opened::new().await;
    for place in PLACES {
        let code = format!("import signal; signal.signal(signal.SIGINT, signal.SIG_DFL)\n{place}");
        let ended = signalled_after_setting(&belljar, &code).await;
        assert_eq!(ended.exit_code, Some(130), "{place}: {ended:#?}");
        assert!(!ended.stderr.contains("Traceback"), "{place}: {ended:#?}");
    }
}

/// As [`signalled`], but says that it is ready only after the first line of `code`.
async fn signalled_after_setting(belljar: &Opened, code: &str) -> Ended {
    let (first, rest) = code.split_once('\n').unwrap();
    let sandbox = belljar.fresh().await;
    let mut live = Live::ready(
        &sandbox,
        &format!("{first}\nprint('set', flush=True)\n{rest}"),
    )
    .await;
    assert_eq!(live.line().await.as_deref(), Some("set"));
    live.execution.signal(Signal::Interrupt);
    live.finish().await
}

#[tokio::test]
async fn an_ignored_interrupt_does_nothing() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    let code = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\n\
                print('set', flush=True)\n\
                print('read', input())";
    let mut live = Live::ready(&sandbox, code).await;
    assert_eq!(live.line().await.as_deref(), Some("set"));
    live.execution.signal(Signal::Interrupt);
    live.say("this\n").await;
    live.finish().await.expect(0, "ready\nset\nread this\n");
}

#[tokio::test]
async fn nothing_can_be_done_about_a_kill() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    let code = "import signal\n\
                def ignore(*_): pass\n\
                for number in range(1, 32):\n  \
                  try: signal.signal(number, ignore)\n  \
                  except (OSError, ValueError): pass\n\
                print('set', flush=True)\n\
                while True:\n  \
                  try:\n    \
                    while True: pass\n  \
                  except BaseException: pass";
    let mut live = Live::ready(&sandbox, code).await;
    assert_eq!(live.line().await.as_deref(), Some("set"));
    live.execution.signal(Signal::Kill);
    let ended = live.finish().await;
    assert_eq!(ended.exit_code, Some(137), "{ended:#?}");
}

#[tokio::test]
async fn a_signal_may_come_at_any_moment() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    for _ in 0..20 {
        let execution = sandbox.execute(python("while True: pass")).await.unwrap();
        execution.signal(Signal::Interrupt);
        let ended = finish(&execution).await;
        assert_eq!(ended.exit_code, Some(130), "{ended:#?}");
        // Too late to do anything.
        execution.signal(Signal::Kill);
        assert_eq!(execution.record().exit_code, Some(130));
    }
    run(&sandbox, python("print(1)")).await.expect(0, "1\n");
}
