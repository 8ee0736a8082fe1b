//! `wasi:http`: requests of a program that knows nothing but it.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;
use std::time::Duration;

use belljar::{Command, Sandbox, Signal};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

use super::{Bystander, answering, own_address, server};
use crate::guests::{Ended, Live, Opened, options, run};

/// `wit/` has what a client of HTTP may import.
const WORLD: &str = "
    package belljar:test;
    world client {
        import wasi:cli/stdout@0.2.0;
        import wasi:io/poll@0.2.0;
        import wasi:io/streams@0.2.0;
        import wasi:http/types@0.2.0;
        import wasi:http/outgoing-handler@0.2.0;
        export exec: func() -> s32;
    }";

/// The exit codes of the client for some error codes.
const DNS_ERROR: i32 = 101;
const IP_PROHIBITED: i32 = 104;
const REFUSED: i32 = 106;
const TERMINATED: i32 = 107;
const READ_TIMEOUT: i32 = 109;
const LIMIT_REACHED: i32 = 111;
const TLS_PROTOCOL: i32 = 112;
const TLS_CERTIFICATE: i32 = 113;
const DENIED: i32 = 115;

/// A component that requests `/path?query` of `authority`.
fn client(scheme: &str, authority: &str, connect: Duration) -> Vec<u8> {
    let text = include_str!("client.wat")
        .replace("SCHEME", if scheme == "https" { "1" } else { "0" })
        .replace("AUTHORITY", authority)
        .replace("LENGTH", &authority.len().to_string())
        .replace("CONNECT", &connect.as_nanos().to_string());
    let mut module = wat::parse_str(text).unwrap();
    let mut resolve = Resolve::default();
    resolve
        .push_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/wit"))
        .unwrap();
    let package = resolve.push_str("client.wit", WORLD).unwrap();
    let world = resolve.select_world(&[package], Some("client")).unwrap();
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).unwrap();
    let encoder = ComponentEncoder::default().validate(true).module(&module);
    encoder.unwrap().encode().unwrap()
}

/// Puts a client into a sandbox and gives the command that runs it.
async fn put(sandbox: &Sandbox, scheme: &str, authority: &str) -> Command {
    let file = belljar::FileWrite {
        path: "client".into(),
        content: client(scheme, authority, Duration::from_secs(20)).into(),
    };
    sandbox.write_files(vec![file]).await.unwrap();
    Command::new(["sh", "-c", "chmod +x client && exec ./client"])
}

async fn request(sandbox: &Sandbox, scheme: &str, authority: &str) -> Ended {
    let command = put(sandbox, scheme, authority).await;
    run(sandbox, command).await
}

#[tokio::test]
async fn servers_of_the_same_sandbox_are_reached_with_or_without_the_network() {
    let belljar = Opened::new().await;
    for network in [false, true] {
        let sandbox = belljar.create(options().network(network)).await.unwrap();
        let _job = server(&sandbox, &answering(3000, "inside")).await;
        for host in ["localhost", "127.0.0.1", "LOCALHOST", "x.localhost"] {
            let ended = request(&sandbox, "http", &format!("{host}:3000")).await;
            ended.expect(0, "inside /path?query");
        }
        for host in ["localhost:3001", "[::1]:3000", "127.0.0.1"] {
            let ended = request(&sandbox, "http", host).await;
            ended.expect(REFUSED, "");
        }
        // Another sandbox finds none of it.
        let other = belljar.create(options().network(network)).await.unwrap();
        request(&other, "http", "localhost:3000")
            .await
            .expect(REFUSED, "");
    }
}

#[tokio::test]
async fn what_is_not_permitted_is_refused_by_a_code_that_says_so() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    for host in ["1.1.1.1", "10.0.0.1", "name.invalid", "[2606:4700::1]"] {
        for scheme in ["http", "https"] {
            request(&sandbox, scheme, host).await.expect(DENIED, "");
        }
    }
    let sandbox = belljar.create(options().network(true)).await.unwrap();
    let own = own_address();
    let private = match own {
        std::net::IpAddr::V4(v4) => v4.is_private(),
        std::net::IpAddr::V6(_) => false,
    };
    let mut hosts = vec![
        "10.0.0.1:80".to_owned(),
        "192.168.0.1".to_owned(),
        "169.254.169.254".to_owned(),
        "[fe80::1]".to_owned(),
        "[fc00::1]".to_owned(),
        "[::ffff:10.0.0.1]".to_owned(),
        "[64:ff9b::a00:1]".to_owned(),
        // As the web reads them: 10.0.0.1.
        "0xa.1".to_owned(),
        "167772161".to_owned(),
    ];
    if private {
        hosts.push(format!("{own}:80"));
    }
    for host in hosts {
        for scheme in ["http", "https"] {
            let ended = request(&sandbox, scheme, &host).await;
            assert_eq!(ended.exit_code, Some(IP_PROHIBITED), "{host}: {ended:?}");
        }
    }
    request(&sandbox, "http", "name.invalid")
        .await
        .expect(DNS_ERROR, "");
}

