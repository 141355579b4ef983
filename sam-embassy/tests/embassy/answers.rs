//! What the router says to requests.

use sam_core::bridge::{Bridge, Request};
use sam_core::operand::{Host, Name};
use sam_core::options::Options;
use sam_core::{
    Connection, LeaseSetOptions, Line, Reply, ResultCode, Secret, SessionKey, Status, Style, Value,
};

use crate::dummies::{destination_text, destination_text_of, private_key_text};
use crate::router::Router;

/// What comes after an answer.
pub(crate) enum Next {
    Read,
    /// The payload of a datagram.
    Payload,
    /// A peer, who may call.
    Call,
    /// Peers to be dialled in, as long as the connection lives.
    Forward,
}

/// A session that lives as long as this.
pub(crate) struct Living<'r> {
    router: &'r Router,
    id: Option<String>,
}

impl<'r> Living<'r> {
    pub(crate) const fn new(router: &'r Router) -> Self {
        Self { router, id: None }
    }

    pub(crate) const fn has_begun(&self) -> bool {
        self.id.is_some()
    }

    fn start(&mut self, id: &str) {
        assert!(self.router.sessions.borrow_mut().insert(id.into()));
        self.router.created.borrow_mut().push(id.into());
        self.id = Some(id.into());
    }
}

impl Drop for Living<'_> {
    fn drop(&mut self) {
        if let Some(id) = &self.id {
            self.router.sessions.borrow_mut().remove(id);
        }
    }
}

impl Router {
    fn note(&self, options: Options<'_>) {
        let mut noted = Vec::new();
        let all = options.each(&mut |key, value| {
            noted.push(format!("{}={value}", Value::new(key)));
            Ok(())
        });
        all.unwrap();
        self.options.replace(noted);
    }

    /// Answers a request.
    pub(crate) fn answer(
        &self,
        connection: &mut Connection<Bridge, Vec<u8>>,
        line: Line,
        session: &mut Living<'_>,
    ) -> Next {
        let mut next = Next::Read;
        let mut text = String::new();
        let is_known = |id: Value<'_>| self.sessions.borrow().contains(id.as_str().unwrap());
        let reply = match connection.event(line).unwrap() {
            Request::Create(create) => {
                self.note(create.options);
                let refusal = self.refusals.borrow_mut().pop_front();
                let status = refusal.map_or(Status::OK, Status::new);
                if create.style != Style::Stream {
                    let host = create.datagrams.host.map(|host| match host {
                        Host::Ip(ip) => ip,
                        Host::Text(text) => panic!("{text:?}"),
                    });
                    let wanted = (create.style, host, create.datagrams.port);
                    self.for_datagrams.borrow_mut().push(wanted);
                }
                if refusal.is_none() {
                    session.start(create.id.as_str().unwrap());
                }
                text = match create.key {
                    SessionKey::Text(key) => key.expose().as_str().unwrap().into(),
                    _ => private_key_text(self.created.borrow().len() as u8),
                };
                let told = Secret::new(Value::new(text.as_bytes()));
                Reply::Session {
                    status,
                    destination: (refusal.is_none() && !self.keeps_keys.get()).then_some(told),
                    id: None,
                }
            }
            // The router is thinking.
            Request::Connect(connect) if spelled(connect.destination) == "slow.i2p" => {
                return Next::Read;
            }
            Request::Lookup(lookup) if spelled(lookup.name) == "slow.i2p" || self.is_dumb.get() => {
                return Next::Read;
            }
            Request::Connect(connect) => Reply::Stream(Status::new(
                match (is_known(connect.id), spelled(connect.destination).as_str()) {
                    (false, _) => ResultCode::InvalidId,
                    (true, "echo.i2p") => ResultCode::Ok,
                    (true, _) => ResultCode::CantReachPeer,
                },
            )),
            Request::Send(_) => return Next::Payload,
            Request::Accept(accept) => {
                let is_known = is_known(accept.id);
                next = if is_known { Next::Call } else { Next::Read };
                Reply::Stream(Status::new(known(is_known)))
            }
            Request::Forward(forward) => {
                let is_known = is_known(forward.id);
                next = if is_known { Next::Forward } else { Next::Read };
                self.forwarded_port.set(forward.port);
                Reply::Stream(Status::new(known(is_known)))
            }
            Request::Lookup(lookup) => {
                let is_known = ["echo.i2p", "ME"].contains(&spelled(lookup.name).as_str());
                text = destination_text();
                Reply::Naming {
                    status: Status::new(match is_known {
                        true => ResultCode::Ok,
                        false => ResultCode::KeyNotFound,
                    }),
                    name: None,
                    value: is_known.then_some(Value::new(text.as_bytes())),
                    options: LeaseSetOptions::NONE,
                }
            }
            Request::Generate(_) => {
                self.generated.set(self.generated.get() + 1);
                let seed = 100 + self.generated.get();
                text = format!("{} {}", destination_text_of(seed), private_key_text(seed));
                let (public, private) = text.split_once(' ').unwrap();
                Reply::Dest {
                    public: Value::new(public.as_bytes()),
                    private: Secret::new(Value::new(private.as_bytes())),
                }
            }
            other => panic!("{other:?}"),
        };
        let answered = connection.request(|bridge, tx| bridge.answer(&reply, tx));
        answered.unwrap();
        drop(text);
        next
    }
}

fn known(is_known: bool) -> ResultCode {
    if is_known {
        ResultCode::Ok
    } else {
        ResultCode::InvalidId
    }
}

fn spelled(name: Name<'_>) -> String {
    match name {
        Name::Text(value) => value.as_str().unwrap().into(),
        Name::Me => "ME".into(),
        other => panic!("{other:?}"),
    }
}
