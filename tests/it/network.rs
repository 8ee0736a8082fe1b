//! What sandboxes reach: themselves always, the world if they may, and never one another or the host.
//!
//! Every rule and every limit has a guest that tries to cross it. Nothing here leaves this machine.

mod client;
mod loopback;
mod outside;
mod sockets;

use std::net::{IpAddr, TcpListener, UdpSocket};

use belljar::{Job, Sandbox};

use crate::guests::{python, within};

/// An address of this machine that is not its loopback.
fn own_address() -> IpAddr {
    // Nothing is sent: the system only looks up where it would go out.
    let socket = UdpSocket::bind("0.0.0.0:0").unwrap();
    socket
        .connect("192.0.2.1:9")
        .expect("this machine has a network interface");
    socket.local_addr().unwrap().ip()
}

/// A server of the host that nobody is to reach.
struct Bystander {
    listener: TcpListener,
    udp: UdpSocket,
}

impl Bystander {
    fn at(address: &str) -> Self {
        let listener = TcpListener::bind((address, 0)).unwrap();
        listener.set_nonblocking(true).unwrap();
        let udp = UdpSocket::bind(listener.local_addr().unwrap()).unwrap();
        udp.set_nonblocking(true).unwrap();
        Self { listener, udp }
    }

    fn port(&self) -> u16 {
        self.listener.local_addr().unwrap().port()
    }

    #[track_caller]
    fn was_left_alone(&self) {
        let accepted = self.listener.accept();
        assert!(accepted.is_err(), "{accepted:?}");
        let received = self.udp.recv_from(&mut [0; 10]);
        assert!(received.is_err(), "{received:?}");
    }
}

/// Starts Python code in the background and waits until it has said `ready`.
async fn server(sandbox: &Sandbox, code: &str) -> Job {
    let job = sandbox.start_job(python(code)).await.unwrap();
    let mut stdout = job.stdout();
    let mut said = Vec::new();
    while !said.ends_with(b"ready\n") {
        let chunk = within("the server is ready", stdout.next()).await;
        let Some(chunk) = chunk else {
            let stderr = job.stderr().read_to_end().await.unwrap();
            panic!("{}", String::from_utf8_lossy(&stderr));
        };
        said.extend_from_slice(&chunk.unwrap());
    }
    job
}

/// A server that answers every request with its name.
fn answering(port: u16, name: &str) -> String {
    format!(
        "import http.server\n\
         class Handler(http.server.BaseHTTPRequestHandler):\n  \
           def do_GET(self):\n    \
             body = b'{name} ' + self.path.encode()\n    \
             self.send_response(200)\n    \
             self.send_header('content-length', str(len(body)))\n    \
             self.end_headers()\n    \
             self.wfile.write(body)\n  \
           def log_message(self, *args): pass\n\
         server = http.server.HTTPServer(('', {port}), Handler)\n\
         print('ready', flush=True)\n\
         server.serve_forever()"
    )
}

/// Code that tries each of these Python expressions, and says how each has failed, or what it gave.
fn attempts(expressions: &[String]) -> String {
    let list: Vec<_> = expressions
        .iter()
        .map(|expression| format!("lambda: {expression},\n"))
        .collect();
    format!(
        "import asyncio, socket, urllib.request\n\
         def udp(address, family=socket.AF_INET):\n  \
           s = socket.socket(family, socket.SOCK_DGRAM)\n  \
           s.sendto(b'x', address)\n\
         def udp_connected(address):\n  \
           s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n  \
           s.connect(address)\n  \
           s.send(b'x')\n\
         def get(url): return urllib.request.urlopen(url, timeout=20).read()\n\
         def of(error):\n  \
           if isinstance(error, urllib.error.URLError): error = error.reason\n  \
           return type(error).__name__\n\
         for attempt in [\n{}]:\n  \
           try: print('gave', attempt())\n  \
           except (OSError, UnicodeError) as error: print(of(error))",
        list.concat()
    )
}