#[tokio::test]
async fn servers_of_the_host_are_not_reached() {
    let belljar = Opened::with(|options| options.private_networks(true)).await;
    let bystander = Bystander::at("127.0.0.1");
    let port = bystander.port();
    let sandbox = belljar.create(options().network(true)).await.unwrap();
    for host in [
        "localhost",
        "127.0.0.1",
        "127.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "0.0.0.0",
    ] {
        let ended = request(&sandbox, "http", &format!("{host}:{port}")).await;
        assert_eq!(ended.exit_code, Some(REFUSED), "{host}: {ended:?}");
    }
    bystander.was_left_alone();
}

#[tokio::test]
async fn answers_from_outside_come_through_and_bad_ones_are_errors() {
    let belljar = Opened::with(|options| options.private_networks(true)).await;
    let listener = TcpListener::bind((own_address(), 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let long = "x".repeat(300_000);
    let whole = format!(
        "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{long}",
        long.len()
    );
    let chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
    let answers = vec![
        whole,
        chunked.to_owned(),
        String::new(),
        "this is not HTTP\r\n\r\n".to_owned(),
    ];
    let served = thread::spawn(move || {
        let mut asked = Vec::new();
        for answer in answers {
            let (mut stream, _) = listener.accept().unwrap();
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                let mut some = [0; 1000];
                let read = stream.read(&mut some).unwrap();
                assert_ne!(read, 0);
                head.extend_from_slice(&some[..read]);
            }
            asked.push(String::from_utf8(head).unwrap());
            stream.write_all(answer.as_bytes()).unwrap();
        }
        asked
    });
    let sandbox = belljar.create(options().network(true)).await.unwrap();
    let authority = address.to_string();
    request(&sandbox, "http", &authority).await.expect(0, &long);
    request(&sandbox, "http", &authority).await.expect(0, "abc");
    request(&sandbox, "http", &authority)
        .await
        .expect(TERMINATED, "");
    let ended = request(&sandbox, "http", &authority).await;
    assert!(ended.exit_code.unwrap() > 100, "{ended:?}");
    let asked = served.join().unwrap();
    let expected = format!("GET /path?query HTTP/1.1\r\nhost: {authority}\r\n\r\n");
    assert_eq!(asked[0].to_lowercase(), expected.to_lowercase());
}

#[tokio::test]
async fn nobody_is_believed_to_be_a_server_without_a_certificate() {
    let belljar = Opened::with(|options| options.private_networks(true)).await;
    let listener = TcpListener::bind((own_address(), 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let served = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut hello = [0; 1000];
        let read = stream.read(&mut hello).unwrap();
        assert!(read > 0);
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").unwrap();
    });
    let sandbox = belljar.create(options().network(true)).await.unwrap();
    let ended = request(&sandbox, "https", &address.to_string()).await;
    let codes = [Some(TLS_PROTOCOL), Some(TLS_CERTIFICATE)];
    assert!(codes.contains(&ended.exit_code), "{ended:?}");
    served.join().unwrap();
}

#[tokio::test]
async fn a_server_that_does_not_answer_is_waited_for_as_long_as_the_program_says() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    let code = "import socket, time\n\
                server = socket.create_server(('', 3000))\n\
                print('ready', flush=True)\n\
                while True:\n  \
                  held = server.accept()";
    let _job = server(&sandbox, code).await;
    request(&sandbox, "http", "localhost:3000")
        .await
        .expect(READ_TIMEOUT, "");
    // And by nobody who is killed.
    let command = put(&sandbox, "http", "localhost:3000").await;
    let live = Live::start(&sandbox, command).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    live.execution.signal(Signal::Kill);
    let ended = live.finish().await;
    assert_eq!(ended.exit_code, Some(137), "{ended:?}");
}

#[tokio::test]
async fn connections_count_as_sockets() {
    let belljar = Opened::with(|options| options.max_sockets(0)).await;
    let sandbox = belljar.fresh().await;
    request(&sandbox, "http", "localhost:3000")
        .await
        .expect(LIMIT_REACHED, "");
}
