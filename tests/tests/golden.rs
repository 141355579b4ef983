//! Golden transcripts: what a client makes of rare and awkward conversations.

use std::collections::BTreeSet;

use sam_tests::client::play;
use sam_tests::drivers::Blocking;
use sam_tests::transcript::{Socket, of};
use sam_tests::wire::{Habits, Wire};

/// Plays one file and compares each socket with what the file expects of it.
fn check(file: &str) {
    let prefix = format!("golden/{file} ");
    let sockets: Vec<Socket> = of("golden")
        .into_iter()
        .filter(|socket| socket.name.starts_with(&prefix))
        .collect();
    assert!(!sockets.is_empty(), "{file} is missing");
    for socket in sockets {
        let wire = Wire::new(&socket, Habits::GOOD);
        let outcome = play(&socket, &mut Blocking(wire), 2048);
        assert_eq!(outcome.told, socket.expected, "{}", socket.name);
        assert_eq!(outcome.left, socket.received(), "{}", socket.name);
        let said = socket.said().into_iter();
        let said: Vec<_> = said
            .map(|line| format!("{}\\n", line.escape_ascii()))
            .collect();
        assert_eq!(outcome.said, said, "{}", socket.name);
    }
}

/// One test for each file, and one that there are no other files.
macro_rules! golden {
    ($($test:ident: $file:literal),* $(,)?) => {
        $(
            #[test]
            fn $test() {
                check($file);
            }
        )*

        #[test]
        fn every_file_has_its_test() {
            let sockets = of("golden");
            let files = sockets.iter().filter_map(|socket| socket.name.split([' ', '/']).nth(1));
            assert_eq!(files.collect::<BTreeSet<_>>(), BTreeSet::from([$($file),*]));
        }
    };
}

golden! {
    data_behind_the_peer_line_belongs_to_the_stream: "peer-line-and-data",
    a_peer_may_be_named_before_the_status: "peer-line-before-status",
    ports_behind_the_peer_are_told: "peer-line-with-ports",
    a_refusal_may_come_instead_of_the_peer: "late-error-after-accept",
    a_refusal_counts_without_its_line_break: "unterminated-last-line",
    a_grant_without_its_line_break_is_the_end: "unterminated-grant",
    any_version_3_is_taken_and_no_other: "noversion",
    forward_is_refused_by_any_status: "forward",
    data_of_a_server_that_speaks_first_is_kept: "server-first-data",
    ping_is_answered_in_every_wait: "ping-in-every-wait",
    the_end_is_an_error_in_every_state: "closed-in-each-state",
    unknown_words_are_tolerated: "unknown-words",
    a_line_that_contradicts_itself_is_malformed: "duplicate-keys",
    silent_streams_begin_without_a_line: "silent",
    ports_of_a_connect_are_said: "ports",
    a_session_tells_its_end: "session-ends",
    a_late_answer_does_not_answer_the_next_question: "late-answers",
    go_sam_bridge_is_understood: "go-sam-bridge",
    java_is_understood: "java-quirks",
}
