//! What the public types show of themselves, to `Debug` and to `defmt`: never a key or a byte of a
//! stream.

use core::fmt;

#[cfg(feature = "udp")]
use crate::datagrams::DatagramSocket;
use crate::dial::Dial;
use crate::pool::{Buffers, Lines, Pool};
use crate::runner::Runner;
use crate::session::Session;
use crate::shared::Shared;
use crate::stream::{ReadHalf, Stream, WriteHalf};

/// `show!([GENERICS] TYPE, NAME)` or `show!([GENERICS] TYPE, NAME(this => VALUE))`.
macro_rules! show {
    ([$($generics:tt)*] $type:ty, $name:ident) => {
        impl<$($generics)*> fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(stringify!($name))
            }
        }

        #[cfg(feature = "defmt")]
        impl<$($generics)*> defmt::Format for $type {
            fn format(&self, f: defmt::Formatter<'_>) {
                defmt::write!(f, "{=str}", stringify!($name));
            }
        }
    };
    ([$($generics:tt)*] $type:ty, $name:ident($this:ident => $value:expr)) => {
        impl<$($generics)*> fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let $this = self;
                f.debug_tuple(stringify!($name)).field(&$value).finish()
            }
        }

        #[cfg(feature = "defmt")]
        impl<$($generics)*> defmt::Format for $type {
            fn format(&self, f: defmt::Formatter<'_>) {
                let $this = self;
                defmt::write!(f, "{=str}({})", stringify!($name), $value);
            }
        }
    };
}

show!([const RX: usize, const TX: usize, const LINE: usize] Buffers<RX, TX, LINE>, Buffers);
show!([const LINE: usize] Lines<LINE>, Lines);
show!([const N: usize, T: Dial] Pool<N, T>, Pool(this => this.free()));
show!([] Shared, Shared(this => this.state()));
show!([T: Dial] Session<T>, Session(this => this.state()));
#[cfg(feature = "udp")]
show!([] DatagramSocket, DatagramSocket(this => this.dropped()));
show!([R, T] Runner<R, T>, Runner(this => this.shared.state()));
show!([T: Dial] Stream<T>, Stream(this => this.peer));
show!([T: Dial] ReadHalf<'_, T>, ReadHalf);
show!([T: Dial] WriteHalf<'_, T>, WriteHalf);
