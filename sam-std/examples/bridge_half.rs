//! The router's half of SAM over plain TCP: what a router has to add to `sam_core::bridge`.
//!
//! Answers NAMING LOOKUP from a table and refuses everything else; HELLO, PING and QUIT are
//! answered by the half itself. Try it with `nc 127.0.0.1 7656`.

use std::collections::HashMap;
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

use sam_core::bridge::{Bridge, Request};
use sam_core::{Connection, LeaseSetOptions, Reply, ResultCode, Status, Step, Value};

fn main() -> io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:7656")?;
    println!("listening on {}", listener.local_addr()?);
    for client in listener.incoming() {
        let client = client?;
        thread::spawn(move || println!("a client ended: {:?}", serve(client)));
    }
    Ok(())
}

fn serve(mut client: TcpStream) -> Result<(), Box<dyn std::error::Error>> {
    // A real one is 516 characters or more.
    let names = HashMap::from([(b"site.i2p".to_vec(), "A".repeat(516))]);
    client.set_nodelay(true)?;
    let mut connection = Connection::new(Bridge::default(), vec![0; 8192], vec![0; 8192])?;
    loop {
        match connection.step()? {
            Step::Transmit => {
                let count = client.write(connection.pending())?;
                connection.transmitted(count)?;
            }
            Step::Receive => {
                let count = client.read(connection.spare()?)?;
                connection.received(count)?; // 0 means that the client has gone
            }
            Step::Event(line) => match connection.event(line)? {
                Request::Lookup(lookup) => {
                    // Copied, because the answer changes the buffer the request stands in.
                    let mut wanted = Vec::new();
                    lookup.name.text(&mut |piece| wanted.write_all(piece))?;
                    let found = names.get(&wanted);
                    let reply = Reply::Naming {
                        status: found.map_or(Status::new(ResultCode::KeyNotFound), |_| Status::OK),
                        name: Some(Value::new(&wanted)),
                        value: found.map(|destination| destination.as_str().into()),
                        options: LeaseSetOptions::NONE,
                    };
                    connection.request(|bridge, tx| bridge.answer(&reply, tx))?;
                }
                _ => {
                    let status = Status::new(ResultCode::I2pError).with_message("names only");
                    connection.request(|bridge, tx| bridge.refuse(status, tx))?;
                }
            },
            Step::Payload(_) | Step::Done => return Ok(()),
        }
    }
}
