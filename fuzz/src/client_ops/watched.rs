//! A machine under observation: how it is used by its connection, and what it says and shows.

use std::fmt::{self, Debug};

use sam_core::{
    Accept, Connect, Create, Created, Error, Event, Forward, Heard, Machine, Reply, Secret,
    Session, Utility, Value, Writer, client::Inquiry, error::Usage, time::Duration,
};

/// A client machine, as far as this target must know it.
pub(super) trait Client: Machine + Sized {
    /// What can be asked.
    fn ask(&mut self) -> Result<&mut Inquiry, Error> {
        Err(Usage::NotNow.into())
    }

    /// Whether an event is the answer to a question.
    fn is_answer(_: &Self::Event<'_>) -> bool {
        false
    }

    /// Puts nothing in the place of the secret in an event, if there is one.
    fn hide_secret(_: &mut Self::Event<'_>) {}
}

const NOTHING: Secret<'_> = Secret::new(Value::EMPTY);

fn is_answer(event: &Event<'_>) -> bool {
    matches!(
        event,
        Event::Found(_)
            | Event::NotFound(_)
            | Event::Generated { .. }
            | Event::NotGenerated(_)
            | Event::Alive
    )
}

fn hide_secret(event: &mut Event<'_>) {
    if let Event::Generated { private, .. } = event {
        *private = NOTHING;
    }
}

impl Client for Utility<'_> {
    fn ask(&mut self) -> Result<&mut Inquiry, Error> {
        Utility::ask(self)
    }

    fn is_answer(event: &Event<'_>) -> bool {
        is_answer(event)
    }

    fn hide_secret(event: &mut Event<'_>) {
        hide_secret(event);
    }
}

impl Client for Session {
    fn ask(&mut self) -> Result<&mut Inquiry, Error> {
        Ok(Session::ask(self))
    }

    fn is_answer(event: &Event<'_>) -> bool {
        is_answer(event)
    }

    fn hide_secret(event: &mut Event<'_>) {
        hide_secret(event);
    }
}

impl Client for Create<'_> {
    fn hide_secret(event: &mut Created<'_>) {
        if let Created::Ready {
            private: Some(private),
        } = event
        {
            *private = NOTHING;
        }
    }
}

impl Client for Connect<'_> {}
impl Client for Accept<'_> {}
impl Client for Forward<'_> {}

/// Wraps a machine; asserts what holds between it and its connection.
pub(super) struct Watched<M> {
    machine: M,
    heard: Vec<u8>,
    is_over: bool,
    has_answered: bool,
}

impl<M: Client> Watched<M> {
    pub(super) fn new(machine: M) -> Self {
        Self {
            machine,
            heard: Vec::new(),
            is_over: false,
            has_answered: false,
        }
    }

    /// Every byte of the lines heard.
    pub(super) fn heard(&self) -> &[u8] {
        &self.heard
    }

    pub(super) fn ask(&mut self) -> Result<&mut Inquiry, Error> {
        self.machine.ask()
    }

    /// Goes on as another machine that has heard the same.
    pub(super) fn then<N: Client>(self, next: impl FnOnce(M) -> N) -> Watched<N> {
        Watched {
            heard: self.heard,
            ..Watched::new(next(self.machine))
        }
    }

    fn hear(
        &mut self,
        line: &[u8],
        tx: &mut Writer<'_>,
        handle: fn(&mut M, &[u8], &mut Writer<'_>) -> Result<Heard, Error>,
    ) -> Result<Heard, Error> {
        assert!(!self.is_over, "heard a line after the last one");
        assert!(!line.contains(&b'\n'));
        self.heard.extend_from_slice(line);

        let (was_busy, before) = (self.is_busy(), tx.len());
        let heard = handle(&mut self.machine, line, tx);
        self.has_answered = was_busy && !self.is_busy();
        self.is_over = self.machine.is_done() || matches!(heard, Ok(Heard::Last) | Err(_));

        let said = &tx.written()[before..];
        assert!(heard.is_ok() || said.is_empty(), "failed, and said more");
        assert!(said.is_empty() || said.ends_with(b"\n"));
        heard
    }

    fn is_busy(&mut self) -> bool {
        self.machine.ask().is_ok_and(|inquiry| inquiry.is_busy())
    }
}

/// As the machine alone.
impl<M: Debug> Debug for Watched<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.machine.fmt(f)
    }
}

impl<M: Client> Machine for Watched<M>
where
    for<'l> M::Event<'l>: Debug,
{
    type Event<'l> = M::Event<'l>;

    fn start(&mut self, tx: &mut Writer<'_>) -> Result<(), Error> {
        self.machine.start(tx)
    }

    fn handle_line(&mut self, line: &[u8], tx: &mut Writer<'_>) -> Result<Heard, Error> {
        let before = tx.len();
        let heard = self.hear(line, tx, M::handle_line);
        self.heard.push(b'\n');

        let said = &tx.written()[before..];
        if let Ok(Reply::Ping(text)) = Reply::parse(line) {
            assert_eq!(heard, Ok(Heard::Nothing), "a PING is no event");
            let said = said.strip_suffix(b"\n").expect("a PONG");
            assert_eq!(Reply::parse(said), Ok(Reply::Pong(text)));
        }
        heard
    }

    fn handle_cut_line(&mut self, line: &[u8], tx: &mut Writer<'_>) -> Result<Heard, Error> {
        self.hear(line, tx, M::handle_cut_line)
    }

    fn view<'l>(&self, line: &'l [u8]) -> Result<M::Event<'l>, Error> {
        let mut event = self.machine.view(line)?;
        assert!(
            self.has_answered || !M::is_answer(&event),
            "{event:?} answers no question"
        );
        let shown = format!("{event:?}");
        assert!(shown.len() < 4000, "a log can be flooded");
        M::hide_secret(&mut event);
        assert_eq!(shown, format!("{event:?}"), "a secret is shown");
        self.machine.view(line)
    }

    fn is_done(&self) -> bool {
        self.machine.is_done()
    }

    fn timeout(&self) -> Option<Duration> {
        self.machine.timeout()
    }

    fn handle_eof(&mut self) -> Error {
        self.is_over = true;
        self.machine.handle_eof()
    }
}
