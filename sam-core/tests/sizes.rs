//! What a machine costs in memory; small devices keep several of them.

use sam_core::{Accept, Connect, Connection, Create, Forward, Session, Utility};

/// Prints the size of each type and checks it against its limit, in bytes of a 64-bit machine.
macro_rules! sizes {
    ($($machine:ty: $limit:literal),* $(,)?) => {$(
        let size = size_of::<$machine>();
        println!("{:>4} of {:>4}  {}", size, $limit, stringify!($machine));
        assert!(size <= $limit, "{}", stringify!($machine));
    )*};
}

#[test]
fn machines_are_small() {
    sizes! {
        Connect<'_>: 128,
        Accept<'_>: 128,
        Forward<'_>: 128,
        Session: 256,
        Utility<'_>: 256,
        Create<'_>: 256,
    }
}

#[test]
fn a_connection_adds_little_to_its_machine_and_its_buffers() {
    sizes! {
        Connection<Accept<'_>, &mut [u8]>: 320,
        Connection<Session, [u8; 1024]>: 2432,
    }
}
