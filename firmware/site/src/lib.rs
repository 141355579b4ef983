//! A web site on a device, reachable only over I2P: it shows how the device is.
//!
//! It needs a session of sam-embassy, so a network stack, and nothing else of the board. One task
//! for each peer that is to be served at once runs [`Site::serve`]; another one runs
//! [`Site::keep`], or [`watch`], which keep the session.
//!
//! | path | shows |
//! |---|---|
//! | `/` | a page with what follows |
//! | `/status` | the same as text, one `name value` a line |

#![no_std]
#![forbid(unsafe_code)]

mod page;
mod serve;
mod status;
mod watch;

pub use status::{Site, Status};
pub use watch::watch;
