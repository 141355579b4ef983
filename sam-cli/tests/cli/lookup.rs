use crate::program::{bridge, i2p_sam_at, session, stderr, stdout};

#[test]
fn the_address_of_a_live_session_has_a_destination() {
    let bridge = bridge();
    let session = session(&bridge);
    let address = session.address().to_string();
    let output = i2p_sam_at(&bridge, &["lookup", &address]).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert_eq!(stdout(&output), format!("{}\n", session.destination()));
}

#[test]
fn it_prints_the_b32_address_if_told_to() {
    let bridge = bridge();
    let session = session(&bridge);
    let destination = session.destination().to_string();
    let output = i2p_sam_at(&bridge, &["lookup", "--b32", &destination]).output();
    assert_eq!(stdout(&output.unwrap()), format!("{}\n", session.address()));
}

#[test]
fn a_name_nobody_knows_is_a_failure() {
    let output = i2p_sam_at(&bridge(), &["lookup", "nobody.i2p"]).output();
    let output = output.unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(stdout(&output), "");
    assert!(stderr(&output).contains("KEY_NOT_FOUND"));
}

#[test]
fn a_name_outside_i2p_is_never_asked_for() {
    let output = i2p_sam_at(&bridge(), &["lookup", "example.com"]).output();
    let output = output.unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains(".i2p"));
}
