//! Proof that the core needs no `std`: this crate has a panic handler of its own, and does not compile as soon as
//! anything below it links `std`, which brings one too.
#![no_std]
#![forbid(unsafe_code)]

use core::panic::PanicInfo;

pub use oauth_core::server::step;

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    loop {}
}
