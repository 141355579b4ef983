//! The target `client_ops`: a client machine under a router that says anything, in any portions.

mod conversation;
mod script;
mod watched;

use arbitrary::Unstructured;
use sam_core::{Accept, Connect, Create, Forward, Timeouts, Utility};

use conversation::{Conversation, Outcome, Tempo};
use script::{Role, Script};

/// Plays the script the bytes stand for, and plays it again with everything read at once.
pub fn client_ops(data: &[u8]) {
    let Ok(script) = Unstructured::new(data).arbitrary::<Script<'_>>() else {
        return;
    };
    let as_written = play(&script, Tempo::AsWritten);
    if script.is_the_same_at_any_tempo() {
        assert_eq!(as_written, play(&script, Tempo::AtOnce));
    }
}

/// `None` if the buffers are refused.
fn play(script: &Script<'_>, tempo: Tempo) -> Option<Outcome> {
    let (greeting, timeouts, id) = (script.greeting(), Timeouts::DEFAULT, &script.id);
    match script.role {
        Role::Utility => {
            let machine = Utility::new(greeting, timeouts);
            Some(Conversation::start(machine, script, tempo)?.play_out())
        }
        Role::Session => {
            let key = script.session_key();
            let create = Create::new(greeting, timeouts, id, key, script.options())
                .expect("options that can be sent");
            let mut creating = Conversation::start(create, script, tempo)?;
            creating.play();
            Some(if creating.is_done() {
                creating.then(Create::into_session).play_out()
            } else {
                creating.play_out()
            })
        }
        Role::Connect => {
            let mut machine = Connect::new(greeting, timeouts, id, script.target());
            if script.has_ports() {
                machine = machine.ports(script::PORTS);
            }
            if script.is_silent() {
                machine = machine.silent();
            }
            Some(Conversation::start(machine, script, tempo)?.play_out())
        }
        Role::Accept => {
            let mut machine = Accept::new(greeting, timeouts, id);
            if script.is_silent() {
                machine = machine.silent();
            }
            Some(Conversation::start(machine, script, tempo)?.play_out())
        }
        Role::Forward => {
            let mut machine = Forward::new(greeting, timeouts, id, script.host(), 8080);
            if script.is_silent() {
                machine = machine.silent();
            }
            Some(Conversation::start(machine, script, tempo)?.play_out())
        }
    }
}
