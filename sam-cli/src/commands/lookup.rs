//! `lookup`: from a name to a destination.

use sam_std::Address;

use super::check_address;
use crate::failure::Failure;
use crate::talk::{print, waiting};
use crate::way::Router;

pub(crate) fn run(router: &Router, name: &str, b32: bool) -> Result<(), Failure> {
    check_address(name)?;
    let found = waiting("looking it up", || router.lookup(name));
    let destination = found.map_err(Failure::at(router))?;
    if b32 {
        print(Address::from(&destination))
    } else {
        print(destination)
    }
}
