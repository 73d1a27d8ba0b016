//! Outputs that nobody takes: neither the log nor the address holds the client up.

use crate::unread;

const PROGRAM: &str = env!("CARGO_BIN_EXE_oauth-client");

#[test]
fn no_request_waits_for_the_log_and_none_ends_with_it() {
    unread::serves_whatever_takes_its_log(PROGRAM);
}

#[test]
fn the_client_serves_whoever_reads_its_address() {
    unread::serves_whatever_takes_its_address(PROGRAM, "redirect_uri=\"http://localhost:");
}

#[test]
fn the_log_tells_what_it_lost() {
    unread::tells_what_its_log_lost(PROGRAM);
}

#[test]
fn why_it_does_not_start_is_said_and_makes_it_exit_with_2() {
    unread::says_why_it_does_not_start(PROGRAM);
}
