//! What can stand in for TCP, and how much is sent and received over it.

use std::env;
use std::process::Command;

use sam_std::{Error, ResultCode, Router, Session};

use crate::counting::Counting;
use crate::keys;
use crate::router::{Scripts, Wire, id};
use crate::watchdog::bounded;

#[test]
fn each_verb_dials_the_router_once_and_nobody_else() {
    bounded(|| {
        let scripted = Scripts::default()
            .then(|wire| {
                wire.create();
                wire.answer_lookup("site.i2p", keys::peer());
                wire.hear_end();
            })
            .then(|wire| {
                wire.connect("site.i2p");
                wire.say("STREAM STATUS RESULT=OK\n");
            })
            .start();
        let dial = Counting::new(scripted.addr());
        let router = Router::over(dial.clone());
        let session = Session::builder(&router).id(id()).create().unwrap();
        assert_eq!(dial.dials(), 1);
        session.lookup("site.i2p").unwrap();
        assert!(session.lookup("example.com").is_err());
        assert!(session.connect("example.com").is_err());
        assert_eq!(dial.dials(), 1);
        session.connect("site.i2p").unwrap();
        assert_eq!(dial.dials(), 2);
        assert_eq!(dial.last(), (2, 2), "writes, reads");
    });
}

#[test]
fn what_a_router_said_before_it_closed_is_told_though_nothing_can_be_written() {
    bounded(|| {
        let scripted = Scripts::default()
            .then(|wire| {
                wire.greet();
                wire.say("SESSION STATUS RESULT=I2P_ERROR MESSAGE=\"command timeout, bye\"\n");
            })
            .then(Wire::greet)
            .start();
        let router = Router::over(Counting::new(scripted.addr()).broken_after(1));
        let error = router.lookup("a.i2p").unwrap_err();
        assert!(error.is_refused(ResultCode::I2pError), "{error:?}");
        let error = router.lookup("a.i2p").unwrap_err();
        assert!(matches!(error, Error::Closed), "{error:?}");
    });
}

/// Which router the environment names, in a process of its own: the environment of this one
/// belongs to all tests.
#[test]
fn the_environment_names_the_router() {
    const NAME: &str = "I2P_SAM_ADDRESS";
    const CHILD: &str = "SAM_STD_TEST_CHILD";
    if env::var_os(CHILD).is_some() {
        println!(
            "<{}>",
            match Router::from_env() {
                Ok(router) => router.to_string(),
                Err(error) => error.to_string(),
            }
        );
        return;
    }
    let table = [
        (None, "127.0.0.1:7656"),
        (Some("127.0.0.1:7700"), "127.0.0.1:7700"),
        (Some("router.lan"), "router.lan:7656"),
        (Some("[::1]:1"), "[::1]:1"),
        (Some(""), "127.0.0.1:7656"),
        (
            Some("http://x"),
            "a value holds the byte 0x2f, which SAM cannot carry there",
        ),
    ];
    for (value, expected) in table {
        let mut child = Command::new(env::current_exe().unwrap());
        child.args([
            "--exact",
            "transports::the_environment_names_the_router",
            "--nocapture",
        ]);
        child.env(CHILD, "1").env_remove(NAME);
        child.envs(value.map(|value| (NAME, value)));
        let output = child.output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(said.contains(&format!("<{expected}>")), "{value:?}: {said}");
    }
}

#[cfg(unix)]
pub(crate) mod unix {
    use std::fmt;
    use std::io;
    use std::net::{Shutdown, SocketAddr, TcpStream};
    use std::os::unix::net::UnixStream;
    use std::sync::mpsc;
    use std::thread;
    use std::time::Duration;

    use sam_std::Dial;
    use sam_std::sam_core::error::Usage;

    use super::*;

    /// A router behind a Unix socket: each connection is carried on to one by TCP.
    pub(crate) struct Unix(pub(crate) SocketAddr);

    impl fmt::Display for Unix {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a Unix socket")
        }
    }

    impl Dial for Unix {
        type Transport = UnixStream;

        fn dial(&self, _: Duration) -> io::Result<UnixStream> {
            let (here, there) = UnixStream::pair()?;
            let router = TcpStream::connect(self.0)?;
            let (from, to) = (there.try_clone()?, router.try_clone()?);
            thread::spawn(move || {
                let _ = io::copy(&mut &from, &mut &to);
                let _ = to.shutdown(Shutdown::Write);
            });
            thread::spawn(move || {
                let _ = io::copy(&mut &router, &mut &there);
                let _ = there.shutdown(Shutdown::Write);
            });
            Ok(here)
        }
    }

    #[test]
    fn a_forward_over_a_unix_socket_is_refused_before_anything_is_dialled() {
        bounded(|| {
            let scripted = Scripts::default().then(Wire::keep_session).start();
            let router = Router::over(Unix(scripted.addr()));
            let session = Session::builder(&router).id(id()).create().unwrap();
            let error = session.forward(scripted.addr()).unwrap_err();
            assert!(matches!(error, Error::Usage(Usage::NotNow)), "{error:?}");
            assert!(router.udp().is_none());
        });
    }

    #[test]
    fn the_end_of_a_session_is_noticed_over_a_unix_socket() {
        bounded(|| {
            let (accepting, is_accepting) = mpsc::channel();
            let scripted = Scripts::default()
                .then(Wire::keep_session)
                .then(move |wire| {
                    wire.accept();
                    accepting.send(()).unwrap();
                    wire.hear_end();
                })
                .start();
            let router = Router::over(Unix(scripted.addr()));
            let session = Session::builder(&router).id(id()).create().unwrap();
            thread::scope(|scope| {
                let accept = scope.spawn(|| session.accept().map(drop));
                is_accepting.recv().unwrap();
                session.close();
                let result = accept.join().unwrap();
                assert!(matches!(result, Err(Error::SessionEnded)), "{result:?}");
            });
        });
    }
}
