//! Ping-pong over I2P: two sessions, one connects, the other accepts.
//!
//! Needs a router with SAM on 127.0.0.1:7656, or wherever `I2P_SAM_ADDRESS` says.

use std::error::Error;
use std::io::{Read, Write};
use std::thread;

use sam_std::{Address, Router, Session, Stream};

fn main() -> Result<(), Box<dyn Error>> {
    let router: Router = Router::from_env()?;

    eprintln!("building tunnels: this takes seconds, or minutes on a fresh router");
    let server: Session = Session::builder(&router).create()?;
    let client: Session = Session::builder(&router).create()?;
    let address: Address = server.address();
    println!("server {address}");
    println!("client {}", client.address());

    thread::scope(|scope| {
        scope.spawn(|| serve(&server).expect("the server answers one ping"));

        let mut stream: Stream = client.connect(address)?;
        stream.write_all(b"ping")?;
        let mut answer = [0; 4];
        stream.read_exact(&mut answer)?;
        println!("client got {}", answer.escape_ascii());
        Ok(())
    })
}

fn serve(session: &Session) -> Result<(), Box<dyn Error>> {
    let mut stream: Stream = session.accept()?;
    let mut question = [0; 4];
    stream.read_exact(&mut question)?;
    let peer = stream.peer().map(Address::from);
    println!("server got {} from {peer:?}", question.escape_ascii());
    stream.write_all(b"pong")?;
    Ok(())
}
