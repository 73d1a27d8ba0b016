//! What the system says of this process, if it is Linux; elsewhere nobody says.

use std::fs;

/// How long it kept a processor busy so far, in all its threads, in seconds.
pub(crate) fn busy() -> Option<f64> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    // The name of the program stands in brackets, and may have spaces and brackets in it.
    let (_, rest) = stat.rsplit_once(')')?;
    let mut words = rest.split_whitespace().skip(11).map(str::parse::<u64>);
    let (own, kernel) = (words.next()?.ok()?, words.next()?.ok()?);
    Some((own + kernel) as f64 / 100.0)
}

/// How much memory it has now, in bytes.
pub(crate) fn resident() -> Option<u64> {
    memory("VmRSS:")
}

/// The most that it ever had, in bytes.
pub(crate) fn peak() -> Option<u64> {
    memory("VmHWM:")
}

fn memory(name: &str) -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let value = status.lines().find_map(|line| line.strip_prefix(name))?;
    let kilobytes: u64 = value.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kilobytes * 1024)
}
